// SPDX-License-Identifier: Apache-2.0
// Opens the model that reads prompts, with its key out of the environment or a file of its own, and tells what it is.
import { type ChatModel, openChatModel } from '../adapters/intent/chat-completions.ts';
import { readPrivate } from '../adapters/keys/private-file.ts';
import type { IntentReader } from '../app/intent.ts';
import type { IntentOptions } from './intent.ts';
import { ConfigurationRefused } from './refused.ts';

/** For `status` and `doctor`. */
export function toldOf({ url, model, timeoutMs }: IntentOptions): Omit<IntentOptions, 'keyFile'> {
  return { url, model, timeoutMs };
}

/** @throws {ConfigurationRefused} its key is none that a header can carry, or cannot be read */
export function openIntent(
  options: IntentOptions,
  env: NodeJS.ProcessEnv,
): { readonly reader: IntentReader; readonly close: ChatModel['close'] } {
  const { url, model, timeoutMs } = options;
  const key = keyOf(options, env);
  const opened = openChatModel({ url: new URL(url), model, ...(key === undefined ? {} : { key }) });
  return { reader: { model: opened, timeoutMs }, close: opened.close };
}

function keyOf({ keyFile }: IntentOptions, env: NodeJS.ProcessEnv): string | undefined {
  const found = keyFile === undefined ? undefined : readPrivate(keyFile);
  if (keyFile !== undefined && found === undefined)
    throw new ConfigurationRefused(`there is no file \`${keyFile}\` with the key of the model`);
  const key = found?.trim() ?? env.COUNTERSIGN_INTENT_KEY;
  if (key !== undefined && !/^[\x21-\x7e]{1,8192}$/.test(key))
    throw new ConfigurationRefused('the key of the model has to be one of printable ASCII');
  return key;
}
