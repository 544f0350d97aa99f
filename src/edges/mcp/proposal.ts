// SPDX-License-Identifier: Apache-2.0
/**
 * What a decided request of a client proposes, and how it is said to an upstream once it was allowed.
 *
 * Parameters that are not named here are not forwarded: what nobody decided about does not travel.
 * Arguments are forwarded only as the road gives them back.
 */
import { canonicalJson } from '../../core/json/canonical.ts';
import { parseJson } from '../../core/json/parse.ts';
import { isObject, type JsonObject, objectAt, own, stringAt } from '../../core/json/value.ts';
import { nativeName, nativeUri, type Scope } from './namespace.ts';
import { type RpcError, rpcCodes } from './rpc.ts';

/** A decided request, understood: what is proposed, and what of it is said beside the arguments. */
export interface Understood {
  readonly method: string;
  readonly server: string;
  readonly target: string;
  /** The target as the client wrote it. */
  readonly shown: string;
  readonly args: JsonObject;
  /** `nested`: arguments are a member of the parameters. `flat`: they are the parameters. */
  readonly layout: 'nested' | 'flat';
  /** Multi-round-trip members, kept for an upstream of the same era. */
  readonly inputResponses?: JsonObject;
  readonly requestState?: string;
}

export type Understanding =
  | { readonly ok: true; readonly value: Understood }
  | { readonly ok: false; readonly error: RpcError };

const maxNameLength = 512;
const maxUriLength = 8192;

export function understand(method: string, params: JsonObject, scope: Scope): Understanding {
  const rounds = roundMembers(params);
  if (typeof rounds === 'string') return refused(rounds);
  switch (method) {
    case 'tools/call':
    case 'prompts/get': {
      const shown = stringAt(params, 'name');
      if (shown === undefined || shown === '' || shown.length > maxNameLength)
        return refused(`\`params.name\` must be a string of 1 to ${maxNameLength}`);
      const args = own(params, 'arguments') === undefined ? {} : objectAt(params, 'arguments');
      if (args === undefined) return refused('`params.arguments` must be an object');
      const { server, name } = nativeName(scope, shown) ?? nobody(shown);
      return understood({ method, server, target: name, shown, args, layout: 'nested', ...rounds });
    }
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe': {
      const shown = stringAt(params, 'uri');
      if (shown === undefined || shown === '' || shown.length > maxUriLength)
        return refused(`\`params.uri\` must be a string of 1 to ${maxUriLength}`);
      const { server, name } = nativeUri(scope, shown) ?? nobody(shown);
      return understood({
        method,
        server,
        target: name,
        shown,
        args: { uri: name },
        layout: 'flat',
        ...rounds,
      });
    }
    case 'completion/complete':
      return completion(params, scope);
    default:
      return other(method, params, scope);
  }
}

function completion(params: JsonObject, scope: Scope): Understanding {
  const method = 'completion/complete';
  const ref = objectAt(params, 'ref');
  const argument = objectAt(params, 'argument');
  const context = objectAt(params, 'context');
  if (ref === undefined || argument === undefined)
    return refused('`params.ref` and `params.argument` must be objects');
  if (own(params, 'context') !== undefined && context === undefined)
    return refused('`params.context` must be an object');
  const type = stringAt(ref, 'type');
  const member = type === 'ref/prompt' ? 'name' : type === 'ref/resource' ? 'uri' : undefined;
  if (member === undefined) return refused('`params.ref.type` must be `ref/prompt` or `ref/resource`');
  const shown = stringAt(ref, member);
  if (shown === undefined || shown.length > maxUriLength)
    return refused(`\`params.ref.${member}\` must be a string`);
  const { server, name } = (member === 'name' ? nativeName : nativeUri)(scope, shown) ?? nobody(shown);
  const args = { ref: { ...ref, [member]: name }, argument, ...(context === undefined ? {} : { context }) };
  return understood({ method, server, target: method, shown: method, args, layout: 'flat' });
}

// Tasks carry ids of one upstream, so they mean something only where there is one.
function other(method: string, params: JsonObject, scope: Scope): Understanding {
  const args = Object.fromEntries(Object.entries(params).filter(([name]) => name !== '_meta'));
  const server = scope.kind === 'one' ? scope.server : '';
  return understood({ method, server, target: method, shown: method, args, layout: 'flat' });
}

/** What is not under any configured server stands in the record under none. */
function nobody(shown: string): { readonly server: string; readonly name: string } {
  return { server: '', name: shown };
}

function roundMembers(params: JsonObject): Pick<Understood, 'inputResponses' | 'requestState'> | string {
  const inputResponses = objectAt(params, 'inputResponses');
  const requestState = stringAt(params, 'requestState');
  if (inputResponses === undefined && own(params, 'inputResponses') !== undefined)
    return '`params.inputResponses` must be an object';
  if (requestState === undefined && own(params, 'requestState') !== undefined)
    return '`params.requestState` must be a string';
  return {
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(requestState === undefined ? {} : { requestState }),
  };
}

function understood(value: Understood): Understanding {
  return { ok: true, value };
}

function refused(message: string): Understanding {
  return { ok: false, error: { code: rpcCodes.invalidParams, message } };
}

/**
 * The parameters that leave: canonical, made of the authorised arguments and our own `_meta`.
 *
 * @param args canonical JSON, from the road
 * @param rounds multi-round-trip members, where the upstream has them
 */
export function paramsText(
  understoodRequest: Pick<Understood, 'layout'>,
  args: string,
  name: string,
  meta: JsonObject,
  rounds: Pick<Understood, 'inputResponses' | 'requestState'>,
): string {
  const { inputResponses, requestState } = rounds;
  if (understoodRequest.layout === 'nested') {
    // Members in the order of RFC 8785, around text that is canonical already.
    let text = '{';
    if (Object.keys(meta).length > 0) text += `"_meta":${canonicalJson(meta)},`;
    text += `"arguments":${args}`;
    if (inputResponses !== undefined) text += `,"inputResponses":${canonicalJson(inputResponses)}`;
    text += `,"name":${canonicalJson(name)}`;
    if (requestState !== undefined) text += `,"requestState":${canonicalJson(requestState)}`;
    return `${text}}`;
  }
  return canonicalJson({
    ...argsFrom(args),
    ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}),
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(requestState === undefined ? {} : { requestState }),
  });
}

/** More than any body that is read, since it was one: never what refuses. */
const ownLimits = { maxBytes: 2 ** 28, maxDepth: 512, maxNodes: 10_000_000 } as const;

/**
 * Authorised arguments, read back. Not by the engine, which can be led to read another key than was decided.
 *
 * @param args canonical JSON, from the road
 */
export function argsFrom(args: string): JsonObject {
  const parsed = parseJson(Buffer.from(args), ownLimits);
  if (!parsed.ok || !isObject(parsed.value))
    throw new TypeError('the road gives canonical JSON of an object');
  return parsed.value;
}
