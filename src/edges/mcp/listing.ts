// SPDX-License-Identifier: Apache-2.0
/**
 * The lists that a client sees: those of its endpoint's upstreams one after the other, in their own
 * order, less what is not in the catalogue and what may not be shown to this caller.
 *
 * A tool is shown as it was accepted, and only while the upstream still declares exactly that.
 * Listing is no permission: each call is decided on its own.
 */
import { definitionJson } from '../../core/catalogue/pin.ts';
import { isObject, type JsonObject, type JsonValue, own, stringAt } from '../../core/json/value.ts';
import { askingWhileListing } from './asked.ts';
import { isOffered, type ListMethod, ListUnavailable } from './declared.ts';
import type { Gate, Talk } from './gate.ts';
import { serversOf, shownName, shownUri } from './namespace.ts';
import { failed, type Reply, rpcCodes } from './rpc.ts';
import { type UpstreamLink, UpstreamUnavailable } from './upstream/link.ts';

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(members, method);
}

const members: Readonly<Record<ListMethod, string>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};

export async function listed(gate: Gate, talk: Talk, method: ListMethod, params: JsonObject): Promise<Reply> {
  // Everything fits on one page, so no cursor of ours exists.
  if (own(params, 'cursor') !== undefined)
    return failed(rpcCodes.invalidParams, '`params.cursor` is not one of ours');
  const parts = await Promise.all(serversOf(talk.scope).map((server) => part(gate, talk, server, method)));
  const there = parts.filter((items) => typeof items !== 'string');
  if (there.length === 0) {
    return parts.includes('not_offered')
      ? failed(rpcCodes.methodNotFound, `no server here has \`${method}\``)
      : failed(rpcCodes.upstream, 'the server behind the gateway cannot be reached', {
          code: 'upstream_unreachable',
        });
  }
  return { ok: true, result: { [members[method]]: there.flat() } };
}

async function part(
  gate: Gate,
  talk: Talk,
  server: string,
  method: ListMethod,
): Promise<readonly JsonObject[] | 'not_offered' | 'unavailable'> {
  try {
    const link = await talk.link(server);
    if (!isOffered(link, method)) return 'not_offered';
    return method === 'tools/list'
      ? await tools(gate, talk, server, link)
      : await others(gate, talk, server, link, method);
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable || error instanceof ListUnavailable)) throw error;
    gate.log('list_unavailable', { server, method, reason: error.message });
    return 'unavailable';
  }
}

async function tools(
  gate: Gate,
  talk: Talk,
  server: string,
  link: UpstreamLink,
): Promise<readonly JsonObject[]> {
  const declared = await gate.declared.tools(server, link, askingWhileListing(gate, talk, server));
  const { catalogue } = gate.road.published();
  return declared.flatMap(({ name, digest }) => {
    const pinned = catalogue.find('tools/call', server, name)?.pinned;
    if (pinned === undefined || pinned.digest !== digest) return [];
    if (!gate.mayList(talk.caller, 'tools/call', server, name)) return [];
    return [{ ...definitionJson(pinned.definition), name: shownName(talk.scope, server, name) }];
  });
}

/** What of an item is shown; text in it is the upstream's and untrusted. */
const shownMembers: Readonly<Record<Exclude<ListMethod, 'tools/list'>, readonly string[]>> = {
  'prompts/list': ['name', 'title', 'description', 'arguments'],
  'resources/list': ['uri', 'name', 'title', 'description', 'mimeType', 'size', 'annotations'],
  'resources/templates/list': ['uriTemplate', 'name', 'title', 'description', 'mimeType', 'annotations'],
};

async function others(
  gate: Gate,
  talk: Talk,
  server: string,
  link: UpstreamLink,
  method: Exclude<ListMethod, 'tools/list'>,
): Promise<readonly JsonObject[]> {
  const { catalogue } = gate.road.published();
  const items = await gate.declared.list(link, method, askingWhileListing(gate, talk, server));
  return items.flatMap((item) => {
    if (!isObject(item)) return [];
    const call = method === 'prompts/list' ? 'prompts/get' : 'resources/read';
    const id = idMember[method];
    const name = stringAt(item, id);
    if (name === undefined) return [];
    // Of a template, what stands before its first variable is certain.
    const target = method === 'resources/templates/list' ? (name.split('{')[0] ?? name) : name;
    if (catalogue.find(call, server, target) === undefined) return [];
    if (!gate.mayList(talk.caller, call, server, target)) return [];
    const shown: { [key: string]: JsonValue } = {};
    for (const member of shownMembers[method]) {
      const value = own(item, member);
      if (value !== undefined) shown[member] = value;
    }
    const show = method === 'prompts/list' ? shownName : shownUri;
    return [{ ...shown, [id]: show(talk.scope, server, name) }];
  });
}

const idMember = {
  'prompts/list': 'name',
  'resources/list': 'uri',
  'resources/templates/list': 'uriTemplate',
} as const;
