// SPDX-License-Identifier: Apache-2.0
// Opens the targets of messages, with their secrets out of the environment or files of their own. What is wrong is told
// without any of it.
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { readPrivate } from '../adapters/keys/private-file.ts';
import { type DeclaredTarget, loadMessages, type Source } from '../adapters/message-files/load.ts';
import { mayReach, type Network } from '../adapters/messages/network.ts';
import { signingSecretOf } from '../adapters/messages/signature.ts';
import { openTarget, type TargetTerms } from '../adapters/messages/target.ts';
import type { Target } from '../app/message-target.ts';
import type { Clock } from '../app/ports.ts';
import { placed } from '../edges/cli/problem.ts';
import { ConfigurationRefused } from './refused.ts';

/**
 * @param path of the file of messages
 * @param address a keyed hash of a URL, in hex
 * @throws {ConfigurationRefused} a daemon that starts without its messages would leave everybody waiting
 */
export function openMessages(
  path: string,
  env: NodeJS.ProcessEnv,
  address: (url: string) => string,
  clock: Pick<Clock, 'wallMs'>,
): readonly Target[] {
  return readTargets(path, env, address).map((terms) => openTarget(terms, clock));
}

/** @throws {ConfigurationRefused} */
export function readTargets(
  path: string,
  env: NodeJS.ProcessEnv,
  address: (url: string) => string,
): readonly TargetTerms[] {
  const loaded = loadMessages(path);
  if (!loaded.ok) throw new ConfigurationRefused(loaded.problems.map(placed).join('\n'));
  return loaded.targets.map((declared) => termsOf(declared, env, dirname(path), address));
}

function termsOf(
  declared: DeclaredTarget,
  env: NodeJS.ProcessEnv,
  directory: string,
  address: (url: string) => string,
): TargetTerms {
  const { name, kind, events, shows } = declared;
  const secret = (source: Source, what: string) =>
    secretOf(source, env, directory, `${what} of target \`${name}\``);
  const text = typeof declared.url === 'string' ? declared.url : secret(declared.url, 'the URL');
  const { url, network } = urlOf(text, declared);
  const secrets = [declared.secret, declared.oldSecret].flatMap((source, i) => {
    if (source === undefined) return [];
    const what = i === 0 ? 'the secret' : 'the old secret';
    const read = signingSecretOf(secret(source, what));
    if (read === undefined)
      throw new ConfigurationRefused(
        `${what} of target \`${name}\` must be \`whsec_\` and 24 to 64 random bytes in base64: \`echo whsec_$(openssl rand -base64 32)\``,
      );
    return [read];
  });
  const told = { name, kind, origin: url.origin, address: address(url.href).slice(0, 32), events, shows };
  return { told, url, network, secrets };
}

function urlOf(
  text: string,
  { name, network }: DeclaredTarget,
): { readonly url: URL; readonly network: Network } {
  const refused = (why: string) => new ConfigurationRefused(`the URL of target \`${name}\` ${why}`);
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw refused('must be one such as `https://hooks.example.com/countersign`');
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw refused('has no user and no fragment: a webhook is signed');
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (url.protocol === 'http:' && !isLoopback)
    throw refused(`must be https at \`${host}\`, or what waits can be read on the way`);
  // Who writes an address means it; who writes a name means whatever it is said to be in.
  const meant = isLoopback || isIP(host) !== 0 ? 'private' : network;
  if (isIP(host) !== 0 && !mayReach(host, meant)) throw refused(`must not be at \`${host}\``);
  return { url, network: meant };
}

function secretOf(source: Source, env: NodeJS.ProcessEnv, directory: string, what: string): string {
  if ('env' in source) {
    const value = env[source.env]?.trim() ?? '';
    if (value === '')
      throw new ConfigurationRefused(`${what}: \`${source.env}\` is not set in the environment`);
    return value;
  }
  const path = resolve(directory, source.file);
  let found: string | undefined;
  try {
    found = readPrivate(path);
  } catch (error) {
    throw new ConfigurationRefused(`${what}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
  if (found === undefined) throw new ConfigurationRefused(`${what}: there is no file \`${path}\``);
  return found.trim();
}
