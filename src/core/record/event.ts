// SPDX-License-Identifier: Apache-2.0
// Every event that a ledger holds: its shape and, from the same definition, its parser.
// A record is an event in its envelope (envelope.ts). Byte format: docs/formats/record.md.
import { z } from 'zod';
import { autonomies } from '../agent/autonomy.ts';
import { assurances } from '../approval/assurance.ts';
import { parties } from '../decision/verdict.ts';
import { holdKinds } from '../hold/hold.ts';
import { integrities, levels } from '../label/label.ts';
import { operatorChannels } from '../request/proposal.ts';
import { detectors } from '../result/detector.ts';
import { signs } from '../result/instructions.ts';
import { constraintShape, scopeShape } from '../task/scope.ts';

export const maxReasonLength = 1000;

/** A longer one is refused: a part of what somebody asked may mean something else. */
export const maxPromptLength = 200_000;

/** Changes when a record of the old shape could not be read as one of the new. */
export const recordVersion = 1;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const id = z.string().min(1).max(256);
const instantMs = z.number().int().nonnegative();
/** In the words of who did it. */
const why = z.string().max(maxReasonLength);

export const labelShape = z.strictObject({
  level: z.enum(levels),
  categories: z.array(z.string()).readonly(),
  /** Absent: everyone, as in records from before there were readers. */
  readers: z.array(z.string()).readonly().optional(),
  integrity: z.enum(integrities),
  sources: z.array(z.string()).readonly(),
});

/** Text or bytes that lie beside the record, encrypted under the task's key; only its hiding digest is evidence. */
const payloadRef = z.strictObject({ digest, sizeBytes: z.number().int().nonnegative() });
export type PayloadRef = z.infer<typeof payloadRef>;

/** Whose key seals what belongs to no task: published policies and catalogues. */
export const tenantKey = 'tenant';

export const budgetShape = z.strictObject({
  /** `calls`, or `calls:<class>` to count only one action class. */
  name: z.string().regex(/^calls(:[a-z]+)?$/, 'a budget is `calls` or `calls:<class>`'),
  limit: z.number().int().nonnegative(),
});
export type Budget = z.infer<typeof budgetShape>;

const header = {
  v: z.literal(recordVersion),
  id,
  at: instantMs,
  node: id,
  tenant: id,
  /** Facets whose value this event moved, sorted. What depends on one of them was decided before or after, never across. */
  moves: z.array(z.string()).readonly(),
  /** Facets that ended with this event, sorted. */
  drops: z.array(z.string()).readonly(),
  /** What was read to write this: each facet with the id of the record that had last moved it (empty: none had). */
  reads: z.record(z.string(), z.string()),
};

export const taskShape = z.strictObject({
  id,
  type: z.string(),
  agent: id,
  /** The human, or the parent, for whom the task is done; absent when nobody is named. */
  onBehalfOf: id.optional(),
  purpose: z.string().optional(),
  params: z.record(z.string(), z.string()),
  budgets: z.array(budgetShape).readonly(),
  startedAt: instantMs,
  expiresAt: instantMs,
  approver: id,
  /** The tasks that it was started under, the nearest first; absent for one that a person started. */
  above: z
    .array(z.strictObject({ task: id, agent: id }))
    .min(1)
    .max(8)
    .readonly()
    .optional(),
  /** What may be done under it at most, with its parameters bound; absent where no template of its type was loaded. */
  scope: scopeShape.optional(),
});
export type TaskTerms = z.infer<typeof taskShape>;

export const agentRegistered = z.strictObject({
  ...header,
  type: z.literal('agent.registered'),
  agent: id,
  owner: id,
  autonomy: z.enum(autonomies),
  verifiedAt: instantMs,
});

export const taskStarted = z.strictObject({ ...header, type: z.literal('task.started'), task: taskShape });

export const promptSubmitted = z.strictObject({
  ...header,
  type: z.literal('prompt.submitted'),
  task: id,
  author: id,
  channel: z.enum(['orchestrator', 'hook', 'operator', 'agent-claimed']),
  text: payloadRef,
  /** A model was asked what it asks for; absent where none is. Its proposal is there only where it was read. */
  intent: z
    .strictObject({
      provider: id,
      model: id,
      /** Of what was asked, the prompt in it. */
      question: digest,
      code: z.enum(['read', 'not_asked', 'unreachable', 'timeout', 'failed', 'too_large', 'malformed']),
      proposal: payloadRef.optional(),
    })
    .optional(),
});

export const sessionStarted = z.strictObject({
  ...header,
  type: z.literal('session.started'),
  session: id,
  task: id,
  agent: id,
  tokenId: id,
});

export const taskEnded = z.strictObject({
  ...header,
  type: z.literal('task.ended'),
  task: id,
  reason: z.string(),
});

export const revoked = z.strictObject({
  ...header,
  type: z.literal('revoked'),
  scope: z.enum(['agent', 'task', 'session', 'token', 'tool', 'policy']),
  target: id,
  reason: z.string(),
  /** Of a permit: the digest of its text, which stays without effect until it changes. */
  text: digest.optional(),
});

/** All that a filter matches and had begun by then is over. */
export const swept = z.strictObject({
  ...header,
  type: z.literal('swept'),
  filter: z.strictObject({
    agent: id.optional(),
    owner: id.optional(),
    onBehalfOf: id.optional(),
    taskType: z.string().optional(),
    /** Begun then or later; 0: whenever. */
    since: instantMs,
  }),
  /** So many of them stood then, as far as was known; the filter decides, and not these. */
  ended: z.strictObject({
    agents: z.number().int().nonnegative(),
    tasks: z.number().int().nonnegative(),
    sessions: z.number().int().nonnegative(),
    calls: z.number().int().nonnegative(),
  }),
  author: id,
  reason: why,
});

const heldScope = z.enum(['agent', 'task', 'session', 'all']);

/** Nothing begins any more, or nothing but reading, until it is lifted. Nothing is ended. */
export const holdSet = z.strictObject({
  ...header,
  type: z.literal('hold.set'),
  scope: heldScope,
  target: id,
  hold: z.enum(holdKinds),
  /** What becomes of calls that have begun. */
  calls: z.enum(['finish', 'abort']),
  author: id,
  reason: why,
});

export const holdLifted = z.strictObject({
  ...header,
  type: z.literal('hold.lifted'),
  scope: heldScope,
  target: id,
  hold: z.enum(holdKinds),
  author: id,
  reason: why,
});

/** Policy was asked again whether a session goes on, and says something else than before. */
export const sessionRedecided = z.strictObject({
  ...header,
  type: z.literal('session.redecided'),
  session: id,
  outcome: z.enum(['keep', 'narrow', 'pause', 'end']),
  /** What had changed. */
  trigger: z.string().max(200),
  /** The set that was asked, and the policies that made it so, with the digests of their texts. */
  policy: z.string(),
  by: z.array(z.strictObject({ policy: z.string(), text: digest })).readonly(),
  /** In the words of the policy. */
  reason: why,
});

/** An agent works at another level. */
export const autonomySet = z.strictObject({
  ...header,
  type: z.literal('autonomy.set'),
  agent: id,
  level: z.enum(autonomies),
  author: id,
  reason: why,
  /** The policy that lowered it, and the decision in which it stood against a call; absent where a person set it. */
  rule: z.string().optional(),
  decision: id.optional(),
});

/** A tool or a permit is good again. Nothing else comes back. */
export const revocationLifted = z.strictObject({
  ...header,
  type: z.literal('revocation.lifted'),
  scope: z.enum(['tool', 'policy']),
  target: id,
  /** Of a permit, as it was revoked. */
  text: digest.optional(),
  author: id,
  reason: why,
});

export const policyPublished = z.strictObject({
  ...header,
  type: z.literal('policy.published'),
  policy: digest,
  engine: z.string(),
  mode: z.enum(['enforce', 'shadow']),
  sources: payloadRef,
  /** Who brought it into force and why; absent in records from before there was one. */
  author: id.optional(),
  reason: why.optional(),
  /** It went back: the digest of the policy texts that it took out of force. They stay out until they change. */
  undoes: digest.optional(),
});

/** A set that is tried beside the one in force: what it would have said is recorded, and nothing else. */
export const candidatePublished = z.strictObject({
  ...header,
  type: z.literal('candidate.published'),
  policy: digest,
  engine: z.string(),
  sources: payloadRef,
  author: id,
  reason: why,
});

export const candidateWithdrawn = z.strictObject({
  ...header,
  type: z.literal('candidate.withdrawn'),
  policy: digest,
  author: id,
  reason: why,
});

export const cataloguePublished = z.strictObject({
  ...header,
  type: z.literal('catalogue.published'),
  catalogue: digest,
  sources: payloadRef,
});

export const toolAccepted = z.strictObject({
  ...header,
  type: z.literal('catalogue.accepted'),
  server: id,
  tool: id,
  definition: digest,
  reason: z.string(),
});

/** A credential's id, base64url. */
const credential = z.string().min(1).max(700);
const uses = z.number().int().nonnegative();

/** By which passkey somebody signed what the event says, how often it was used by then, and the proof (docs/formats/passkey-proof.md). */
const passkeyUsed = z.strictObject({ credential, uses, proof: payloadRef });
export type PasskeyUsed = z.infer<typeof passkeyUsed>;

/** Who may be asked: people, groups, and which operators they are. */
export const approversPublished = z.strictObject({
  ...header,
  type: z.literal('approvers.published'),
  approvers: digest,
  sources: payloadRef,
  author: id,
  reason: why,
  /** Where a keeper signed it. */
  passkey: passkeyUsed.optional(),
});

/** From now on what this passkey signs is this person's word. */
export const passkeyEnrolled = z.strictObject({
  ...header,
  type: z.literal('passkey.enrolled'),
  person: id,
  credential,
  /** COSE_Key, base64url. */
  publicKey: z.string().min(1).max(1600),
  rpId: id,
  name: z.string().max(60),
  uses,
  /** Who let it be enrolled: whoever could, while nothing was sealed, or who invited. */
  author: id,
  passkey: passkeyUsed.optional(),
});

export const passkeyRemoved = z.strictObject({
  ...header,
  type: z.literal('passkey.removed'),
  person: id,
  credential,
  author: id,
  reason: why,
  passkey: passkeyUsed.optional(),
});

export const personSignedIn = z.strictObject({
  ...header,
  type: z.literal('person.signed_in'),
  person: id,
  way: z.enum(['passkey', 'oidc']),
  passkey: passkeyUsed.omit({ proof: true }).optional(),
});

/** Which signals there are, who may say them, and calendars. */
export const signalsPublished = z.strictObject({
  ...header,
  type: z.literal('signals.published'),
  signals: digest,
  sources: payloadRef,
  author: id,
  reason: why,
});

/** Somebody who may has said it. Said again soon, the same is no event. */
export const signalSet = z.strictObject({
  ...header,
  type: z.literal('signal.set'),
  signal: id,
  /** As policy reads it; of an ordered value `number` is its place. */
  value: z.string().max(256),
  number: z.number().int(),
  source: id,
  /** From the time of this record on. */
  maxAgeMs: z.number().int().positive(),
  author: id,
  reason: why,
});

export const signalCleared = z.strictObject({
  ...header,
  type: z.literal('signal.cleared'),
  signal: id,
  author: id,
  reason: why,
});

const ask = z.strictObject({
  policy: z.string(),
  text: digest,
  approvers: z.array(z.string()).readonly(),
  quorum: z.number().int().positive(),
  separate: z.array(z.enum(parties)).readonly(),
  /** Absent: `socket`, as in records from before there was another. */
  assurance: z.enum(assurances).optional(),
  eligible: digest,
});

/** Who made it of another request, and in whose place it stands: found by what the agent sends, as that one was. */
const insteadOf = z.strictObject({ of: id, matter: digest, person: id, operator: id, reason: why });

const roomInPattern = z.strictObject({
  argument: z.string().min(1).max(256),
  must: constraintShape,
});

/** People are asked about exactly one action. Stands in a stream of its own, beside the decision that asked. */
export const approvalRequested = z.strictObject({
  ...header,
  type: z.literal('approval.requested'),
  approval: id,
  decision: id,
  agent: id,
  task: id,
  session: id,
  /** Digest of all that is computed again when it is used (core/approval/matter.ts). */
  matter: digest,
  /** Exactly what whoever decides is shown. */
  card: payloadRef,
  asks: z.array(ask).readonly(),
  expiresAt: instantMs,
  /** `server/target`, for who is asked the next time; absent in records from before. */
  tool: z.string().max(1100).optional(),
  /** A person made it of another request; one of the two below says how. */
  instead: insteadOf.optional(),
  /** With arguments that they changed: what each is set to, or that it is left out, lies beside the record. */
  edit: z
    .strictObject({ changes: payloadRef, changed: z.array(z.string().max(256)).max(64).readonly() })
    .optional(),
  /** For so many calls of the task that fit a pattern (core/approval/pattern.ts). */
  standing: z
    .strictObject({
      fixed: digest,
      free: z.array(roomInPattern).max(16).readonly(),
      labels: labelShape,
      count: z.number().int().positive(),
      until: instantMs,
    })
    .optional(),
});

/** Somebody wants the forbids of a group taken away for a task, for minutes. Two people have to say so. */
export const breakGlassRequested = z.strictObject({
  ...header,
  type: z.literal('break_glass.requested'),
  approval: id,
  agent: id,
  task: id,
  group: id,
  reason: why,
  forMs: z.number().int().positive(),
  matter: digest,
  card: payloadRef,
  asks: z.array(ask).readonly(),
  expiresAt: instantMs,
  person: id,
  operator: id,
});

/** With the yes that made it enough. */
export const breakGlassOpened = z.strictObject({
  ...header,
  type: z.literal('break_glass.opened'),
  glass: id,
  agent: id,
  task: id,
  group: id,
  reason: why,
  people: z.array(id).readonly(),
  until: instantMs,
});

/** Before its time: nothing is written where time ends it. */
export const breakGlassClosed = z.strictObject({
  ...header,
  type: z.literal('break_glass.closed'),
  glass: id,
  agent: id,
  task: id,
  operator: id,
  reason: why,
});

export const approvalDecided = z.strictObject({
  ...header,
  type: z.literal('approval.decided'),
  approval: id,
  verdict: z.enum(['approve', 'refuse']),
  /** Who, by the file of approvers, and the operator that they came as. */
  person: id,
  operator: id,
  /** The forbids that it counts for. */
  policies: z.array(z.string()).readonly(),
  /** Of the request, its matter, its card and its end: what exactly was decided about. */
  binding: digest,
  /** The card that they were shown. */
  card: digest,
  reason: why,
  /** How sure it is that it was they. Absent: `socket`. */
  assurance: z.enum(assurances).optional(),
  /** Where they signed it. */
  passkey: passkeyUsed.optional(),
});

/** Nobody decided it in time. It was over by then, whether or not this was ever written (core/approval/approval.ts). */
export const approvalExpired = z.strictObject({
  ...header,
  type: z.literal('approval.expired'),
  approval: id,
  session: id,
});

/** Somebody has looked at what had happened: core/review/queue.ts. */
export const reviewClosed = z.strictObject({
  ...header,
  type: z.literal('review.closed'),
  /** The record that opened it. */
  review: id,
  /** The newest record of it that was looked at. */
  last: id,
  /** By the file of approvers; absent where the operator is nobody in it. */
  person: id.optional(),
  operator: id,
  reason: why,
});

/** A call waits. Stands in a stream of its own; again with other `waits` where what it waits for has changed. */
export const deferralRequested = z.strictObject({
  ...header,
  type: z.literal('deferral.requested'),
  deferral: id,
  decision: id,
  agent: id,
  task: id,
  session: id,
  action: z.string(),
  /** Digest of who asks and what they ask (core/deferral/match.ts). */
  matter: digest,
  waits: z.array(z.strictObject({ policy: z.string(), text: digest, until: z.string().max(300) })).readonly(),
  /** How many waits it stands behind, itself among them. */
  depth: z.number().int().positive(),
  expiresAt: instantMs,
});

export const deferralCancelled = z.strictObject({
  ...header,
  type: z.literal('deferral.cancelled'),
  deferral: id,
  author: id,
  reason: why,
});

const reserve = z.strictObject({
  budget: z.string(),
  units: z.number().int().positive(),
  /** Whose budget, where it is that of a task above. */
  task: id.optional(),
});
export type Reserve = z.infer<typeof reserve>;

const fact = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()]),
  source: z.string(),
  /** When the source learnt it; its age at the decision is `at - t`. */
  t: instantMs,
});
export type Fact = z.infer<typeof fact>;

/**
 * A value that history keeps: what conditions over history can count, sum and compare. Text stands
 * as a keyed hash, since a record is never erased (core/temporal/kept.ts).
 */
const keptScalar = z.union([
  z.boolean(),
  z.number(),
  z.string().max(64),
  z.strictObject({ decimal: z.string().max(24) }),
]);
const keptShape = z.record(z.string(), z.union([keptScalar, z.array(keptScalar).readonly()]));
export type Kept = z.infer<typeof keptShape>;

const agentCaller = z.strictObject({ agent: id, task: id, session: id, tokenId: id });
const operatorCaller = z.strictObject({ operator: id, channel: z.enum(operatorChannels) });

export const outcomes = ['allow', 'deny', 'modify', 'step_up', 'defer'] as const;
export type OutcomeName = (typeof outcomes)[number];

/** Items of a store, as core/label/items.ts names them. */
const storesShape = z.strictObject({ store: id, items: z.array(z.string()).readonly() });

export const decision = z.strictObject({
  ...header,
  type: z.literal('decision'),
  who: z.union([agentCaller, operatorCaller]),
  /** Human, agent, sub-agents: who this is done for, outermost first. */
  chain: z.array(id).readonly(),
  request: z.strictObject({
    method: z.string(),
    server: z.string(),
    target: z.string(),
    action: z.string(),
    class: z.string(),
    resource: z.strictObject({ type: z.string(), id: z.string() }),
    /** The projection that policy saw: secrets already replaced. Absent when nothing could be described. */
    args: payloadRef.optional(),
    argsOpaque: z.boolean(),
    definition: digest.optional(),
  }),
  versions: z.strictObject({
    policy: z.string(),
    catalogue: z.string(),
    fold: z.string(),
    engine: z.string(),
  }),
  facts: z.record(z.string(), fact),
  verdicts: z
    .array(
      z.strictObject({
        policy: z.string(),
        effect: z.enum(['permit', 'forbid']),
        kind: z.enum(['satisfied', 'errored']),
        text: digest,
      }),
    )
    .readonly(),
  /** What was taken away, and the approval that is consumed by it. */
  lifts: z
    .array(
      z.strictObject({
        policy: z.string(),
        textDigest: digest,
        via: id.optional(),
        glass: z.literal(true).optional(),
      }),
    )
    .readonly(),
  transforms: z.array(z.string()).readonly(),
  outcome: z.enum(outcomes),
  /** Why, for machines: see docs/formats/record.md for the closed list. */
  code: z.string(),
  /** Where the code leaves it open: which argument, and what would be right. Never a value that was sent. */
  detail: z.string().optional(),
  /** What would have been enforced had the mode been `enforce`; only in shadow mode. */
  shadow: z.boolean(),
  /** The request that waits for people, or that they said no to. */
  pending: id.optional(),
  /** What was decided is what people made of the call: by which request, and what the agent had sent. */
  edited: z.strictObject({ by: id, from: payloadRef }).optional(),
  /** The place of the call among those that wait: where it waits, waited in vain, or was let through and gave it up. */
  deferral: id.optional(),
  obligations: z.array(z.string()).readonly(),
  /** What a second decision point was asked about and said. Absent: it was not asked. */
  opinion: payloadRef.optional(),
  /** What the candidate would have said; absent where none was tried. No outcome: it cannot be told, and `code` says why. */
  would: z
    .strictObject({
      policy: digest,
      outcome: z.enum(outcomes).optional(),
      code: z.string(),
      by: z.array(z.string()).readonly(),
    })
    .optional(),
  /** The arguments that history keeps, by the catalogue. */
  kept: keptShape.optional(),
  /** What the agent uses with this for the first time ever, where it may take effect: tool, class, resource, destination. */
  first: z.array(z.string().max(1024)).readonly().optional(),
  /** Present on what may take effect: what it holds until it is observed. */
  open: z
    .strictObject({
      reserves: z.array(reserve).readonly(),
      worst: labelShape,
      releaseWithinMs: z.number(),
      /** Where what is sent may stand from now on, and is labelled more than it was. */
      stores: storesShape.optional(),
    })
    .optional(),
});

/** What was found in a result; nothing of what is not there. Never what was found. */
const found = z.strictObject({
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().positive().optional(),
  structured: z.boolean().optional(),
  error: z.boolean().optional(),
  secrets: z.number().int().positive().optional(),
  pii: z.number().int().positive().optional(),
  kinds: z.array(z.string().max(64)).readonly().optional(),
  emails: z.number().int().positive().optional(),
  signs: z.array(z.enum(signs)).readonly().optional(),
  invisible: z.number().int().positive().optional(),
  images: z.number().int().positive().optional(),
  links: z.number().int().positive().optional(),
  changedTools: z.number().int().positive().optional(),
  unknown: z.array(z.enum(detectors)).readonly().optional(),
});

/** What policy said of a result. Absent: nothing was found, and no policy in force speaks of results. */
const resultDecided = z.strictObject({
  outcome: z.enum(outcomes),
  code: z.string(),
  policy: z.string(),
  by: z.array(z.strictObject({ policy: z.string(), text: digest })).readonly(),
  /** What was done to it, in the order that it was asked for. */
  transforms: z.array(z.string()).readonly(),
  found,
  /** The same of what was left of it; absent where nothing was done. */
  left: found.optional(),
  /** What the agent got, secrets replaced; absent where that is what came back, or nothing. */
  released: payloadRef.optional(),
  /** It was let through all the same. */
  shadow: z.boolean().optional(),
});
export type ResultDecided = z.infer<typeof resultDecided>;

export const observation = z.strictObject({
  ...header,
  type: z.literal('observation'),
  decision: id,
  session: id.optional(),
  /** `unreleased`: nothing was sent. `ambiguous`: it was sent and nobody knows what became of it. */
  status: z.enum(['ok', 'error', 'withheld', 'ambiguous', 'unreleased']),
  detail: z.string().optional(),
  result: payloadRef.optional(),
  /** What history keeps of the result; absent where nobody knows what came back. */
  kept: keptShape.optional(),
  decided: resultDecided.optional(),
  label: labelShape,
  /** Where the label is more than the result's own: by which decisions was written what may have been read. */
  stored: z
    .strictObject({
      by: z.array(id).readonly(),
      /** It counts as the text of strangers, whatever the catalogue says of results. */
      untrusted: z.boolean(),
    })
    .optional(),
  tookMs: z.number().nonnegative(),
});

/** What a label is of. */
export const labelledShape = z.union([
  z.strictObject({ task: id }),
  z.strictObject({ store: id, item: z.string() }),
]);

export const labelEndorsed = z.strictObject({
  ...header,
  type: z.literal('label.endorsed'),
  of: labelledShape,
  /** Absent: all that there were. */
  sources: z.array(z.string()).readonly().optional(),
  author: id,
  reason: why,
});

export const labelDeclassified = z.strictObject({
  ...header,
  type: z.literal('label.declassified'),
  of: labelledShape,
  level: z.enum(levels).optional(),
  /** That it is not of. */
  categories: z.array(z.string()).readonly().optional(),
  /** Who may read it as well. */
  readers: z.union([z.literal('everyone'), z.array(z.string()).readonly()]).optional(),
  author: id,
  reason: why,
});

/** Where messages for people go from here on; in place of what was published before. */
export const messagesPublished = z.strictObject({
  ...header,
  type: z.literal('messages.published'),
  targets: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(40),
        kind: z.enum(['webhook', 'slack']),
        /** Of the URL, which may be a secret. */
        origin: z.string().max(300),
        /** A keyed hash of the URL: that it is another one can be told. */
        address: z.string().regex(/^[0-9a-f]{32}$/),
        events: z.array(z.string().max(40)).readonly(),
        shows: z.enum(['deed', 'id']),
      }),
    )
    .readonly(),
  author: id,
  reason: why,
});

/** How telling one target of one event ended. */
export const messageEnded = z.strictObject({
  ...header,
  type: z.literal('message.ended'),
  target: z.string().min(1).max(40),
  /** The record that it was told of. */
  of: id,
  /** The request, or what has to be looked at. */
  about: id,
  /** `refused`: the target would not have it. `late`: nobody could be told in time. */
  end: z.enum(['delivered', 'refused', 'late']),
  /** Made by the node that wrote this. */
  attempts: z.number().int().nonnegative(),
  /** Of the last answer. */
  status: z.number().int().min(100).max(999).optional(),
  /** The card that was opened for it; absent where none was. */
  card: digest.optional(),
});

export const nodeStarted = z.strictObject({
  ...header,
  type: z.literal('node.started'),
  version: z.string(),
  mode: z.enum(['enforce', 'shadow']),
});

export const eventShape = z.discriminatedUnion('type', [
  agentRegistered,
  taskStarted,
  promptSubmitted,
  sessionStarted,
  taskEnded,
  revoked,
  swept,
  holdSet,
  holdLifted,
  revocationLifted,
  autonomySet,
  sessionRedecided,
  policyPublished,
  candidatePublished,
  candidateWithdrawn,
  cataloguePublished,
  toolAccepted,
  approversPublished,
  passkeyEnrolled,
  passkeyRemoved,
  personSignedIn,
  signalsPublished,
  signalSet,
  signalCleared,
  approvalRequested,
  approvalDecided,
  approvalExpired,
  reviewClosed,
  breakGlassRequested,
  breakGlassOpened,
  breakGlassClosed,
  deferralRequested,
  deferralCancelled,
  decision,
  observation,
  labelEndorsed,
  labelDeclassified,
  messagesPublished,
  messageEnded,
  nodeStarted,
]);

export type Event = z.infer<typeof eventShape>;
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;
export type DecisionEvent = EventOf<'decision'>;
export type ObservationEvent = EventOf<'observation'>;

/** An event's own members, without the header that the sequencer adds. */
type WithoutHeader<E> = E extends Event
  ? Omit<E, 'v' | 'id' | 'at' | 'node' | 'tenant' | 'moves' | 'drops' | 'reads'>
  : never;
/** An event before it has a place in time: what a use case writes. */
export type EventBody = WithoutHeader<Event>;
export type BodyOf<T extends Event['type']> = Extract<EventBody, { type: T }>;

/** @returns the event, or why these are not one (a record of a later version, an edited store) */
export function parseEvent(value: unknown): { ok: true; event: Event } | { ok: false; reason: string } {
  const parsed = eventShape.safeParse(value);
  if (parsed.success) return { ok: true, event: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an event'}` };
}
