// SPDX-License-Identifier: Apache-2.0
// What an endpoint says of itself: what its upstreams can do, less what the gateway does not carry.
// Nothing that an upstream says in words (name, instructions) is repeated: nobody has accepted it.
import { type JsonObject, type JsonValue, objectAt } from '../../core/json/value.ts';
import type { Gate, Talk } from './gate.ts';
import { serversOf } from './namespace.ts';
import type { UpstreamLink } from './upstream/link.ts';

export const serverInfo: JsonObject = { name: 'countersign', version: '0.1.0' };

/** Capability, and the flags of it that are carried. */
const carried: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ['tools', ['listChanged']],
  ['resources', ['subscribe', 'listChanged']],
  ['prompts', ['listChanged']],
  ['logging', []],
  ['completions', []],
];

/** The union over the upstreams that can be reached now. */
export async function capabilitiesOf(gate: Gate, talk: Talk): Promise<JsonObject> {
  const links = await Promise.all(
    serversOf(talk.scope).map((server) =>
      talk.link(server).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'thrown';
        gate.log('upstream_unavailable', { server, reason });
        return undefined;
      }),
    ),
  );
  return union(links.filter((link) => link !== undefined));
}

function union(links: readonly UpstreamLink[]): JsonObject {
  const found: { [name: string]: JsonValue } = {};
  for (const [name, flags] of carried) {
    const said = links.map((link) => objectAt(link.facts.capabilities, name)).filter((c) => c !== undefined);
    if (said.length === 0) continue;
    found[name] = Object.fromEntries(
      flags
        .filter((flag) => said.some((capability) => capability[flag] === true))
        .map((flag) => [flag, true]),
    );
  }
  return found;
}
