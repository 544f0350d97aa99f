// SPDX-License-Identifier: Apache-2.0
/**
 * A client's way of defining a server made the one that the daemon reads, or the reason why it cannot be.
 *
 * Never shows a value of an environment or a header, and never widens: tools that the client had hidden
 * from its model are not accepted by a proposal.
 *
 * Source: the clients' own documentation; edges/mcp/upstream/config.ts for what the daemon reads.
 */
import { serverNameFault } from '../../../core/catalogue/names.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  own,
  stringAt,
  stringsAt,
} from '../../../core/json/value.ts';
import { parseMcpServers } from '../../mcp/upstream/config.ts';
import type { Place, Surroundings } from './client-files.ts';

export interface Definition {
  /** As the client called it. */
  readonly original: string;
  /** As the daemon calls it. */
  readonly name: string;
  readonly definition: JsonObject;
  /** What the client hid from its model, or all that it showed. */
  readonly hidden: ReadonlySet<string>;
  readonly shown: ReadonlySet<string> | undefined;
}

export interface Left {
  readonly original: string;
  readonly why: string;
}

export interface Translated {
  readonly definitions: readonly Definition[];
  /** Stay where they are, outside of Countersign. */
  readonly left: readonly Left[];
}

/** The name under which Countersign itself stands in clients' files. */
export const ownName = 'countersign';

const kept = ['type', 'command', 'args', 'env', 'cwd', 'url', 'headers', 'disabled'];
/** They change what runs, so ignoring them would start something else. */
const changing: Readonly<Record<string, string>> = {
  envFile: 'it takes its environment from a file (`envFile`): put the variables into `env`',
  auth: 'it signs in by itself (`auth`), which is not spoken here yet: give it a token in `headers`',
  oauth: 'it signs in by itself (`oauth`), which is not spoken here yet: give it a token in `headers`',
  headersHelper: 'it gets its headers from a command (`headersHelper`): put them into `headers`',
  authProviderType: 'it signs in by itself (`authProviderType`), which is not spoken here yet',
  dev: 'it runs in development mode (`dev`)',
};

/** @param taken names that upstreams have already, with their definitions */
export function translate(
  servers: JsonObject,
  place: Place,
  taken: JsonObject,
  { home, env }: Surroundings,
): Translated {
  const definitions: Definition[] = [];
  const left: Left[] = [];
  const names = new Map(Object.entries(taken));
  for (const [original, entry] of Object.entries(servers)) {
    if (isOurs(original, entry)) continue;
    if (!isObject(entry)) {
      left.push({ original, why: 'it is not an object' });
      continue;
    }
    const why = Object.keys(changing).find((key) => own(entry, key) !== undefined);
    if (why !== undefined) {
      left.push({ original, why: changing[why] ?? '' });
      continue;
    }
    const definition = daemons(entry, place, home);
    const name = nameFor(original, definition, names);
    const parsed = parseMcpServers({ mcpServers: { [name]: definition } }, env);
    if (!parsed.ok) {
      left.push({ original, why: parsed.problems.join('; ').replaceAll(`\`${name}\`: `, '') });
      continue;
    }
    names.set(name, definition);
    const shown = stringsAt(entry, 'includeTools');
    definitions.push({
      original,
      name,
      definition,
      hidden: new Set([
        ...(stringsAt(entry, 'excludeTools') ?? []),
        ...(stringsAt(entry, 'disabledTools') ?? []),
      ]),
      shown: shown === undefined ? undefined : new Set(shown),
    });
  }
  return { definitions, left };
}

/** Whether an entry of a client's file is Countersign itself. */
export function isOurs(name: string, entry: JsonValue): boolean {
  if (name !== ownName || !isObject(entry)) return false;
  return stringsAt(entry, 'args')?.includes('mcp-stdio') === true;
}

function daemons(entry: JsonObject, { client, workingDir }: Place, home: string): JsonObject {
  const made: Record<string, JsonValue> = {};
  for (const key of kept) {
    const value = own(entry, key);
    if (value !== undefined && value !== null)
      made[key] = mapped(value, (text) => variables(text, workingDir, home));
  }
  // Gemini says `httpUrl` for what others call http, and `url` for what they call sse.
  const http = stringAt(entry, 'httpUrl') ?? stringAt(entry, 'serverUrl');
  if (http !== undefined && made.url === undefined) Object.assign(made, { type: 'http', url: http });
  else if (client === 'gemini' && made.url !== undefined && made.type === undefined) made.type = 'sse';
  // Copilot calls a process `local`.
  if (made.type === 'local') made.type = 'stdio';
  if (made.command !== undefined && made.cwd === undefined && workingDir !== undefined) made.cwd = workingDir;
  return made;
}

function variables(text: string, workingDir: string | undefined, home: string): string {
  const named = text
    .replaceAll(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g, '$${$1}')
    .replaceAll(/\$\{userHome\}/g, () => home);
  return workingDir === undefined ? named : named.replaceAll(/\$\{workspaceFolder\}/g, () => workingDir);
}

function mapped(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapped(each, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapped(each, change)]));
}

/** The client's name as near as may be; the same server twice has one name, two servers never. */
function nameFor(original: string, definition: JsonObject, names: ReadonlyMap<string, JsonValue>): string {
  const plain =
    original
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replaceAll(/^[-_]+|-+$/g, '')
      .slice(0, 28) || 'mcp';
  const stem = serverNameFault(plain) === undefined ? plain : `${plain}-server`.slice(0, 28);
  for (let n = 1; ; n++) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    const other = names.get(name);
    if (other === undefined || JSON.stringify(other) === JSON.stringify(definition)) return name;
  }
}
