// SPDX-License-Identifier: Apache-2.0
/**
 * What a tool call of Claude Code is in the catalogue: a target of server `claude`, by the tool's name and by where it
 * points, or a tool of a server that the client reaches over MCP.
 *
 * Decides nothing: a tool that no catalogue names goes down the road like any other, and is refused there.
 */
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import {
  arrayAt,
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  own,
  stringAt,
} from '../../core/json/value.ts';
import { isSecretPath } from '../../core/operand/secret-path.ts';
import type { ReadProgram } from '../../core/program/of-call.ts';
import { absolute, type Ground, type Place, placeOf, targetAt, worse } from './place.ts';
import { isProjectCommand } from './project-command.ts';
import { shellPlace } from './shell-place.ts';

/** The client itself, as a server of the catalogue. */
export const clientServer = 'claude';

/** What `init` calls the gateway in a client's file. */
const gatewayName = 'countersign';

export interface Target {
  readonly server: string;
  readonly target: string;
  /** With paths as they are meant, so that what is decided is what the client runs. */
  readonly args: JsonObject;
}

export interface Surrounds {
  readonly cwd: string;
  readonly ground: Ground;
  readonly entries: readonly CatalogueEntry[];
  /** Absent: of a shell command nothing is known. */
  readonly programs?: ReadProgram | undefined;
}

const pathOf: Readonly<Record<string, string>> = {
  Read: 'file_path',
  Write: 'file_path',
  Edit: 'file_path',
  MultiEdit: 'file_path',
  NotebookEdit: 'notebook_path',
  Glob: 'path',
  Grep: 'path',
};

/** Names that the client had for a tool before. */
const renamed: Readonly<Record<string, string>> = { Task: 'Agent' };

export function claudeTarget(tool: string, input: JsonObject, around: Surrounds): Target {
  if (tool.startsWith('mcp__')) return overMcp(tool, input, around.entries);
  const name = Object.hasOwn(renamed, tool) ? (renamed[tool] ?? tool) : tool;
  const { cwd, ground } = around;
  if (name === 'Bash') {
    return { server: clientServer, target: shellTarget(input, around), args: input };
  }
  const argument = Object.hasOwn(pathOf, name) ? pathOf[name] : undefined;
  if (argument === undefined) return { server: clientServer, target: name, args: input };
  const written = stringAt(input, argument);
  const path = written === undefined ? cwd : absolute(written, cwd, ground);
  const args = written === undefined ? input : { ...input, [argument]: path };
  const place = worse(placeOf(path, ground), patternPlace(name, args, path, ground));
  return { server: clientServer, target: targetAt(name, place), args };
}

function shellTarget(input: JsonObject, { cwd, ground, programs }: Surrounds): string {
  const command = stringAt(input, 'command') ?? '';
  // Outside of the client's own sandbox nothing is plain.
  if (input.dangerouslyDisableSandbox === true) return 'Bash';
  if (isProjectCommand(command, cwd, ground)) return 'Bash.project';
  const place = programs === undefined ? undefined : shellPlace(programs('shell', command), cwd, ground);
  switch (place) {
    case undefined:
      return 'Bash';
    case 'guards':
      return 'Bash.outside';
    default:
      return `Bash.${place}`;
  }
}

/** Where a pattern leads: `../**` leaves the directory that it is looked for in, and `.env*` looks for secrets. */
function patternPlace(name: string, args: JsonObject, path: string, ground: Ground): Place {
  const pattern = stringAt(args, name === 'Grep' ? 'glob' : 'pattern');
  if ((name !== 'Glob' && name !== 'Grep') || pattern === undefined) return 'project';
  const fixed = pattern.split(/[*?[\]{}!]/)[0] ?? '';
  const base = placeOf(absolute(fixed === '' ? '.' : fixed, path, ground), ground);
  // Behind a wildcard, `..` leads wherever the wildcard allows.
  const climbs = pattern.slice(fixed.length).includes('..') ? 'outside' : 'project';
  const bare = pattern.replaceAll(/[*?[\]{}!]/g, '');
  const named = name === 'Grep' && isSecretPath(bare) ? 'secrets' : 'project';
  return worse(base, worse(climbs, named));
}

/** The client writes `mcp__<its name for the server>__<tool>`, with `_` for whatever it does not like. */
function overMcp(tool: string, input: JsonObject, entries: readonly CatalogueEntry[]): Target {
  const called = (server: string, target: string) =>
    `mcp__${server}__${target}`.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  const found = entries.filter(
    ({ kind, server, target }) =>
      kind === 'tool' &&
      server !== clientServer &&
      (called(server, target) === tool || called(`${gatewayName}__${server}`, target) === tool),
  );
  const [one, ...others] = found;
  // Two that the client calls alike are told apart by nobody.
  if (one === undefined || others.length > 0) return { server: clientServer, target: tool, args: input };
  return { server: one.server, target: one.target, args: input };
}

/**
 * Whether a result holds more than its target says: lines of files with secrets, found by a search in the whole project.
 *
 * @returns why it may not be shown, or undefined
 */
export function tooMuch(target: string, response: JsonValue): string | undefined {
  if (target !== 'Grep' || !isObject(response)) return undefined;
  const content = stringAt(response, 'content') ?? '';
  for (const line of content.split('\n')) {
    const path = /^(.{1,1024}?)(?::|-\d+-)/.exec(line)?.[1];
    if (path !== undefined && isSecretPath(path))
      return 'the search found lines in files that hold secrets; leave those out (`glob`), or look for their names only';
  }
  return undefined;
}

/**
 * A result as policy left it, in the form that the client gave it.
 *
 * @returns undefined where it has no such form any more: the client takes no other
 */
export function responseOf(tool: string, response: JsonValue, left: JsonObject): JsonValue | undefined {
  const content = arrayAt(left, 'content');
  const texts = (content ?? []).map((block) => (isObject(block) ? stringAt(block, 'text') : undefined));
  if (typeof response === 'string') return texts[0];
  if (isArray(response)) return content?.length === response.length ? content : undefined;
  if (!isObject(response)) return response;
  const file = response.file;
  if (tool === 'Read' && response.type === 'text' && isObject(file))
    return texts[0] === undefined ? undefined : { ...response, file: { ...file, content: texts[0] } };
  if (tool === 'Bash') {
    const [stdout, stderr] = texts;
    if (stdout === undefined || (stderr === undefined) !== (stringAt(response, 'stderr') === undefined))
      return undefined;
    return { ...response, stdout, ...(stderr === undefined ? {} : { stderr }) };
  }
  const structured = own(left, 'structuredContent');
  return structured !== undefined && sameForm(response, structured) ? structured : undefined;
}

/** The same members, however long their texts and lists are. */
function sameForm(a: JsonValue, b: JsonValue): boolean {
  if (isArray(a) || isArray(b)) return isArray(a) && isArray(b);
  if (!isObject(a) || !isObject(b)) return typeof a === typeof b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => {
      const [inA, inB] = [own(a, key), own(b, key)];
      return inA !== undefined && inB !== undefined && sameForm(inA, inB);
    })
  );
}

/** A result as it is recorded: what a model reads as text stands as text. */
export function contentOf(tool: string, response: JsonValue): JsonObject {
  const text = (...parts: readonly (string | undefined)[]): JsonObject => ({
    content: parts.filter((part) => part !== undefined).map((part) => ({ type: 'text', text: part })),
  });
  if (typeof response === 'string') return text(response);
  if (isArray(response)) return { content: response };
  if (!isObject(response)) return { content: [] };
  const file = response.file;
  if (tool === 'Read' && response.type === 'text' && isObject(file))
    return text(stringAt(file, 'content') ?? '');
  if (tool === 'Bash') return text(stringAt(response, 'stdout') ?? '', stringAt(response, 'stderr'));
  return { structuredContent: response };
}
