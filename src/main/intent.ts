// SPDX-License-Identifier: Apache-2.0
// Which model reads prompts beside the built-in reader: a server that `--intent-model` names, or none.
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseDurationMs } from '../edges/cli/durations.ts';

export interface IntentOptions {
  /** Of its completions. */
  readonly url: string;
  readonly model: string;
  readonly timeoutMs: number;
  /** A file with its key. */
  readonly keyFile?: string;
}

export interface IntentFlags {
  readonly intentModel?: string;
  readonly intentModelName?: string;
  readonly intentModelTimeout?: string;
  readonly intentModelKeyFile?: string;
  readonly intentModelAllowHttp?: boolean;
}

export type IntentOptionsRead =
  | { readonly ok: true; readonly intent?: IntentOptions }
  | { readonly ok: false; readonly message: string };

export const defaultIntentTimeout = '2s';
/** Whoever submits a prompt waits for it, a hook of a coding agent among them. */
const maxTimeoutMs = 5000;
const completions = '/chat/completions';

export function readIntentOptions(flags: IntentFlags, env: NodeJS.ProcessEnv): IntentOptionsRead {
  const text = flags.intentModel ?? env.COUNTERSIGN_INTENT_MODEL ?? '';
  if (text === '') return { ok: true };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return refused('--intent-model is the URL of a server: https://models.example/v1');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return refused(
      '--intent-model has no user, query or fragment; a key goes into COUNTERSIGN_INTENT_KEY or a file',
    );
  const told = flags.intentModelAllowHttp === true || env.COUNTERSIGN_INTENT_MODEL_ALLOW_HTTP === '1';
  if (url.protocol === 'http:' && !told && !isLoopback(url.hostname))
    return refused(
      `--intent-model at \`${url.hostname}\` must be https, or what people ask can be read on the way (--intent-model-allow-http to do it all the same)`,
    );
  const model = flags.intentModelName ?? env.COUNTERSIGN_INTENT_MODEL_NAME ?? '';
  if (!/^[\x21-\x7e]{1,200}$/.test(model))
    return refused('--intent-model-name is the name of the model, as its server knows it');
  const timeoutMs = parseDurationMs(
    flags.intentModelTimeout ?? env.COUNTERSIGN_INTENT_MODEL_TIMEOUT ?? defaultIntentTimeout,
  );
  if (timeoutMs === undefined || timeoutMs < 1 || timeoutMs > maxTimeoutMs)
    return refused('--intent-model-timeout is a duration of at most 5s: 2s');
  url.pathname = pathOf(url.pathname);
  const keyFile = flags.intentModelKeyFile ?? env.COUNTERSIGN_INTENT_MODEL_KEY_FILE ?? '';
  return {
    ok: true,
    intent: {
      url: url.href,
      model,
      timeoutMs,
      ...(keyFile === '' ? {} : { keyFile: resolve(keyFile) }),
    },
  };
}

/** `https://models.example`, with `/v1`, or with all of it. */
function pathOf(path: string): string {
  const bare = path.replace(/\/+$/, '');
  if (bare.endsWith(completions)) return bare;
  return `${bare === '' ? '/v1' : bare}${completions}`;
}

function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replaceAll(/[[\]]/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
