// SPDX-License-Identifier: Apache-2.0
// `countersign break-glass open|ls|close`: the forbids of a group taken away for a task, for minutes, by two people.

import { decideApproval } from './approvals.ts';
import type { Ask } from './ask.ts';
import type { Daemon } from './client.ts';
import { accepted, print, say } from './exit.ts';
import { jsonLine, type Paint, printable } from './printable.ts';

export interface GlassShown {
  readonly glass: string;
  readonly status: 'asked' | 'open';
  readonly task: string;
  readonly group?: string;
  readonly people?: readonly string[];
  readonly until: string;
}

export interface OpenFlags {
  readonly task: string;
  readonly group: string;
  readonly reason: string;
  readonly forMs: number;
  readonly as?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export async function openGlass(daemon: Daemon, ask: Ask, flags: OpenFlags, paint: Paint): Promise<void> {
  const { task, group, reason, forMs, as, dryRun = false } = flags;
  const order = { task, group, reason, forMs, ...(as === undefined ? {} : { as }) };
  const body = accepted(await daemon.call('POST', '/v1/break-glass/open', { ...order, dryRun }));
  if (dryRun) {
    if (flags.json === true) return print(jsonLine(body));
    print(printable(`agent ${body.agent}, task ${task}: would take away ${body.policies.join(', ')}`));
    print(printable(`two of ${body.people.join(', ')} have to say yes`));
    return say('nothing was asked');
  }
  say(printable(`${body.approval}: another of ${body.people.join(', ')} has to say yes as well`));
  say(printable(`  countersign approvals approve ${body.approval} --as <person>`));
  await decideApproval(daemon, ask, body.approval, 'approve', { ...flags, reason: '' }, paint);
}

export async function listGlass(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/break-glass'));
  if (json) return print(jsonLine(body));
  if (body.glass.length === 0) return say('no glass is broken');
  for (const { glass, status, task, group = '', people = [], until } of body.glass as readonly GlassShown[])
    print(printable([glass, status, task, group, people.join(' and '), `until ${until}`].join('  ')));
}

export async function closeGlass(
  daemon: Daemon,
  task: string,
  { reason, dryRun, json }: { readonly reason: string; readonly dryRun?: boolean; readonly json?: boolean },
): Promise<void> {
  if (dryRun === true) return listGlass(daemon, json === true);
  const body = accepted(await daemon.call('POST', '/v1/break-glass/close', { task, reason }));
  if (json === true) return print(jsonLine(body));
  print(printable(`${body.glass} is closed: the forbids hold again`));
}
