// SPDX-License-Identifier: Apache-2.0
// `countersign status`: what decides on this node, and whether it can be relied upon right now.
import type { Daemon } from './client.ts';
import { ago } from './doctor.ts';
import { accepted, print } from './exit.ts';

export async function status(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/status'));
  if (json) {
    print(JSON.stringify(body));
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
  if (body.opa !== undefined) print(`opa         ${body.opa.url}, at most ${body.opa.timeoutMs} ms`);
  print(`upstreams   ${names.length === 0 ? 'none' : names.join(', ')}`);
  print(`tasks       ${tasks.running} running, ${tasks.withoutPrompt} of them without a prompt`);
  print(`calls       ${body.calls} in flight`);
  if (reload.state === 'in_force') {
    print('files       in force');
    return;
  }
  print('files       NOT in force; what was in force still decides:');
  for (const { file, line, column, message } of reload.problems)
    print(`            ${file}${line === 0 ? '' : `:${line}:${column}`}: ${message}`);
}
