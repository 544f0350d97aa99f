// SPDX-License-Identifier: Apache-2.0
// `countersign revoke`, `pause`, `quarantine`, `resume`, `stop-all`, `resume-all`, `autonomy`.
import type { Daemon } from './client.ts';
import { accepted, CommandFailed, exit, print } from './exit.ts';
import { sinceOf } from './log.ts';
import { jsonLine, printable } from './printable.ts';

export interface RevokeOptions {
  readonly reason: string;
  readonly agent?: string;
  readonly owner?: string;
  readonly onBehalfOf?: string;
  readonly type?: string;
  readonly since?: string;
  readonly tool?: string;
  readonly token?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const oneWay =
  'name one thing (`revoke session s-1`, `--tool crm/export`, `--token ID`) or a filter (`--agent a --since 1h`)';

/** One thing by its id, or all that the flags match. */
export async function revoke(
  daemon: Daemon,
  scope: string | undefined,
  id: string | undefined,
  options: RevokeOptions,
): Promise<void> {
  const { reason, agent, owner, onBehalfOf, type: taskType, since, tool, token, json = false } = options;
  const dryRun = options.dryRun === true;
  const filter = {
    ...(agent === undefined ? {} : { agent }),
    ...(owner === undefined ? {} : { owner }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(taskType === undefined ? {} : { taskType }),
    ...(since === undefined ? {} : { sinceMs: sinceOf(since, Date.now()) }),
  };
  const one = oneOf(scope, id, tool, token);
  const isFilter = Object.keys(filter).length > 0;
  if ((one === undefined) !== isFilter) throw new CommandFailed(oneWay, exit.usage);
  const startedMs = performance.now();
  const body = accepted(
    one === undefined
      ? await daemon.call('POST', '/v1/revoke/matching', { ...filter, reason, dryRun })
      : await daemon.call('POST', '/v1/revoke', { ...one, reason, dryRun }),
  );
  const tookMs = Math.round((performance.now() - startedMs) * 10) / 10;
  if (json) return print(jsonLine({ ...body, tookMs }));
  if (dryRun || one === undefined) {
    printReach(body, dryRun);
    if (dryRun) return;
  }
  const what = one === undefined ? 'what matches' : `${one.scope} ${one.target}`;
  print(printable(`revoked ${what} in ${tookMs} ms (${body.decision})`));
}

function oneOf(
  scope: string | undefined,
  id: string | undefined,
  tool: string | undefined,
  token: string | undefined,
): { readonly scope: string; readonly target: string } | undefined {
  const named = [
    ...(scope === undefined ? [] : [{ scope, target: id }]),
    ...(tool === undefined ? [] : [{ scope: 'tool', target: tool }]),
    ...(token === undefined ? [] : [{ scope: 'token', target: token }]),
  ];
  const [one] = named;
  if (one === undefined) return undefined;
  if (named.length > 1 || one.target === undefined) throw new CommandFailed(oneWay, exit.usage);
  return { scope: one.scope, target: one.target };
}

const maxShown = 20;

// biome-ignore lint/suspicious/noExplicitAny: a reply of our own daemon
function printReach(body: any, dryRun: boolean): void {
  const list = (what: string, names: readonly string[]) => {
    const count: number = body.counts[what];
    const more = count > maxShown ? ` ... and ${count - maxShown} more` : '';
    const shown = names.slice(0, maxShown).join(' ');
    print(printable(`${what.padEnd(10)}  ${count}${count === 0 ? '' : `  ${shown}${more}`}`));
  };
  print(dryRun ? 'this would end:' : 'this ended:');
  for (const what of ['agents', 'tasks', 'sessions', 'approvals']) list(what, body[what]);
  list(
    'calls',
    body.calls.map(({ decision, tool }: { decision: string; tool: string }) => `${tool} (${decision})`),
  );
}

export interface HoldOptions {
  readonly reason: string;
  readonly abort?: boolean;
  readonly json?: boolean;
}

export async function hold(
  daemon: Daemon,
  kind: 'pause' | 'quarantine',
  scope: string,
  target: string,
  { reason, abort, json }: HoldOptions,
): Promise<void> {
  const calls = abort === true ? 'abort' : 'finish';
  const body = accepted(await daemon.call('POST', '/v1/holds', { scope, target, hold: kind, calls, reason }));
  const did = kind === 'pause' ? 'paused' : 'quarantined';
  print(json === true ? jsonLine(body) : printable(`${did} ${scope} ${target} (${body.decision})`));
}

export async function resume(
  daemon: Daemon,
  scope: string,
  target: string,
  { reason, quarantine, json }: HoldOptions & { readonly quarantine?: boolean },
): Promise<void> {
  const only = quarantine === true ? { hold: 'quarantine' } : {};
  const body = accepted(await daemon.call('POST', '/v1/holds/lift', { scope, target, ...only, reason }));
  if (json === true) return print(jsonLine(body));
  if (body.lifted === undefined)
    return print(printable(`${scope} ${target} is good again (${body.decision})`));
  print(printable(`lifted the ${body.lifted} of ${scope} ${target} (${body.decision})`));
  if (body.left.length > 0) print(`it is still under a ${body.left.join(' and a ')}`);
}

export async function autonomy(
  daemon: Daemon,
  agent: string,
  level: string,
  { reason, json }: HoldOptions,
): Promise<void> {
  const body = accepted(await daemon.call('POST', '/v1/autonomy', { agent, level, reason }));
  print(
    json === true
      ? jsonLine(body)
      : printable(`${agent} was ${body.was}, and is ${level} (${body.decision})`),
  );
}

export async function stopAll(daemon: Daemon, { reason, json }: HoldOptions): Promise<void> {
  const body = accepted(
    await daemon.call('POST', '/v1/holds', { scope: 'all', hold: 'pause', calls: 'abort', reason }),
  );
  print(
    json === true
      ? jsonLine(body)
      : `everything is stopped until \`countersign resume-all\` (${body.decision})`,
  );
}

export async function resumeAll(daemon: Daemon, { reason, json }: HoldOptions): Promise<void> {
  const body = accepted(await daemon.call('POST', '/v1/holds/lift', { scope: 'all', reason }));
  print(json === true ? jsonLine(body) : `things go on again (${body.decision})`);
}
