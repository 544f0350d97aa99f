// SPDX-License-Identifier: Apache-2.0
/**
 * What upstreams declare: their lists, all pages of them, and of tools the digest of each definition as
 * it was seen last.
 *
 * Untrusted throughout. A tool is compared by what it is now, so its list is fetched in a link before
 * the first call through it, again after `list_changed`, and again when it has grown old; a change
 * that any link saw holds for all of them until the accepted definition is seen again.
 */
import { definitionDigest, parseToolDefinition } from '../../core/catalogue/pin.ts';
import { arrayAt, type JsonValue, objectAt, stringAt } from '../../core/json/value.ts';
import type { GatewayLimits } from './limits.ts';
import { ownRequest } from './own-request.ts';
import type { Outgoing, UpstreamLink } from './upstream/link.ts';

export type ListMethod = 'tools/list' | 'prompts/list' | 'resources/list' | 'resources/templates/list';

const members: Readonly<Record<ListMethod, string>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};

const capabilities: Readonly<Record<ListMethod, string>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resources',
};

export interface DeclaredTool {
  readonly name: string;
  readonly digest: string;
}

type Asking = Outgoing['onRequest'] | undefined;

export interface Declared {
  /** Every item of a list, in the upstream's order. @throws {ListUnavailable} */
  list(link: UpstreamLink, method: ListMethod, onRequest?: Asking): Promise<readonly JsonValue[]>;
  /** Its tools now, freshly fetched. @throws {ListUnavailable} */
  tools(server: string, link: UpstreamLink, onRequest?: Asking): Promise<readonly DeclaredTool[]>;
  /** How many of a server's tools, as any link saw them last, are not as they were accepted. */
  changed(server: string, isAccepted: (tool: string, digest: string) => boolean): number;
  /**
   * The digest of what is declared of one tool, empty where nothing is.
   *
   * @param onRequest asks the client that waits for it
   * @returns at once where the list of this link is fresh
   * @throws {ListUnavailable}
   */
  digestOf(server: string, link: UpstreamLink, tool: string, onRequest?: Asking): string | Promise<string>;
}

/** The upstream did not give its list, or not one that can be read. */
export class ListUnavailable extends Error {
  readonly code = 'list_unavailable';
}

export function isOffered(link: UpstreamLink, method: ListMethod): boolean {
  return objectAt(link.facts.capabilities, capabilities[method]) !== undefined;
}

interface Seen {
  /** How often its list was said to have changed. */
  changes: number;
  tools: ReadonlySet<string>;
  fetchedAtMs: number;
  fetching: Promise<readonly DeclaredTool[]> | undefined;
}

export function createDeclared(
  limits: Pick<
    GatewayLimits,
    'maxListPages' | 'maxListed' | 'ownTimeoutMs' | 'maxResultBytes' | 'definitionsMaxAgeMs'
  >,
  monotonicMs: () => number,
): Declared {
  const links = new WeakMap<UpstreamLink, Seen>();
  /** By server and tool: the digest seen last, whichever link saw it. */
  const latest = new Map<string, Map<string, string>>();

  async function list(
    link: UpstreamLink,
    method: ListMethod,
    onRequest?: Asking,
  ): Promise<readonly JsonValue[]> {
    const items: JsonValue[] = [];
    let cursor: string | undefined;
    let bytesLeft = limits.maxResultBytes;
    for (let page = 0; page < limits.maxListPages && items.length < limits.maxListed; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const answer = await ownRequest(link, method, params, {
        timeoutMs: limits.ownTimeoutMs,
        maxResultBytes: bytesLeft,
        onRequest,
      });
      if (answer.kind !== 'result')
        throw new ListUnavailable(answer.kind === 'failed' ? answer.reason : 'error');
      const found = arrayAt(answer.result, members[method]);
      if (found === undefined) throw new ListUnavailable(`no \`${members[method]}\``);
      bytesLeft -= answer.sizeBytes;
      // Not by spreading, which fails on what is long enough.
      for (const item of found) items.push(item);
      cursor = stringAt(answer.result, 'nextCursor');
      if (cursor === undefined) break;
    }
    return items.slice(0, limits.maxListed);
  }

  function seenBy(link: UpstreamLink): Seen {
    const known = links.get(link);
    if (known !== undefined) return known;
    const fresh: Seen = {
      changes: 0,
      tools: new Set(),
      fetchedAtMs: Number.NEGATIVE_INFINITY,
      fetching: undefined,
    };
    links.set(link, fresh);
    link.onUnsolicited((method) => {
      if (method !== 'notifications/tools/list_changed') return;
      fresh.changes++;
      fresh.fetchedAtMs = Number.NEGATIVE_INFINITY;
    });
    return fresh;
  }

  async function fetched(
    server: string,
    link: UpstreamLink,
    seen: Seen,
    onRequest: Asking,
  ): Promise<readonly DeclaredTool[]> {
    const startedMs = monotonicMs();
    const { changes } = seen;
    const items = isOffered(link, 'tools/list') ? await list(link, 'tools/list', onRequest) : [];
    const found = new Map<string, string>();
    for (const item of items) {
      const parsed = parseToolDefinition(item);
      if (!parsed.ok) continue;
      const { name } = parsed.definition;
      // A name declared twice is certain to mean neither: no definition that was accepted has this digest.
      found.set(name, found.has(name) ? '' : definitionDigest(parsed.definition));
    }
    const digests = latest.get(server) ?? new Map<string, string>();
    for (const [name, digest] of found) {
      if (digests.size < limits.maxListed || digests.has(name)) digests.set(name, digest);
    }
    latest.set(server, digests);
    seen.tools = new Set(found.keys());
    // Changed while it was read: read again before the next call.
    if (seen.changes === changes) seen.fetchedAtMs = startedMs;
    return [...found].map(([name, digest]) => ({ name, digest }));
  }

  function tools(server: string, link: UpstreamLink, onRequest?: Asking): Promise<readonly DeclaredTool[]> {
    const seen = seenBy(link);
    seen.fetching ??= fetched(server, link, seen, onRequest).finally(() => {
      seen.fetching = undefined;
    });
    return seen.fetching;
  }

  function known(server: string, seen: Seen, tool: string): string {
    return seen.tools.has(tool) ? (latest.get(server)?.get(tool) ?? '') : '';
  }

  return {
    list,
    tools,
    changed: (server, isAccepted) =>
      [...(latest.get(server) ?? [])].filter(([tool, digest]) => !isAccepted(tool, digest)).length,
    digestOf(server, link, tool, onRequest) {
      const seen = seenBy(link);
      if (monotonicMs() - seen.fetchedAtMs < limits.definitionsMaxAgeMs) return known(server, seen, tool);
      return tools(server, link, onRequest).then(() => known(server, seen, tool));
    },
  };
}
