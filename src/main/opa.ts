// SPDX-License-Identifier: Apache-2.0
// Which Open Policy Agent is asked beside policy: what `--opa` may name.
import { isIP } from 'node:net';
import { parseDurationMs } from '../edges/cli/durations.ts';

export interface OpaOptions {
  /** Of the document: `http://127.0.0.1:8181/v1/data/countersign/decision`. */
  readonly url: string;
  readonly timeoutMs: number;
}

export interface OpaFlags {
  readonly opa?: string;
  readonly opaTimeout?: string;
  readonly opaAllowHttp?: boolean;
}

export const defaultOpaTimeout = '500ms';
const maxTimeoutMs = 10_000;

export type OpaRead =
  | { readonly ok: true; readonly opa?: OpaOptions }
  | { readonly ok: false; readonly message: string };

export function readOpa(flags: OpaFlags, env: NodeJS.ProcessEnv): OpaRead {
  const text = flags.opa ?? env.COUNTERSIGN_OPA;
  if (text === undefined || text === '') return { ok: true };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const right = 'http://127.0.0.1:8181/v1/data/countersign/decision';
  if (url === undefined || !/^\/v1\/data\/[^/]+(?:\/[^/]+)*$/.test(url.pathname))
    return { ok: false, message: `--opa is the URL of a document of OPA's data API: ${right}` };
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return {
      ok: false,
      message: '--opa has no user, query or fragment; a token goes into COUNTERSIGN_OPA_TOKEN',
    };
  const plain = url.protocol === 'http:';
  if (!plain && url.protocol !== 'https:') return { ok: false, message: '--opa is an http or https URL' };
  const told = flags.opaAllowHttp === true || env.COUNTERSIGN_OPA_ALLOW_HTTP === '1';
  if (plain && !told && !isLoopback(url.hostname))
    return {
      ok: false,
      message: `--opa at \`${url.hostname}\` must be https, or its answers can be changed on the way (--opa-allow-http to do it all the same)`,
    };
  const timeoutMs = parseDurationMs(flags.opaTimeout ?? env.COUNTERSIGN_OPA_TIMEOUT ?? defaultOpaTimeout);
  if (timeoutMs === undefined || timeoutMs < 1 || timeoutMs > maxTimeoutMs)
    return { ok: false, message: '--opa-timeout is a duration of at most 10s: 500ms' };
  return { ok: true, opa: { url: url.href, timeoutMs } };
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replaceAll(/[[\]]/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
