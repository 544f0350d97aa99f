// SPDX-License-Identifier: Apache-2.0
// What the daemon says of itself, judged: mode, policies, catalogue, tasks, and the files that it watches.
import { isIP } from 'node:net';
import type { TargetState } from '../../../app/messages.ts';
import type { ApproversFacts, SecondFacts } from '../../api/status-routes.ts';
import type { ToolChange } from '../../api/tool-changes.ts';
import type { Finding } from './finding.ts';

/** As `/v1/status` answers; only what is judged here. */
export interface NodeStatus {
  readonly mode: 'enforce' | 'shadow';
  readonly url: string;
  readonly policyDir: string;
  readonly catalogueDir: string;
  readonly mcpFile?: string;
  readonly canaryProvedAt: number;
  readonly now: number;
  readonly policies: {
    readonly count: number;
    readonly permits: number;
    readonly finalForbids: number;
    readonly starter: number;
  };
  readonly catalogue: { readonly unknownClass: readonly string[]; readonly servers: readonly string[] };
  readonly reload: {
    readonly state: 'in_force' | 'refused';
    readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  };
  readonly tasks: { readonly running: number; readonly withoutPrompt: number };
  readonly opa?: SecondFacts;
  /** Absent from a daemon of an earlier version. */
  readonly approvers?: ApproversFacts;
  /** Where people sign in and answer. */
  readonly desk?: string;
  /** Absent from a daemon of an earlier version. */
  readonly messages?: readonly Pick<
    TargetState,
    'name' | 'origin' | 'shows' | 'waiting' | 'failures' | 'lastFailure' | 'dropped'
  >[];
  readonly intent?: { readonly url: string; readonly model: string; readonly timeoutMs: number };
  readonly upstreams: readonly { readonly name: string; readonly kind: string }[];
}

export interface ComparedServer {
  readonly server: string;
  readonly reachable: boolean;
  readonly reason?: string;
  readonly changes?: readonly ToolChange[];
}

const maxNamed = 5;

export function judgeNode(status: NodeStatus): readonly Finding[] {
  const { policies, catalogue, reload, tasks } = status;
  const findings: Finding[] = [];
  if (status.mode === 'shadow')
    findings.push({
      code: 'shadow_mode',
      severity: 'warning',
      message: 'the daemon runs in shadow mode: everything is recorded and nothing is stopped',
      fix: 'start it with `--mode enforce` when the records look right',
    });
  if (reload.state === 'refused') {
    const [first] = reload.problems;
    const where = first === undefined ? '' : `: ${first.file}, line ${first.line}: ${first.message}`;
    findings.push({
      code: 'files_not_in_force',
      severity: 'error',
      message: `the policies or catalogue on disk are not what decides${where}`,
      fix: 'correct the files (`countersign policy check`); they come into force when saved',
    });
  }
  if (policies.permits === 0)
    findings.push({
      code: 'nothing_permitted',
      severity: 'warning',
      message: 'no policy permits anything, so every call is refused',
      fix: 'write a `permit`, or begin with policies/starter.cedar',
    });
  else if (policies.finalForbids === 0)
    findings.push({
      code: 'no_final_forbid',
      severity: 'warning',
      message: 'no policy forbids anything for good: whatever is permitted can be had, or be approved',
      fix: 'write a `forbid` without `@outcome` for what must never happen; policies/starter.cedar has two',
    });
  if (policies.starter === 0)
    findings.push({
      code: 'starter_missing',
      severity: 'note',
      message: 'none of the starter rules is in force (private data, untrusted text and a way out, together)',
      fix: 'nothing, if your own policies say as much; else copy policies/starter.cedar',
    });
  if (status.opa !== undefined) findings.push(secondOpinion(status.opa));
  if (status.intent !== undefined) findings.push(modelReads(status.intent));
  if (catalogue.unknownClass.length > 0)
    findings.push({
      code: 'class_unknown',
      severity: 'warning',
      message: `nobody has said what these accepted tools do: ${brief(catalogue.unknownClass)}`,
      fix: `give them a class in \`${status.catalogueDir}\`; until then they count as everything at once`,
    });
  if (tasks.withoutPrompt > 0)
    findings.push({
      code: 'task_without_prompt',
      severity: 'note',
      message: `${tasks.withoutPrompt} of ${tasks.running} running tasks have no prompt, so in them nothing can come from the user`,
      fix: 'start tasks with `--prompt`, or say it later with `countersign task prompt`, from whoever gives the agent its orders',
    });
  findings.push(...judgeApprovers(status.approvers, status.desk));
  findings.push(...judgeMessages(status.messages ?? []));
  const host = new URL(status.url).hostname.replaceAll(/[[\]]/g, '');
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (!isLoopback)
    findings.push({
      code: 'gateway_exposed',
      severity: 'warning',
      message: `the gateway listens on \`${host}\` without TLS, so tokens can be read on the way`,
      fix: 'listen on 127.0.0.1, or put a TLS proxy in front',
    });
  return findings;
}

function judgeApprovers(approvers: ApproversFacts | undefined, desk: string | undefined): readonly Finding[] {
  const { people, short = [], shared = [], sealed = false, held = false, keepers = 0 } = approvers ?? {};
  return [
    ...(short.length === 0
      ? []
      : [
          {
            code: 'nobody_can_approve',
            severity: 'note',
            message: `too few people can be asked for these rules, so they refuse: ${brief(short)}`,
            fix: 'name people and groups in a file of approvers (`countersign up --approvers`), if somebody is to be asked',
          } as const,
        ]),
    ...(people === undefined || sealed
      ? []
      : [
          {
            code: 'approvals_same_user',
            severity: 'note',
            message:
              'who may approve is not sealed: whoever can open the local socket can approve as the people of its owner, any process of this user, an agent with a shell among them',
            fix: 'enrol a passkey of a keeper before agents run: `countersign up --desk-port 7172`, then `countersign approvers enroll <keeper>`',
          } as const,
        ]),
    ...(sealed && desk === undefined
      ? [
          {
            code: 'desk_closed',
            severity: 'warning',
            message: 'who approves has to sign in, and there is no desk: nobody can answer anything',
            fix: 'start the daemon with `--desk-port 7172`',
          } as const,
        ]
      : []),
    ...(sealed && keepers === 1
      ? [
          {
            code: 'one_keeper',
            severity: 'note',
            message: 'one keeper has a passkey: without them nobody can change who approves any more',
            fix: 'have a second person of the group `keepers` enrol one',
          } as const,
        ]
      : []),
    ...(held
      ? [
          {
            code: 'approvers_held',
            severity: 'warning',
            message:
              'the file of approvers says something else than what is in force: it may have been somebody who wants to approve',
            fix: 'look at it on the desk, under "who approves": a keeper brings it into force, or put the file back',
          } as const,
        ]
      : []),
    ...(sealed || shared.length === 0
      ? []
      : [
          {
            code: 'approvers_share_operator',
            severity: 'warning',
            message: `several people are one operator, so a quorum of them is one user's word: ${brief(shared)}`,
            fix: 'give each of them an operator of their own under `operators`',
          } as const,
        ]),
  ];
}

function judgeMessages(targets: NonNullable<NodeStatus['messages']>): readonly Finding[] {
  const failing = targets.filter(({ failures, dropped }) => failures > 0 || dropped > 0);
  const shown = targets
    .filter(({ shows }) => shows === 'deed')
    .map(({ name, origin }) => `${name} (${origin})`);
  return [
    ...(failing.length === 0
      ? []
      : [
          {
            code: 'messages_failing',
            severity: 'warning',
            message: `people are not told what waits for them: ${brief(failing.map(failingLine))}`,
            fix: 'see that the target answers (`countersign messages test`), and its URL and secret in the file of messages',
          } as const,
        ]),
    ...(shown.length === 0
      ? []
      : [
          {
            code: 'messages_show_deeds',
            severity: 'note',
            message: `what waits for people is told outside, in one line with the values that matter: ${brief(shown)}`,
            fix: 'nothing, if those may read it; else `shows: id` in the file of messages',
          } as const,
        ]),
  ];
}

function failingLine({
  name,
  origin,
  waiting,
  failures,
  lastFailure,
  dropped,
}: NonNullable<NodeStatus['messages']>[number]): string {
  const why = failures === 0 ? '' : `, ${failures} failures in a row, the last: ${lastFailure}`;
  return `${name} (${origin}: ${waiting} wait${why}${dropped === 0 ? '' : `, ${dropped} were never told`})`;
}

function secondOpinion(opa: SecondFacts): Finding {
  const asked =
    'url' in opa ? `OPA at \`${opa.url}\`` : `\`${opa.entrypoint}\` of the compiled policy \`${opa.bundle}\``;
  return {
    code: 'second_opinion',
    severity: 'note',
    message: `what policy does not deny is asked of ${asked} too, and is refused where it does not answer within ${opa.timeoutMs} ms`,
    fix: 'nothing; whether it answers is seen in the log (`countersign log --outcome deny`)',
  };
}

function modelReads({ url, model, timeoutMs }: NonNullable<NodeStatus['intent']>): Finding {
  return {
    code: 'intent_model',
    severity: 'note',
    message: `prompts are sent to \`${model}\` at \`${url}\`, without the secrets that are recognised in them, and are read by the built-in reader alone where it does not answer within ${timeoutMs} ms`,
    fix: 'nothing, if that server may read what people ask; what came of it stands in the record of each prompt',
  };
}

export function judgeCatalogue(servers: readonly ComparedServer[]): readonly Finding[] {
  return servers.flatMap(({ server, reachable, reason, changes = [] }): readonly Finding[] => {
    if (!reachable)
      return [
        {
          code: 'upstream_unreachable',
          severity: 'warning',
          message: `\`${server}\` cannot be asked for its tools: ${reason ?? 'no answer'}`,
          fix: 'see that it starts, with its own command or URL',
        },
      ];
    if (changes.length === 0) return [];
    const names = changes.map(({ tool, change }) => `${tool} (${change})`);
    return [
      {
        code: 'tools_not_accepted',
        severity: 'warning',
        message: `tools of \`${server}\` are not as they were accepted and cannot be called: ${brief(names)}`,
        fix: `look at \`countersign catalogue diff ${server}\`, then \`countersign catalogue accept ${server}\``,
      },
    ];
  });
}

export function brief(names: readonly string[]): string {
  const more = names.length - maxNamed;
  return names.slice(0, maxNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
