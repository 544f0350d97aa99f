// SPDX-License-Identifier: Apache-2.0
// `countersign deferrals ls|show|cancel`.
import { z } from 'zod';
import { type Daemon, DaemonUnreachable } from './client.ts';
import { accepted, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

const shownShape = z.object({
  deferral: z.string(),
  state: z.string(),
  agent: z.string(),
  task: z.string(),
  session: z.string(),
  action: z.string(),
  waits: z.array(z.object({ policy: z.string(), until: z.string() })),
  requestedAt: z.string(),
  expiresAt: z.string(),
  reason: z.string().optional(),
});
type Shown = z.infer<typeof shownShape>;

export async function listDeferrals(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/deferrals'));
  if (json) return print(jsonLine(body));
  const deferrals = understood(z.array(shownShape).safeParse(body.deferrals));
  if (deferrals.length === 0) return say('no call waits');
  for (const one of deferrals) print(printable(lineOf(one)));
}

export async function showDeferral(daemon: Daemon, id: string, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', `/v1/deferrals/show?id=${encodeURIComponent(id)}`));
  if (json) return print(jsonLine(body));
  const shown = understood(shownShape.safeParse(body));
  print(printable(lineOf(shown)));
  print(printable(`  ${shown.task}, ${shown.session}, since ${shown.requestedAt}`));
  for (const { policy, until } of shown.waits) print(printable(`  ${policy}: until ${until}`));
  if (shown.reason !== undefined) print(printable(`  cancelled: ${shown.reason}`));
}

export async function cancelDeferral(
  daemon: Daemon,
  id: string,
  reason: string,
  json: boolean,
): Promise<void> {
  const body = accepted(await daemon.call('POST', '/v1/deferrals/cancel', { deferral: id, reason }));
  if (json) return print(jsonLine(body));
  print(printable(`${id} waits no more: the agent is told why`));
}

function lineOf({ deferral, state, agent, action, waits, expiresAt }: Shown): string {
  const until = [...new Set(waits.map((wait) => wait.until))].join(' and ');
  return [deferral, state.padEnd(9), `agent ${agent}`, action, `for ${until}`, `until ${expiresAt}`].join(
    '  ',
  );
}

function understood<T>(parsed: { success: true; data: T } | { success: false }): T {
  if (parsed.success) return parsed.data;
  throw new DaemonUnreachable('the daemon answered with deferrals that this version cannot read', true);
}
