// SPDX-License-Identifier: Apache-2.0
// Which Open Policy Agent is asked beside policy: a server that `--opa` names, or a compiled policy in a file.
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseDurationMs } from '../edges/cli/durations.ts';

export type OpaOptions = OpaServerOptions | OpaBundleOptions;

export interface OpaServerOptions {
  /** Of the document: `http://127.0.0.1:8181/v1/data/countersign/decision`. */
  readonly url: string;
  readonly timeoutMs: number;
}

export interface OpaBundleOptions {
  /** The file. */
  readonly bundle: string;
  readonly entrypoint: string;
  readonly timeoutMs: number;
}

export interface BundleFlags {
  readonly opaBundle?: string;
  readonly opaEntrypoint?: string;
  readonly opaTimeout?: string;
}

export interface OpaFlags extends BundleFlags {
  readonly opa?: string;
  readonly opaAllowHttp?: boolean;
}

export const defaultOpaTimeout = '500ms';
export const defaultOpaEntrypoint = 'countersign/decision';
const maxTimeoutMs = 10_000;

interface Refused {
  readonly ok: false;
  readonly message: string;
}

export type OpaRead = { readonly ok: true; readonly opa?: OpaOptions } | Refused;

export type OpaBundleRead = { readonly ok: true; readonly opa?: OpaBundleOptions } | Refused;

export function readOpa(flags: OpaFlags, env: NodeJS.ProcessEnv): OpaRead {
  const bundle = readOpaBundle(flags, env);
  if (!bundle.ok) return bundle;
  const text = flags.opa ?? env.COUNTERSIGN_OPA ?? '';
  if (text === '') return bundle;
  if (bundle.opa !== undefined)
    return refused('a second decision point is a server (--opa) or a bundle (--opa-bundle), not both');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const right = 'http://127.0.0.1:8181/v1/data/countersign/decision';
  if (url === undefined || !/^\/v1\/data\/[^/]+(?:\/[^/]+)*$/.test(url.pathname))
    return refused(`--opa is the URL of a document of OPA's data API: ${right}`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return refused('--opa has no user, query or fragment; a token goes into COUNTERSIGN_OPA_TOKEN');
  const plain = url.protocol === 'http:';
  if (!plain && url.protocol !== 'https:') return refused('--opa is an http or https URL');
  const told = flags.opaAllowHttp === true || env.COUNTERSIGN_OPA_ALLOW_HTTP === '1';
  if (plain && !told && !isLoopback(url.hostname))
    return refused(
      `--opa at \`${url.hostname}\` must be https, or its answers can be changed on the way (--opa-allow-http to do it all the same)`,
    );
  const timeoutMs = timeoutOf(flags, env);
  return timeoutMs === undefined ? badTimeout : { ok: true, opa: { url: url.href, timeoutMs } };
}

/** The bundle alone, for commands that could not ask a server. */
export function readOpaBundle(flags: BundleFlags, env: NodeJS.ProcessEnv): OpaBundleRead {
  const file = flags.opaBundle ?? env.COUNTERSIGN_OPA_BUNDLE ?? '';
  if (file === '')
    return flags.opaEntrypoint === undefined
      ? { ok: true }
      : refused('--opa-entrypoint is of a bundle: name it with --opa-bundle');
  const entrypoint = flags.opaEntrypoint ?? env.COUNTERSIGN_OPA_ENTRYPOINT ?? defaultOpaEntrypoint;
  if (entrypoint.length > maxEntrypoint || !/^[\w.-]+(?:\/[\w.-]+)*$/.test(entrypoint))
    return refused(`--opa-entrypoint is as \`opa build -e\` was given it: ${defaultOpaEntrypoint}`);
  const timeoutMs = timeoutOf(flags, env);
  return timeoutMs === undefined
    ? badTimeout
    : { ok: true, opa: { bundle: resolve(file), entrypoint, timeoutMs } };
}

const maxEntrypoint = 200;
const badTimeout = refused('--opa-timeout is a duration of at most 10s: 500ms');

function timeoutOf(flags: BundleFlags, env: NodeJS.ProcessEnv): number | undefined {
  const timeoutMs = parseDurationMs(flags.opaTimeout ?? env.COUNTERSIGN_OPA_TIMEOUT ?? defaultOpaTimeout);
  return timeoutMs === undefined || timeoutMs < 1 || timeoutMs > maxTimeoutMs ? undefined : timeoutMs;
}

function refused(message: string): Refused {
  return { ok: false, message };
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replaceAll(/[[\]]/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
