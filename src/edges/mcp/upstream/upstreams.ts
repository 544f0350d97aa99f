// SPDX-License-Identifier: Apache-2.0
/**
 * All upstreams, and who shares what of them: a process belongs to one task, a legacy session to one
 * client, and only what keeps nothing between requests is shared by all.
 *
 * Never starts the same thing twice for callers that come at once, and never starts without end what
 * keeps falling over.
 */
import type { UpstreamServer } from './config.ts';
import { type Conversation, type View, viewOf } from './conversation.ts';
import type { UpstreamLimits } from './limits.ts';
import { type Era, type LinkOwner, type Upstreams, UpstreamUnavailable } from './link.ts';
import { createOpener } from './opening.ts';

export interface UpstreamsOptions {
  readonly servers: readonly UpstreamServer[];
  /** What the catalogue says: one process may serve every task. */
  readonly stateless: (server: string) => boolean;
  readonly limits: UpstreamLimits;
  readonly onStderr: (server: string, line: string) => void;
}

/** One conversation and those who use it. */
interface Slot {
  readonly key: string;
  readonly server: UpstreamServer;
  /** Among everybody; else it is one task's, or one client's. */
  readonly shared: boolean;
  readonly opening: Promise<Conversation>;
  /** Gives up the opening, and ends what has been opened. */
  readonly ending: AbortController;
  /** Everybody that it has ever been opened for, so that the last of them can be told from the last at present. */
  readonly owners: Map<string, LinkOwner>;
  readonly views: Map<string, View>;
  isOver(): boolean;
  isIdleFor(unheardMs: number, heardMs: number): boolean;
  readonly usedAt: () => number;
  touch(): void;
}

/** It says nothing against the server, so that it is no reason to leave it alone. */
class TooManyProcesses extends UpstreamUnavailable {}

/** What has been idle for so long can make room for another process; the second where somebody listens. */
const EVICTABLE_MS = 10_000;
const EVICTABLE_HEARD_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;

export function createUpstreams(options: UpstreamsOptions): Upstreams {
  const { limits } = options;
  const servers = new Map(options.servers.map((server) => [server.name, server]));
  const slots = new Map<string, Slot>();
  const probed = new Map<string, Promise<ReadonlySet<Era>>>();
  const failures = new Map<string, { readonly count: number; readonly until: number }>();
  let processes = 0;
  let over = false;

  const opener = createOpener({
    limits,
    onStderr: options.onStderr,
    async claimProcess() {
      if (processes >= limits.maxProcesses) await evict();
      if (processes >= limits.maxProcesses)
        throw new TooManyProcesses(`at most ${limits.maxProcesses} processes run at the same time`);
      processes += 1;
      return () => {
        processes -= 1;
      };
    },
  });
  const sweeper = setInterval(sweep, Math.min(limits.idleMs, 30_000));
  sweeper.unref();

  function serverNamed(name: string): UpstreamServer {
    const server = servers.get(name);
    if (server === undefined) throw new UpstreamUnavailable('there is no upstream of this name');
    if (over) throw new UpstreamUnavailable('this gateway is stopping');
    return server;
  }

  /** A server that fails to start is left alone for a while, longer each time. */
  async function patiently<T>(server: string, run: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const failed = failures.get(server);
    if (failed !== undefined && performance.now() < failed.until)
      throw new UpstreamUnavailable(`\`${server}\` failed to start a moment ago and is not tried again yet`);
    try {
      const made = await run();
      failures.delete(server);
      return made;
    } catch (error) {
      if (error instanceof TooManyProcesses || signal?.aborted) throw error;
      const count = (failures.get(server)?.count ?? 0) + 1;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), LONGEST_PAUSE_MS);
      failures.set(server, { count, until: performance.now() + pauseMs });
      probed.delete(server);
      throw error;
    }
  }

  function eras(name: string): Promise<ReadonlySet<Era>> {
    const known = probed.get(name);
    if (known !== undefined) return known;
    const probing = patiently(name, () => opener.probe(serverNamed(name)));
    probed.set(name, probing);
    probing.catch(() => probed.delete(name));
    return probing;
  }

  function slotFor(server: UpstreamServer, era: Era, owner: LinkOwner): Slot {
    const shared = isShared(server, era);
    const key = JSON.stringify([
      server.name,
      era,
      ...(shared ? [] : [server.kind === 'stdio' ? owner.task : clientOf(owner)]),
    ]);
    const existing = slots.get(key);
    if (existing !== undefined) return existing;

    let usedAt = performance.now();
    let conversation: Conversation | undefined;
    let isOver = false;
    const ending = new AbortController();
    const slot: Slot = {
      key,
      server,
      shared,
      ending,
      opening: patiently(
        server.name,
        () => opener.open(server, era, shared ? undefined : owner, ending.signal),
        ending.signal,
      ),
      owners: new Map(),
      views: new Map(),
      touch() {
        usedAt = performance.now();
      },
      isOver: () => isOver,
      usedAt: () => usedAt,
      isIdleFor: (unheardMs, heardMs) =>
        conversation !== undefined &&
        conversation.inFlight() === 0 &&
        performance.now() - usedAt >= (conversation.isHeard() ? heardMs : unheardMs),
    };
    slots.set(key, slot);
    const forget = (): void => {
      if (slots.get(key) === slot) slots.delete(key);
    };
    slot.opening.then((opened) => {
      conversation = opened;
      void opened.closed.then(() => {
        isOver = true;
        for (const view of slot.views.values()) view.end();
        // What ended without us may be another program when it comes back.
        if (slots.get(key) === slot) probed.delete(server.name);
        forget();
      });
    }, forget);
    return slot;
  }

  function isShared(server: UpstreamServer, era: Era): boolean {
    return server.kind === 'http' ? era === 'modern' : options.stateless(server.name);
  }

  function viewIn(slot: Slot, conversation: Conversation, from: string): View {
    const existing = slot.views.get(from);
    if (existing !== undefined && !existing.isOver()) {
      existing.touch();
      return existing;
    }
    const view = viewOf(conversation, from, {
      onUse: slot.touch,
      async onClose() {
        if (slot.server.kind === 'http' && !slot.shared) await end(slot);
      },
    });
    if (slot.isOver()) view.end();
    slot.views.set(from, view);
    void view.closed.then(() => {
      if (slot.views.get(from) !== view) return;
      slot.views.delete(from);
      // Nothing of a client is left in what everybody shares.
      if (slot.shared) slot.owners.delete(from);
    });
    return view;
  }

  async function end(slot: Slot): Promise<void> {
    if (slots.get(slot.key) === slot) slots.delete(slot.key);
    slot.ending.abort();
    const conversation = await slot.opening.catch(() => undefined);
    await conversation?.close();
  }

  /** Ends the process that has been idle for longest, if that is long enough. */
  async function evict(): Promise<void> {
    const idle = [...slots.values()]
      .filter((slot) => slot.server.kind === 'stdio' && slot.isIdleFor(EVICTABLE_MS, EVICTABLE_HEARD_MS))
      .sort((a, b) => a.usedAt() - b.usedAt());
    if (idle[0] !== undefined) await end(idle[0]);
  }

  function sweep(): void {
    const { idleMs, idleHeardMs } = limits;
    for (const slot of slots.values()) {
      if (slot.isIdleFor(idleMs, idleHeardMs)) void end(slot);
      else if (slot.shared)
        for (const view of slot.views.values()) if (view.isIdleFor(idleMs, idleHeardMs)) void view.close();
    }
  }

  return {
    names: [...servers.keys()],
    eras,
    async link(name, wanted, owner) {
      const server = serverNamed(name);
      const spoken = await eras(name);
      const era = spoken.has(wanted) ? wanted : wanted === 'modern' ? 'legacy' : 'modern';
      const slot = slotFor(server, era, owner);
      slot.touch();
      const from = clientOf(owner);
      // Before the wait, so that who is revoked during it is known.
      slot.owners.set(from, owner);
      const conversation = await slot.opening;
      if (!slot.owners.has(from)) throw new UpstreamUnavailable(`\`${name}\` was released meanwhile`);
      slot.touch();
      return viewIn(slot, conversation, from);
    },
    async release(which) {
      const ending: Promise<void>[] = [];
      for (const slot of [...slots.values()]) {
        const gone = [...slot.owners].filter(([, owner]) => which(owner));
        if (gone.length === 0) continue;
        if (gone.length === slot.owners.size && !slot.shared) ending.push(end(slot));
        for (const [from] of gone) {
          slot.owners.delete(from);
          const view = slot.views.get(from);
          if (view !== undefined) ending.push(view.close());
        }
      }
      await Promise.all(ending);
    },
    async close() {
      over = true;
      clearInterval(sweeper);
      opener.abandon();
      await Promise.all([...slots.values()].map(end));
      await opener.close();
    },
  };
}

function clientOf(owner: LinkOwner): string {
  return JSON.stringify([owner.task, owner.session, owner.transportSession ?? '']);
}
