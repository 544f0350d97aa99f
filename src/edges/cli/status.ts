// SPDX-License-Identifier: Apache-2.0
// `countersign status`: what decides on this node, and whether it can be relied upon right now.
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

function opaLines(opa: SecondFacts | undefined): readonly string[] {
  if (opa === undefined) return [];
  if ('url' in opa) return [`opa         ${opa.url}, at most ${opa.timeoutMs} ms`];
  return [
    `opa         ${opa.entrypoint} of ${opa.bundle}, at most ${opa.timeoutMs} ms`,
    `            ${opa.digest}`,
  ];
}
