// SPDX-License-Identifier: Apache-2.0
/**
 * Opens conversations, and finds out which eras a server speaks by opening one of each.
 *
 * A probe runs in a process or session of its own, on behalf of nobody, that ends with it: some servers
 * settle on the era of the first message.
 */
import type { UpstreamServer } from './config.ts';
import type { Conversation } from './conversation.ts';
import { NOBODY_IN_PARTICULAR } from './handshake.ts';
import { type HttpEndpoint, openEndpoint } from './http.ts';
import { openLegacyHttp } from './http-legacy.ts';
import { openModernHttp } from './http-modern.ts';
import type { UpstreamLimits } from './limits.ts';
import { type Era, type LinkOwner, UpstreamUnavailable } from './link.ts';
import { openStdio } from './stdio.ts';

export interface Opener {
  /** @throws {UpstreamUnavailable} it speaks none that is spoken here, or cannot be reached */
  probe(server: UpstreamServer): Promise<ReadonlySet<Era>>;
  /**
   * @param owner absent when it will serve everybody
   * @param signal gives it up, and ends what has been opened of a process
   * @throws {UpstreamUnavailable}
   */
  open(
    server: UpstreamServer,
    era: Era,
    owner: LinkOwner | undefined,
    signal: AbortSignal,
  ): Promise<Conversation>;
  /** Gives up every probe. */
  abandon(): void;
  /** To be called when the conversations are over. */
  close(): Promise<void>;
}

export interface OpenerOptions {
  readonly limits: UpstreamLimits;
  readonly onStderr: (server: string, line: string) => void;
  /** @returns how to give it back */
  readonly claimProcess: () => Promise<() => void>;
}

export function createOpener(options: OpenerOptions): Opener {
  const { limits } = options;
  const endpoints = new Map<string, HttpEndpoint>();
  const probes = new Set<Conversation>();
  const ending = new AbortController();

  function endpointOf(server: Extract<UpstreamServer, { kind: 'http' }>): HttpEndpoint {
    const existing = endpoints.get(server.name);
    if (existing !== undefined) return existing;
    const made = openEndpoint(server, limits);
    endpoints.set(server.name, made);
    return made;
  }

  async function start(
    server: Extract<UpstreamServer, { kind: 'stdio' }>,
    eras: readonly Era[],
    owner: LinkOwner | undefined,
    signal: AbortSignal,
  ): Promise<Conversation> {
    const giveBack = await options.claimProcess();
    try {
      const conversation = await openStdio({
        server: server.name,
        command: server.command,
        eras,
        introduction: owner ?? NOBODY_IN_PARTICULAR,
        shared: owner === undefined,
        limits,
        signal,
        onStderr: (line) => options.onStderr(server.name, line),
      });
      void conversation.closed.then(giveBack);
      return conversation;
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  function open(
    server: UpstreamServer,
    eras: readonly Era[],
    owner: LinkOwner | undefined,
    signal: AbortSignal,
  ): Promise<Conversation> {
    if (server.kind === 'stdio') return start(server, eras, owner, signal);
    const endpoint = endpointOf(server);
    return eras[0] === 'modern'
      ? openModernHttp(endpoint, signal)
      : openLegacyHttp(endpoint, owner ?? NOBODY_IN_PARTICULAR, signal);
  }

  async function tryOut(server: UpstreamServer, eras: readonly Era[]): Promise<Era> {
    const conversation = await open(server, eras, undefined, ending.signal);
    probes.add(conversation);
    void conversation.close().then(() => probes.delete(conversation));
    return conversation.facts.era;
  }

  return {
    open: (server, era, owner, signal) => open(server, [era], owner, signal),
    async probe(server) {
      const both: readonly (readonly Era[])[] =
        server.kind === 'stdio' ? [['modern', 'legacy'], ['legacy']] : [['modern'], ['legacy']];
      const spoken = new Set<Era>();
      let last: unknown;
      for (const eras of both) {
        try {
          if (spoken.has('legacy')) break;
          spoken.add(await tryOut(server, eras));
        } catch (error) {
          if (!(error instanceof UpstreamUnavailable)) throw error;
          last = error;
          // A process that speaks neither era is not asked a third time.
          if (server.kind === 'stdio') break;
        }
      }
      if (spoken.size === 0) throw last;
      return spoken;
    },
    abandon: () => ending.abort(),
    async close() {
      await Promise.all([...probes].map((conversation) => conversation.close()));
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.pool.destroy()));
      endpoints.clear();
    },
  };
}
