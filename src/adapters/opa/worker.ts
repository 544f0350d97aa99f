// SPDX-License-Identifier: Apache-2.0
/**
 * The thread in which a compiled policy runs. It may be ended in the middle of anything: it owns nothing.
 *
 * A policy gets its input, its data and the functions below, all of which say the same each time. What it prints is
 * dropped: it may be what it was asked.
 *
 * Source: OPA, "WebAssembly", "ABI".
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type LoadedPolicy, loadPolicy } from '@open-policy-agent/opa-wasm';
import { parseJson } from '../../core/json/parse.ts';
import { isObject } from '../../core/json/value.ts';
import { type Evaluated, type Loaded, type Loading, maxOpinionBytes } from './protocol.ts';

/** Declared for browsers alone by the compiler. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

/** Pages of 64 KiB. A module of 16 MiB fits into the first of them, with what it declares at the start. */
const memory = { initial: 512, maximum: 2048 };

/** What the package provides beside what is compiled in. Nothing here knows the time, chance or the network. */
const provided: ReadonlySet<string> = new Set([
  'json.is_valid',
  'regex.split',
  'sprintf',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
]);

/** `[{"result":...}]` around an opinion. */
const maxResultsLength = maxOpinionBytes + 16;
const namesLimits = { maxBytes: 1 << 20, maxDepth: 2, maxNodes: 10_000 };
const maxNamed = 5;

if (parentPort !== null) await start(parentPort, workerData);

async function start(port: MessagePort, loading: Loading): Promise<void> {
  const say = (message: Loaded | Evaluated) => port.postMessage(message);
  const module = compiled(loading.module);
  if (typeof module === 'string') return say({ kind: 'refused', message: module });
  const first = await load(module, loading);
  if (typeof first === 'string') return say({ kind: 'refused', message: first });
  let policy: LoadedPolicy | Promise<LoadedPolicy> = first;
  port.on('message', async (input: string) => {
    const asked = await policy;
    try {
      say(evaluated(asked, input, loading.entrypoint));
    } catch {
      say({ kind: 'failed' });
      // Where it stopped, its memory is whatever it was then.
      policy = again(module, loading);
    }
  });
  say({ kind: 'loaded' });
}

/** It did load before: if it does not now, this thread is of no more use. */
async function again(module: object, loading: Loading): Promise<LoadedPolicy> {
  const policy = await load(module, loading);
  return typeof policy === 'string' ? process.exit(1) : policy;
}

function compiled(bytes: Uint8Array): object | string {
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    return 'its module is not valid';
  }
}

/** @returns why not, in words */
async function load(module: object, { data, entrypoint }: Loading): Promise<LoadedPolicy | string> {
  let policy: LoadedPolicy;
  let called: readonly string[];
  let entrypoints: readonly string[];
  try {
    policy = await loadPolicy(module, { ...memory });
    const { opa_wasm_abi_version: major, opa_wasm_abi_minor_version: minor } = policy.wasmInstance.exports;
    if (major?.value !== 1 || !(minor?.value >= 2)) return 'it was compiled by an OPA that is too old';
    called = namesIn(policy, 'builtins');
    entrypoints = namesIn(policy, 'entrypoints');
  } catch {
    return 'its module is none that OPA compiles';
  }
  const missing = called.filter((name) => !provided.has(name));
  if (missing.length > 0) return `it calls ${listed(missing)}, which a bundle is not given here`;
  if (!entrypoints.includes(entrypoint))
    return `it has no entrypoint \`${entrypoint}\`, only ${listed(entrypoints)}`;
  try {
    if (data !== undefined) policy.setData(data.slice().buffer);
  } catch {
    return 'its data is no JSON, or does not fit into its memory';
  }
  return policy;
}

/** The keys of an object that the module has: numbers by name. */
function namesIn(policy: LoadedPolicy, of: 'builtins' | 'entrypoints'): readonly string[] {
  const { exports } = policy.wasmInstance;
  const from: number = exports.opa_json_dump(exports[of]());
  const bytes = new Uint8Array(policy.mem.buffer);
  const parsed = parseJson(bytes.subarray(from, bytes.indexOf(0, from)), namesLimits);
  if (!parsed.ok || !isObject(parsed.value)) throw new Error(`its ${of} cannot be read`);
  return Object.keys(parsed.value);
}

function evaluated(policy: LoadedPolicy, input: string, entrypoint: string): Evaluated {
  const bytes = new TextEncoder().encode(input);
  const results = JSON.stringify(policy.evaluate(bytes.slice().buffer, entrypoint));
  return results.length > maxResultsLength ? { kind: 'oversized' } : { kind: 'evaluated', results };
}

function listed(names: readonly string[]): string {
  const more = names.length - maxNamed;
  const first = names.slice(0, maxNamed).map((name) => `\`${name.slice(0, 80)}\``);
  return first.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
