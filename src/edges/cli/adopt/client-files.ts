// SPDX-License-Identifier: Apache-2.0
/**
 * Where clients of MCP keep the servers that they start or call. Reads; changes nothing.
 *
 * A place is a member of a file: one file may have several, such as a user's own servers and those of
 * one project.
 *
 * Source: the clients' own documentation, as of autumn 2026.
 */
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type JsonObject, objectAt, own } from '../../../core/json/value.ts';
import { readText } from './json-text.ts';

export type Client =
  | 'claude-code'
  | 'claude-desktop'
  | 'copilot'
  | 'cursor'
  | 'gemini'
  | 'vscode'
  | 'windsurf'
  | 'mcp-client';

export interface Place {
  readonly client: Client;
  readonly file: string;
  /** Where in the file the object of servers is. */
  readonly path: readonly string[];
  /** The directory in which the client runs what it starts, where that is known. */
  readonly workingDir?: string;
}

export type PlaceRead =
  | { readonly state: 'absent' }
  | { readonly state: 'unusable'; readonly message: string }
  | {
      readonly state: 'read';
      readonly text: string;
      readonly servers: JsonObject;
      /** `found: false`: the file is there, and nothing at the place. */
      readonly found: boolean;
      readonly mode: number;
      readonly isLink: boolean;
    };

export interface Surroundings {
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const usual = ['mcpServers'];

export function knownPlaces({ cwd, home, platform, env }: Surroundings): readonly Place[] {
  const config = env.XDG_CONFIG_HOME ?? join(home, '.config');
  const application =
    platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : platform === 'win32'
        ? (env.APPDATA ?? join(home, 'AppData', 'Roaming'))
        : config;
  const project = (client: Client, file: string, path = usual): Place => ({
    client,
    file: join(cwd, file),
    path,
    workingDir: cwd,
  });
  const user = (client: Client, file: string, path = usual): Place => ({ client, file, path });
  const claude = join(env.CLAUDE_CONFIG_DIR ?? home, '.claude.json');
  const places = [
    project('claude-code', '.mcp.json'),
    project('mcp-client', 'mcp.json'),
    project('cursor', join('.cursor', 'mcp.json')),
    project('vscode', join('.vscode', 'mcp.json'), ['servers']),
    project('gemini', join('.gemini', 'settings.json')),
    { ...user('claude-code', claude, ['projects', cwd, 'mcpServers']), workingDir: cwd },
    user('claude-code', claude),
    user('claude-desktop', join(application, 'Claude', 'claude_desktop_config.json')),
    user('cursor', join(home, '.cursor', 'mcp.json')),
    user('gemini', join(home, '.gemini', 'settings.json')),
    user('vscode', join(application, 'Code', 'User', 'mcp.json'), ['servers']),
    user('windsurf', join(home, '.codeium', 'windsurf', 'mcp_config.json')),
    user('copilot', join(home, '.copilot', 'mcp-config.json')),
  ];
  const seen = new Set<string>();
  return places.filter((place) => {
    const key = JSON.stringify([place.file, place.path]);
    return !seen.has(key) && seen.add(key);
  });
}

/** The place that a person named by its file alone. */
export function placeOf(file: string, surroundings: Surroundings): Place {
  const path = resolve(surroundings.cwd, file);
  const known = knownPlaces(surroundings).filter((place) => place.file === path);
  const first = known.find((place) => serversIn(place) > 0) ?? known.at(-1);
  if (first !== undefined) return first;
  const read = readPlace({ client: 'mcp-client', file: path, path: usual });
  // A file of VS Code elsewhere is known by its member.
  const isCode = basename(path) === 'mcp.json' && read.state === 'read' && !read.found;
  const servers: Place = { client: 'vscode', file: path, path: ['servers'] };
  if (isCode && serversIn(servers) > 0) return servers;
  return { client: 'mcp-client', file: path, path: usual };
}

export function serversIn(place: Place): number {
  const read = readPlace(place);
  return read.state === 'read' ? Object.keys(read.servers).length : 0;
}

export function readPlace({ file, path }: Place): PlaceRead {
  let text: string;
  let mode: number;
  let isLink = false;
  try {
    isLink = lstatSync(file).isSymbolicLink();
    const stat = statSync(file);
    if (!stat.isFile()) return { state: 'unusable', message: 'it is not a file' };
    mode = stat.mode & 0o777;
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'not UTF-8';
    if (isLink && code === 'ENOENT') return { state: 'unusable', message: 'it is a link to nothing' };
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'absent' };
    return { state: 'unusable', message: `it cannot be read: ${code}` };
  }
  const read = readText(text.trim() === '' ? '{}' : text);
  if (!read.ok) return { state: 'unusable', message: `it is not JSON: ${read.message}` };
  let at: JsonObject | undefined = read.value;
  for (const [i, key] of path.entries()) {
    if (at === undefined) break;
    const inner: JsonObject | undefined = objectAt(at, key);
    if (inner === undefined && own(at, key) !== undefined)
      return { state: 'unusable', message: `\`${path.slice(0, i + 1).join('.')}\` must be an object` };
    at = inner;
  }
  return { state: 'read', text, servers: at ?? {}, found: at !== undefined, mode, isLink };
}
