// SPDX-License-Identifier: Apache-2.0
/**
 * What is promised to users, as data: each promise with its source and the controls that it serves.
 * A test that holds a promise says `verifies('...')` in its body; `requirements.test.ts` fails on any
 * promise that nothing verifies, and on a control that no promise serves.
 */

export interface Requirement {
  /** What is promised, as a sentence that a test can break. */
  readonly promise: string;
  readonly source: string;
  /** OWASP Agentic (ASI), OWASP NHI, AARM (R), MITRE ATLAS and NIST identifiers. */
  readonly controls: readonly string[];
}

export const requirements = {
  'road.unknown-means-deny': {
    promise: 'a method, tool, argument shape or obligation that nobody named is refused and recorded',
    source: 'docs/architecture.md rule 1',
    controls: ['ASI02', 'ASI04', 'AARM-R1', 'NHI5'],
  },
  'road.no-record-no-effect': {
    promise:
      'nothing reaches an upstream before its decision is durable, nothing the agent before its observation is',
    source: 'docs/architecture.md rule 2',
    controls: ['AARM-R1', 'AARM-R5', 'NIST-CSF-PR.PS-04'],
  },
  'road.canonical-bytes': {
    promise: 'what is forwarded is our canonical form of what was decided, never the bytes of the caller',
    source: 'docs/architecture.md rule 3',
    controls: ['ASI02', 'AARM-R1'],
  },
  'road.error-is-no-permission': {
    promise: 'an engine or a forbid that fails denies',
    source: 'docs/architecture.md rule 4, docs/adr/0004-combining.md',
    controls: ['AARM-R1', 'AARM-R3', 'ASI08'],
  },
  'road.allow-ages': {
    promise: 'an allow is released once, within its time, and never after a revocation that came before',
    source: 'docs/architecture.md rule 5',
    controls: ['ASI03', 'ASI10', 'AARM-R6', 'NHI1'],
  },
  'road.canary': {
    promise: 'a process whose road does not stop the canary does not start',
    source: 'docs/architecture.md rule 6',
    controls: ['AARM-R1', 'NIST-AIRMF-MEASURE-2.6'],
  },
  'road.denied-is-not-unknown': {
    promise:
      'a refusal carries a stable code, the deciding policies and a sentence for the model; it is told apart from not found',
    source: 'docs/architecture.md rule 7',
    controls: ['ASI09', 'AARM-R4'],
  },
  'road.shadow-tells': {
    promise: 'shadow mode records what would have been, and the canary is enforced even there',
    source: 'docs/architecture.md',
    controls: ['NIST-AIRMF-MANAGE-4.1'],
  },
  'prompt.arrives': {
    promise:
      'what a person asked is on record with who said so and the decision that allowed it, its text encrypted and without secrets',
    source: 'docs/tasks.md',
    controls: ['ASI01', 'AARM-R2', 'AARM-R5'],
  },
  'prompt.agent-claimed': {
    promise: 'what an agent says of itself never counts as a prompt',
    source: 'docs/tasks.md',
    controls: ['ASI01', 'ASI06', 'AARM-R2'],
  },
  'program.worst-wins': {
    promise: 'a shell command or SQL is what its worst part does, and what cannot be read is unknown',
    source: 'docs/catalogue.md, docs/adr/0022-programs.md',
    controls: ['ASI02', 'ASI05', 'AARM-R3'],
  },
  'program.policy': {
    promise:
      'policy can let a tool that runs commands read, and refuse what changes, sends or cannot be told',
    source: 'docs/policy-reference.md',
    controls: ['ASI02', 'ASI05', 'AARM-R3'],
  },
  'program.recorded': {
    promise:
      'a decision keeps what policy saw of a command or of SQL, without secrets, and is decided again by that',
    source: 'docs/adr/0022-programs.md',
    controls: ['AARM-R5', 'NHI2'],
  },
  'hook.decides': {
    promise: "a coding agent's call is decided before it runs, and goes on with exactly what was decided",
    source: 'docs/coding-agents.md',
    controls: ['ASI02', 'ASI05', 'AARM-R1'],
  },
  'hook.shell': {
    promise:
      'a shell command that only reads goes on labelled by where it reads; any other waits for a person or is refused',
    source: 'docs/coding-agents.md, policies/coding',
    controls: ['ASI02', 'ASI05', 'AARM-R2'],
  },
  'hook.labels': {
    promise: 'what a coding agent reads with its own tools closes the ways out of its session',
    source: 'docs/coding-agents.md, policies/coding',
    controls: ['ASI01', 'ASI05', 'AARM-R2', 'ATLAS-AML.T0051'],
  },
  'hook.unknown-tool': {
    promise: 'a tool of a client that no catalogue names is refused and recorded',
    source: 'docs/coding-agents.md',
    controls: ['ASI02', 'ASI04', 'AARM-R1'],
  },
  'hook.withholds': {
    promise:
      'a result that nobody decided, that cannot be recorded or that ran with other arguments is withheld',
    source: 'docs/coding-agents.md',
    controls: ['AARM-R1', 'AARM-R5'],
  },
  'hook.ambiguous': {
    promise:
      'a call of a client whose result never comes closes as ambiguous, with the most that it can have read',
    source: 'docs/coding-agents.md',
    controls: ['AARM-R5', 'ASI08'],
  },
  'hook.prompt': {
    promise: 'what a person types into a coding agent is on record as a prompt before the agent reads it',
    source: 'docs/coding-agents.md',
    controls: ['ASI01', 'AARM-R2'],
  },
  'hook.no-clean-start': {
    promise: 'neither a restart nor a new conversation in the same directory forgets what was read',
    source: 'docs/coding-agents.md',
    controls: ['ASI06', 'AARM-R2'],
  },
  'hook.fails-closed': {
    promise:
      "a coding agent's hook answers a refusal in words or exits with 2, whatever happens to the daemon, the input or itself",
    source: 'docs/coding-agents.md, "How it fails"',
    controls: ['ASI08', 'AARM-R1', 'NIST-AIRMF-MEASURE-2.6'],
  },
  'steering.model-checked': {
    promise:
      'nothing begins later than a revocation or a hold and the time that an allow lives, on two nodes and over crashes; a child never outlives or out-scopes its parent',
    source: 'docs/steering.md, docs/adr/0036-revocation.md',
    controls: ['ASI03', 'ASI07', 'ASI10', 'AARM-R6', 'NHI1'],
  },
  'steering.revoke-tool': {
    promise:
      'a revoked tool is refused to everybody at once, its calls in flight are stopped, and a person brings it back',
    source: 'docs/steering.md',
    controls: ['ASI02', 'ASI10', 'AARM-R6'],
  },
  'steering.revoke-token': {
    promise: 'a revoked token is good for nothing more, and what came with it is stopped',
    source: 'docs/steering.md',
    controls: ['ASI03', 'AARM-R6', 'NHI1'],
  },
  'steering.revoke-policy': {
    promise: 'a permit can be taken out of force at once, and a forbid cannot',
    source: 'docs/steering.md',
    controls: ['ASI02', 'AARM-R3'],
  },
  'steering.sweep': {
    promise:
      'what a filter matches and had begun ends in one commit, with what is below it, and nothing begins in between',
    source: 'docs/steering.md, docs/adr/0036-revocation.md',
    controls: ['ASI03', 'ASI08', 'ASI10', 'AARM-R6'],
  },
  'steering.pause': {
    promise:
      'what is paused begins nothing, what is below it neither; calls that have begun finish or are stopped, as was said',
    source: 'docs/steering.md',
    controls: ['ASI09', 'ASI10', 'NIST-AIRMF-MANAGE-4.1'],
  },
  'steering.quarantine': {
    promise: 'what is quarantined only reads, and sends nothing',
    source: 'docs/steering.md',
    controls: ['ASI01', 'ASI10', 'AARM-R4'],
  },
  'autonomy.lowered': {
    promise:
      'a rule that says so lowers its agent in the commit of the refusal, for all its sessions, and never raises one',
    source: 'docs/steering.md, docs/adr/0037-autonomy.md',
    controls: ['ASI09', 'ASI10', 'AARM-R4'],
  },
  'autonomy.raised-by-people': {
    promise: 'only a person raises a level, by command and with a reason; starting a task does not',
    source: 'docs/steering.md',
    controls: ['ASI09', 'ASI10', 'AARM-R9'],
  },
  'steering.continue': {
    promise:
      'live sessions are asked about again when policy, labels or an agent change: kept, narrowed, paused or ended by the policies that speak of that, on record where it is otherwise than before',
    source: 'docs/steering.md, docs/adr/0036-revocation.md',
    controls: ['ASI10', 'AARM-R6', 'NHI7'],
  },
  'steering.stop-all': {
    promise:
      'a kill switch stops everything, in shadow mode and after a restart, until a person lets go on with a reason',
    source: 'docs/steering.md',
    controls: ['ASI08', 'ASI10', 'NIST-AIRMF-MANAGE-4.1'],
  },
  'decide.fold-laws': {
    promise:
      'the order of policies never matters, a forbid more never permits, a lift lifts its own forbid only',
    source: 'docs/adr/0004-combining.md',
    controls: ['AARM-R3', 'AARM-R4'],
  },
  'decide.way-out': {
    promise: 'a session that has read confidential data and untrusted text does not send it out',
    source: 'policies/starter.cedar, examples/demo',
    controls: ['ASI01', 'ASI06', 'AARM-R2', 'ATLAS-AML.T0051', 'ATLAS-AML.T0057'],
  },
  'decide.budget': {
    promise: 'concurrent calls do not overspend a budget',
    source: 'docs/architecture.md rule 2',
    controls: ['ASI02', 'ASI08'],
  },
  'task.scope': {
    promise:
      'what no capability of a task admits reaches nobody, whatever policy permits, and is told apart with what would fit',
    source: 'docs/tasks.md',
    controls: ['ASI02', 'ASI03', 'AARM-R2', 'NHI5'],
  },
  'task.narrowing': {
    promise: 'whatever a capability that fits within another admits, that other one admits',
    source: 'docs/adr/0015-scopes.md',
    controls: ['ASI03', 'AARM-R2'],
  },
  'eval.same-road': {
    promise:
      'recorded runs are decided by the road that decides live ones, from what was known before each call and nothing else',
    source: 'docs/eval.md',
    controls: ['AARM-R1', 'AARM-R5'],
  },
  'eval.shares': {
    promise:
      'on recorded runs every successful attack is stopped, 93% of the work is left alone, and so many of the probes are stopped as docs/figures.md says',
    source: 'docs/eval.md, docs/figures.md',
    controls: ['ASI01', 'AARM-R2', 'AARM-R7'],
  },
  'origin.lineage': {
    promise:
      'a refused value is followed back to the result in which it was read, and the same text may be forwarded',
    source: 'docs/origins.md, examples/demo',
    controls: ['ASI01', 'ASI09', 'AARM-R2', 'MITRE-ATLAS-AML.T0051'],
  },
  'origin.secrets': {
    promise:
      'a secret that was read does not leave with what was asked for, in a text, an address or the name of a host, however it is encoded',
    source: 'docs/origins.md',
    controls: ['ASI01', 'ASI03', 'AARM-R2', 'MITRE-ATLAS-AML.T0086', 'NHI2'],
  },
  'origin.values': {
    promise:
      'for each value that decides what a call does, policy is told whether somebody who may say so has said it, and the record where it was read',
    source: 'docs/origins.md',
    controls: ['ASI01', 'ASI06', 'AARM-R2', 'AARM-R7', 'MITRE-ATLAS-AML.T0051'],
  },
  'task.child': {
    promise:
      'a task that is started under another one gets no more than that one has, spends from it, and ends with it',
    source: 'docs/adr/0018-child-tasks.md',
    controls: ['ASI03', 'ASI07', 'ASI08', 'AARM-R2', 'NHI5'],
  },
  'task.bound': {
    promise: 'a running task keeps the scope that it was started with, whatever becomes of its template',
    source: 'docs/tasks.md',
    controls: ['ASI03', 'ASI10'],
  },
  'opa.stricter-only': {
    promise: 'a second decision point makes an answer stricter and never lifts what policy refuses',
    source: 'docs/opa.md, docs/adr/0016-opa.md',
    controls: ['AARM-R3', 'AARM-R4'],
  },
  'opa.silence-denies': {
    promise:
      'a second decision point that is down, slow, undefined or not understood denies, with its own code',
    source: 'docs/opa.md',
    controls: ['AARM-R1', 'ASI08'],
  },
  'opa.same-state': {
    promise: 'an opinion counts only for the document that the decision itself would ask about',
    source: 'docs/adr/0016-opa.md',
    controls: ['AARM-R1', 'AARM-R3'],
  },
  'opa.fact': {
    promise: 'an opinion that counted is a fact of its record, and an exported log has the form of OPA',
    source: 'docs/opa.md',
    controls: ['AARM-R5'],
  },
  'opa.evaluation-ends': {
    promise:
      'an evaluation of a compiled policy that does not end is ended and denies, and holds up nobody else',
    source: 'docs/opa.md, docs/adr/0019-opa-bundles.md',
    controls: ['AARM-R1', 'ASI08'],
  },
  'opa.bundle-named': {
    promise:
      'a record names the compiled policy that an opinion is of, and only that very one is asked again by a plan',
    source: 'docs/opa.md, docs/adr/0019-opa-bundles.md',
    controls: ['AARM-R5', 'ASI04'],
  },
  'history.sequence': {
    promise:
      'what is only allowed after something else is refused until just that was done, by just that session',
    source: 'docs/temporal.md',
    controls: ['ASI02', 'AARM-R2', 'AARM-R3'],
  },
  'history.no-overspending': {
    promise:
      'a budget over time holds for calls that are decided at once, in several sessions and on several nodes',
    source: 'docs/temporal.md, docs/adr/0014-history-on-the-road.md',
    controls: ['ASI02', 'ASI08', 'AARM-R3'],
  },
  'history.unknown-denies': {
    promise: 'what history cannot tell permits nothing, and a forbid that asks it denies',
    source: 'docs/temporal.md',
    controls: ['AARM-R1', 'AARM-R3', 'ASI08'],
  },
  'history.rebuilt': {
    promise: 'a restart forgets nothing that conditions over history can ask for',
    source: 'docs/temporal.md',
    controls: ['AARM-R2', 'AARM-R5', 'ASI08'],
  },
  'history.new-rule-not-blind': {
    promise: 'a rule that is published later sees what happened before it',
    source: 'docs/temporal.md',
    controls: ['ASI10', 'AARM-R2'],
  },
  'history.groups': {
    promise:
      'a condition about a class or a group is about every action in it, as it was classified when it was done',
    source: 'docs/temporal.md, docs/adr/0021-groups-in-history.md',
    controls: ['ASI02', 'ASI08', 'ASI10', 'AARM-R2'],
  },
  'history.first-use': {
    promise:
      'what an agent uses for the first time ever is told apart, in any session, until a call may have taken effect',
    source: 'docs/temporal.md',
    controls: ['ASI02', 'ASI10', 'AARM-R2'],
  },
  'history.told': {
    promise: 'an explanation shows each condition over history as written, with what history said then',
    source: 'docs/evidence.md',
    controls: ['ASI09', 'AARM-R5'],
  },
  'plan.never-guesses': {
    promise:
      'a plan says what other policies would have said to each recorded request, and counts those of which that cannot be told',
    source: 'docs/evidence.md',
    controls: ['ASI10', 'AARM-R5'],
  },
  'catalogue.pinned': {
    promise:
      'a tool that is new, changed or renamed since a person accepted it is neither listed nor callable',
    source: 'docs/catalogue.md',
    controls: ['ASI04', 'NHI3', 'ATLAS-AML.T0010'],
  },
  'catalogue.annotations-only-stricter': {
    promise: 'what a server says of its own tools can only make a proposed class stricter',
    source: 'docs/catalogue.md',
    controls: ['ASI04'],
  },
  'identity.token-bound': {
    promise:
      'a token for another audience, expired, edited or of somebody without standing gets its own error and nothing else',
    source: 'docs/mcp-gateway.md',
    controls: ['ASI03', 'NHI4', 'NHI7', 'AARM-R6'],
  },
  'evidence.tamper-evident': {
    promise:
      'a record that was edited, removed, reordered or cut off is found, and what cannot be known is said',
    source: 'docs/evidence.md',
    controls: ['AARM-R5', 'NIST-CSF-RS.AN-06', 'ASI10'],
  },
  'evidence.no-secrets': {
    promise: 'recognised secrets and credential arguments never reach a record or a payload',
    source: 'docs/threat-model.md',
    controls: ['NHI2', 'AARM-R5'],
  },
  'evidence.erasable': {
    promise: 'erasing a task forgets its contents and keeps its proofs',
    source: 'docs/adr/0006-records.md',
    controls: ['NIST-CSF-PR.DS-01'],
  },
  'crash.nothing-lost': {
    promise:
      'kill -9 at any moment leaves no effect without a decision, no answer without an observation, and no hand is needed to restart',
    source: 'docs/architecture.md rule 2',
    controls: ['ASI08', 'AARM-R5'],
  },
  'crash.stop-loses-nothing': {
    promise: 'a stop that was asked for ends each call as it is recorded and leaves nothing open',
    source: 'docs/architecture.md rule 2',
    controls: ['ASI08', 'AARM-R5'],
  },
  'intent.model-is-a-fact': {
    promise:
      'a model that reads prompts is asked once a prompt and in bounded time; what it says is narrowed by the template, recorded, and never a reason for a value nor leave for what cannot be taken back',
    source: 'docs/adr/0025-intent-model.md',
    controls: ['ASI01', 'AARM-R7'],
  },
  'intent.distance': {
    promise:
      'how far an act is from what was asked is a number with its parts, which policy can read and explain prints',
    source: 'docs/origins.md',
    controls: ['AARM-R7'],
  },
  'mcp.eras': {
    promise: 'clients of both eras use servers of both through one URL, and every effect is on record',
    source: 'docs/mcp-gateway.md',
    controls: ['AARM-R1'],
  },
  'mcp.lists-hide': {
    promise: 'what a caller may not call is in no list, whatever the era, media type, cursor or endpoint',
    source: 'docs/mcp-gateway.md',
    controls: ['ASI02', 'AARM-R1'],
  },
  'mcp.conformance': {
    promise: 'the gateway passes the conformance suite of both eras as the server does without it',
    source: 'docs/mcp-gateway.md',
    controls: ['AARM-R1'],
  },
  'mcp.every-method': {
    promise: 'every method of the protocol is in the table: decided, answered here, or refused',
    source: 'docs/mcp-gateway.md',
    controls: ['ASI02', 'ASI07', 'AARM-R1'],
  },
  'approvals.one-action-once': {
    promise:
      'what people approve is done once and nothing else is: neither twice, nor later, nor with anything in it changed',
    source: 'docs/approvals.md',
    controls: ['ASI02', 'ASI09', 'AARM-R4'],
  },
  'approvals.by-whom-policy-names': {
    promise:
      'only people of the groups that a policy names count, each once, and none of those that it keeps apart',
    source: 'docs/approvals.md',
    controls: ['ASI03', 'ASI09', 'AARM-R4'],
  },
  'approvals.decided-again': {
    promise:
      'whatever changes between a yes and its use is asked anew or denied: arguments, tool, policy, labels, people, standing, time',
    source: 'docs/approvals.md',
    controls: ['ASI02', 'ASI03', 'AARM-R4'],
  },
  'approvals.model-checked': {
    promise:
      'in no order of what agents, people, operators, clocks and nodes do is anything executed without a live approval of just that, or twice',
    source: 'docs/adr/0026-approvals.md',
    controls: ['ASI08', 'ASI09', 'AARM-R4'],
  },
  'approvals.sealed': {
    promise:
      'once anybody can sign in, no answer over the socket counts, and who may approve is changed by keepers alone',
    source: 'docs/adr/0028-assurance.md',
    controls: ['ASI03', 'ASI09', 'AARM-R4'],
  },
  'approvals.not-by-same-user': {
    promise:
      'a process of the same user as the agent cannot approve over the socket, the files, the page or the gateway, with a session of a person as well',
    source: 'docs/approvals.md',
    controls: ['ASI03', 'ASI09', 'AARM-R4'],
  },
  'approvals.signed': {
    promise:
      'a yes to what is grave is signed with a passkey over exactly that request, and the proof can be checked offline',
    source: 'docs/formats/passkey-proof.md',
    controls: ['ASI03', 'ASI09', 'AARM-R4'],
  },
  'approvals.the-wait': {
    promise:
      'a call that waits for people is answered in the way that its client can use; a retry attaches to the same request, one call is let through by one approval, and one whose outcome is unknown is not run again',
    source: 'docs/approvals.md, docs/adr/0030-the-wait.md',
    controls: ['ASI02', 'ASI09', 'AARM-R4'],
  },
  'approvals.answers-approve-nothing': {
    promise: 'nothing that a client answers to a question approves a call, or takes a request to people back',
    source: 'docs/adr/0030-the-wait.md',
    controls: ['ASI03', 'ASI09', 'AARM-R1'],
  },
  'approvals.edited': {
    promise:
      'what a person changes in a call is decided from the beginning, approved anew by everybody whom it needs, and done once in the place of the call that the agent makes',
    source: 'docs/approvals.md',
    controls: ['ASI02', 'ASI09', 'AARM-R4'],
  },
  'approvals.for-a-task': {
    promise:
      'what is approved for a task lets through so many calls that fit its pattern, counted with the decisions, and nothing else',
    source: 'docs/approvals.md',
    controls: ['ASI02', 'ASI09', 'AARM-R4'],
  },
  'approvals.break-glass': {
    promise:
      'two people of a group open a task for minutes to what its forbids name that group for, loudly, and to nothing else',
    source: 'docs/approvals.md',
    controls: ['ASI02', 'ASI09', 'AARM-R4'],
  },
  'approvals.across-the-gateway': {
    promise:
      'a client that waits gets the result of the approved call, one that does not attaches later, and a crash in between loses no request and repeats no effect',
    source: 'docs/approvals.md',
    controls: ['ASI09', 'AARM-R4'],
  },
  'desk.shows-what-is-done': {
    promise:
      'who decides is shown all of what is done on any screen, whatever an agent has written into it, and nothing of that is ever run',
    source: 'docs/approvals.md',
    controls: ['ASI09', 'AARM-R4'],
  },
  'opa.asks-people': {
    promise:
      'what OPA wants people for is lifted by those whom its answer names, once, and by nobody once it answers otherwise',
    source: 'docs/opa.md',
    controls: ['ASI09', 'AARM-R4'],
  },
  'approvals.batch': {
    promise:
      'a list of requests is answered together only where they differ in arguments alone and each card is named, and each answer stands and counts by itself',
    source: 'docs/approvals.md',
    controls: ['ASI09', 'AARM-R4'],
  },
  'approvals.expired-once': {
    promise: 'that nobody decided a request in time is on record once, and nothing rests on its being there',
    source: 'docs/approvals.md',
    controls: ['ASI09'],
  },
  'approvals.load': {
    promise:
      'how often people are asked, how they answer and how fast is what the ledger says, in bounded memory; a rule that they nearly always answer alike is named',
    source: 'docs/approvals.md',
    controls: ['ASI09'],
  },
  'reviews.nothing-lost': {
    promise:
      'what happened that a person has to look at lies open until somebody did, on every node and after a crash, and noise pushes nothing out',
    source: 'docs/approvals.md',
    controls: ['ASI08', 'ASI10', 'AARM-R4'],
  },
  'reviews.closed-by-people': {
    promise:
      'an item is closed by an act that policy decides, with a person and a reason on record, and what came since they looked keeps it open',
    source: 'docs/approvals.md',
    controls: ['ASI09', 'AARM-R4'],
  },
  'messages.arrive': {
    promise:
      'people are told what waits and what became of it, in order, until a target has heard or it is too late; a crash in between repeats a message and loses none',
    source: 'docs/approvals.md, docs/adr/0029-messages.md',
    controls: ['ASI09', 'AARM-R4'],
  },
  'messages.signed': {
    promise:
      'a receiver that verifies the signature takes no message that is not from here, changed, or old; no secret of a target is in a log, an error, an answer or a record',
    source: 'docs/approvals.md, docs/adr/0029-messages.md',
    controls: ['ASI07', 'NHI2', 'AARM-R4'],
  },
  'messages.say-little': {
    promise:
      'a message has the line of what is done and no list of arguments, and nothing in it that others wrote becomes a link, a mention or an answer',
    source: 'docs/approvals.md, docs/adr/0029-messages.md',
    controls: ['ASI01', 'ASI09', 'AARM-R4'],
  },
  'labels.by-field': {
    promise:
      'a session is labelled by what was really in a result, and by the worst where that cannot be told',
    source: 'docs/labels.md',
    controls: ['ASI01', 'AARM-R2'],
  },
  'labels.lowered-by-people': {
    promise:
      'a label goes down by an act of a person that is decided and recorded, as far as it says, and by nothing an agent does',
    source: 'docs/labels.md',
    controls: ['ASI03', 'ASI09', 'AARM-R4'],
  },
  'labels.persist': {
    promise:
      'what is written under a label is read back with it by any agent, whoever wrote over it, and is no reason for anything where it is untrusted',
    source: 'docs/labels.md',
    controls: ['ASI01', 'ASI06', 'AARM-R2'],
  },
  'operands.checked-again': {
    promise:
      'what a call names and others can change is part of what is approved and is looked at again right before the call is let go; one that changed asks anew',
    source: 'docs/approvals.md, "What can change meanwhile"',
    controls: ['ASI02', 'ASI05', 'AARM-R3'],
  },
  'operands.seen-or-unknown': {
    promise: 'what cannot be looked at is unknown, and nobody is asked to approve it',
    source: 'docs/approvals.md, "What can change meanwhile"',
    controls: ['ASI09', 'AARM-R3'],
  },
  'git.signatures': {
    promise:
      'each commit that would come new to a remote is told with who signed it by the list of the operator, whatever the repository says of itself',
    source: 'docs/coding-agents.md, "Commits"',
    controls: ['ASI04', 'ASI05', 'AARM-R2'],
  },
  'git.runs-nothing': {
    promise: 'to ask a repository about a push runs no program that its configuration, hooks or objects name',
    source: 'docs/coding-agents.md, "Commits"',
    controls: ['ASI05', 'AARM-R1'],
  },
  'baseline.tested': {
    promise: 'no small slip in any rule of the baseline pack gets past the tests that come with it',
    source: 'docs/baseline.md',
    controls: ['ASI10'],
  },
  'policy.tested-first': {
    promise: 'policies that fail a test beside them neither start a daemon nor are published',
    source: 'docs/authoring.md',
    controls: ['ASI10'],
  },
  'policy.lint-is-right': {
    promise: 'where lint says that one policy covers another, no request says otherwise',
    source: 'docs/authoring.md',
    controls: ['ASI09'],
  },
  'result.masked': {
    promise:
      'a secret that a policy masks is in none of the bytes that the agent gets, escaped, encoded or cut in two either',
    source: 'docs/adr/0024-results.md',
    controls: ['ASI03', 'NHI2', 'AARM-R4'],
  },
  'result.unknown': {
    promise: 'what a detector cannot tell is taken for the worst that it could have said',
    source: 'docs/adr/0024-results.md',
    controls: ['AARM-R2'],
  },
  'result.narrowing': {
    promise:
      'what is done to a result only takes away, is the same each time, and is marked where it was done',
    source: 'docs/adr/0024-results.md',
    controls: ['AARM-R4'],
  },
  'result.quarantined': {
    promise:
      'of a result that policy keeps back the agent gets a notice and nothing else, whatever fails; a person can read it by its record',
    source: 'docs/adr/0024-results.md',
    controls: ['ASI01', 'ASI06', 'AARM-R4'],
  },
  'result.unasked': {
    promise:
      'policies that do not speak of results say nothing of any, and a result needs no permit of its own',
    source: 'docs/adr/0024-results.md',
    controls: ['AARM-R3'],
  },
  'signals.stale-is-missing': {
    promise: 'a signal that is older than it may be is to policy as if nobody had said it',
    source: 'docs/signals.md',
    controls: ['ASI08', 'AARM-R2'],
  },
  'signals.by-whom-registered': {
    promise:
      'a signal counts only where policy lets whoever says it, and the file of signals names them, this value and no longer age',
    source: 'docs/signals.md',
    controls: ['ASI03', 'ASI07', 'NHI5', 'AARM-R2'],
  },
  'signals.no-decision-across-a-change': {
    promise: 'a decision that read a signal is committed before it changes, or decided again',
    source: 'docs/adr/0034-signals.md',
    controls: ['AARM-R2', 'AARM-R5'],
  },
  'signals.bounded': {
    promise:
      'however often a signal is said, what is written of it has a bound, and one that flaps counts as missing',
    source: 'docs/adr/0034-signals.md',
    controls: ['ASI08'],
  },
  'signals.calendar': {
    promise: 'a window is open while the clock of its place shows a time in it, also when the clocks change',
    source: 'docs/signals.md',
    controls: ['AARM-R2'],
  },
  'signals.in-the-record': {
    promise: 'what signals said to a decision is in its record, and deciding it again says the same',
    source: 'docs/signals.md',
    controls: ['AARM-R5', 'AARM-R6'],
  },
  'deferral.decided-again': {
    promise:
      'a call that waited is decided again from the beginning, and what it waits for has to hold at that moment',
    source: 'docs/deferral.md',
    controls: ['AARM-R2', 'AARM-R4'],
  },
  'deferral.bounded': {
    promise:
      'a wait ends with its time and is a denial then; how many calls wait, and how many behind one another, has a bound',
    source: 'docs/deferral.md',
    controls: ['ASI08', 'AARM-R4'],
  },
  'deferral.once': {
    promise: 'of all requests that wait for one place one is let through, on any number of nodes',
    source: 'docs/adr/0035-deferral.md',
    controls: ['ASI02', 'ASI08', 'AARM-R5'],
  },
  'deferral.model-checked': {
    promise:
      'in no order of what agents, signals, operators, clocks and nodes do is a waiting call lost, let through while what it waits for does not hold, or made twice',
    source: 'docs/adr/0035-deferral.md',
    controls: ['ASI08', 'AARM-R2', 'AARM-R5'],
  },
  'deferral.survives': {
    promise: 'what waits is in the ledger, and waits on after a restart with the time that it had left',
    source: 'docs/deferral.md',
    controls: ['AARM-R5'],
  },
  'cli.exit-codes': {
    promise: 'what a command was refused, or could not ask, it exits with, and programs hear why as JSON',
    source: 'docs/cli.md',
    controls: ['AARM-R4', 'ASI09'],
  },
} as const satisfies Record<string, Requirement>;

export type RequirementId = keyof typeof requirements;

/** Says in a test which promises it holds. */
export function verifies(..._ids: readonly RequirementId[]): void {}
