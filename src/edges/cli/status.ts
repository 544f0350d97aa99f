// SPDX-License-Identifier: Apache-2.0
// `countersign status`: what decides on this node, and whether it can be relied upon right now.
import type { StandingHold } from '../../app/holds.ts';
import type { SecondFacts } from '../api/status-routes.ts';
import type { GlassShown } from './break-glass.ts';
import type { Daemon } from './client.ts';
import { ago } from './doctor.ts';
import { accepted, print } from './exit.ts';
import { jsonLine, printable } from './printable.ts';
import { placed } from './problem.ts';

export async function status(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/status'));
  if (json) {
    print(jsonLine(body));
    return;
  }
  const { policies, catalogue, tasks, reload, upstreams } = body;
  const names = upstreams.map(({ name, kind }: { name: string; kind: string }) => `${name} (${kind})`);
  print(`countersign ${body.version}  ${body.mode}, at ${body.url}, for ${ago(body.now - body.startedAt)}`);
  print(`canary      denied by its own policy, ${ago(body.now - body.canaryProvedAt)} ago`);
  print(`policies    ${policies.count}, ${policies.finalForbids} of them final forbids (${body.policyDir})`);
  print(`            ${policies.digest}`);
  if (body.candidate !== null) print(`candidate   ${body.candidate}, tried beside them`);
  print(
    `catalogue   ${catalogue.tools} tools, ${catalogue.unknownClass.length} of unknown class (${body.catalogueDir})`,
  );
  print(`            ${catalogue.digest}`);
  for (const line of opaLines(body.opa)) print(printable(line));
  print(printable(`upstreams   ${names.length === 0 ? 'none' : names.join(', ')}`));
  print(`tasks       ${tasks.running} running, ${tasks.withoutPrompt} of them without a prompt`);
  print(`calls       ${body.calls} in flight`);
  for (const line of glassLines(body.glass ?? [])) print(printable(line));
  for (const line of heldLines(body.holding)) print(printable(line));
  if (reload.state === 'in_force') {
    print('files       in force');
    return;
  }
  print('files       NOT in force; what was in force still decides:');
  for (const problem of reload.problems) print(`            ${placed(problem)}`);
}

/** Loud: while a glass is broken, what the policies say is not what holds. */
function glassLines(glass: readonly GlassShown[]): readonly string[] {
  return glass.map(({ glass: id, status, task, group, people = [], until }) =>
    status === 'open'
      ? `BREAK-GLASS ${id} is OPEN for ${task}: no forbid of ${group} holds, by ${people.join(' and ')}, until ${until}`
      : `break-glass ${id} is asked for ${task}, until ${until}`,
  );
}

interface HeldTold {
  readonly count: number;
  readonly holds: readonly StandingHold[];
  readonly tools: readonly string[];
}

function heldLines({ count, holds, tools }: HeldTold): readonly string[] {
  const lines = holds.map(({ scope, target, hold, author, reason, byPolicy }) => {
    const what = scope === 'all' ? 'EVERYTHING is stopped' : `${scope} ${target}: ${hold}`;
    const by = byPolicy === true ? `policy ${author}` : author;
    return `${(scope === 'all' ? 'stopped' : 'held').padEnd(12)}${what}, by ${by}: ${reason}`;
  });
  const more = count > holds.length ? [`${' '.repeat(12)}and ${count - holds.length} more`] : [];
  return [...lines, ...more, ...(tools.length === 0 ? [] : [`revoked     tools ${tools.join(', ')}`])];
}

function opaLines(opa: SecondFacts | undefined): readonly string[] {
  if (opa === undefined) return [];
  if ('url' in opa) return [`opa         ${opa.url}, at most ${opa.timeoutMs} ms`];
  return [
    `opa         ${opa.entrypoint} of ${opa.bundle}, at most ${opa.timeoutMs} ms`,
    `            ${opa.digest}`,
  ];
}
