// SPDX-License-Identifier: Apache-2.0
// Opens the second decision point that the options name, and tells what it is.
import { openOpaBundle } from '../adapters/opa/bundle.ts';
import { type OpaServer, openOpa } from '../adapters/opa/rest.ts';
import type { Second } from '../app/road.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import {
  type BundleFlags,
  type OpaBundleOptions,
  type OpaOptions,
  type OpaServerOptions,
  readOpaBundle,
} from './opa.ts';
import { ConfigurationRefused } from './refused.ts';

export interface OpenedSecond {
  readonly second: Second;
  /** For `status` and `doctor`: no token. */
  readonly told: OpaServerOptions | (OpaBundleOptions & { readonly digest: string });
  close(): Promise<void>;
}

/** @throws {ConfigurationRefused} its token is none that a header can carry, or its bundle cannot be used */
export async function openSecond(options: OpaOptions, env: NodeJS.ProcessEnv): Promise<OpenedSecond> {
  const { timeoutMs } = options;
  if ('url' in options) {
    const opinion = openOpa(serverOf(options, env));
    return { second: { opinion, timeoutMs }, told: options, close: opinion.close };
  }
  const opened = await openOpaBundle(options.bundle, options.entrypoint);
  if (!opened.ok)
    throw new ConfigurationRefused(`\`${options.bundle}\` cannot be asked beside policy: ${opened.message}`);
  const { opa } = opened;
  return {
    second: { opinion: opa, timeoutMs },
    told: { ...options, digest: opa.bundle.digest },
    close: opa.close,
  };
}

/** For a command that decides again. @returns undefined where no bundle is named */
export async function openBundleAgain(
  flags: BundleFlags,
  env: NodeJS.ProcessEnv,
): Promise<(AsyncDisposable & { readonly second: Second }) | undefined> {
  const read = readOpaBundle(flags, env);
  if (!read.ok) throw new CommandFailed(read.message, exit.usage);
  if (read.opa === undefined) return undefined;
  const { second, close } = await openSecond(read.opa, env);
  return { second, [Symbol.asyncDispose]: close };
}

function serverOf({ url }: OpaServerOptions, env: NodeJS.ProcessEnv): OpaServer {
  const token = env.COUNTERSIGN_OPA_TOKEN;
  if (token === undefined) return { url: new URL(url) };
  if (!/^[\x21-\x7e]{1,8192}$/.test(token))
    throw new ConfigurationRefused('COUNTERSIGN_OPA_TOKEN has to be a token of printable ASCII');
  return { url: new URL(url), token };
}
