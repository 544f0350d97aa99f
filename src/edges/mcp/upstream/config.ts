// SPDX-License-Identifier: Apache-2.0
/**
 * The `mcpServers` file that people already have, as upstreams.
 *
 * Never shows a value of an environment or of a header, not even a wrong one: they are secrets, and
 * problems are printed. What would be started or called in another way than the file means is refused.
 */
import {
  arrayAt,
  isObject,
  isString,
  type JsonObject,
  type JsonValue,
  objectAt,
  own,
  stringAt,
} from '../../../core/json/value.ts';
import type { HttpServer } from './http.ts';
import type { ChildCommand } from './process.ts';

export type UpstreamServer =
  | { readonly kind: 'stdio'; readonly name: string; readonly command: ChildCommand }
  | ({ readonly kind: 'http' } & HttpServer);

export type McpServersParsed =
  | {
      readonly ok: true;
      readonly servers: readonly UpstreamServer[];
      /** Keys that mean nothing here, as `server.key`, and servers that the file disables. */
      readonly ignored: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_SERVERS = 256;
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
/** What the protocol or the connection says; a configured value would contradict it. */
const OURS =
  /^(?:mcp-.*|host|connection|content-length|content-type|transfer-encoding|accept|accept-encoding|last-event-id|expect|upgrade|te|trailer|keep-alive)$/i;
const KNOWN = new Set(['type', 'command', 'args', 'env', 'cwd', 'url', 'headers', 'disabled']);

export function parseMcpServers(json: JsonValue, environment: Environment): McpServersParsed {
  const listed = isObject(json) ? objectAt(json, 'mcpServers') : undefined;
  if (listed === undefined)
    return {
      ok: false,
      problems: ['the file must be an object with `mcpServers`, an object of servers by name'],
    };
  const problems: string[] = [];
  const ignored: string[] = [];
  const servers: UpstreamServer[] = [];
  if (Object.keys(listed).length > MAX_SERVERS) problems.push(`at most ${MAX_SERVERS} servers can be listed`);

  for (const [name, entry] of Object.entries(listed)) {
    if (!NAME.test(name)) {
      problems.push(
        `the server name \`${brief(name)}\` must be 1 to 32 of a-z, 0-9, \`_\` and \`-\`, the first of them a letter or digit`,
      );
      continue;
    }
    if (!isObject(entry)) {
      problems.push(`\`${name}\` must be an object with \`command\` or \`url\``);
      continue;
    }
    if (own(entry, 'disabled') === true) {
      ignored.push(name);
      continue;
    }
    ignored.push(
      ...Object.keys(entry)
        .filter((key) => !KNOWN.has(key))
        .map((key) => `${name}.${brief(key)}`),
    );
    const reader = createReader(name, environment, problems);
    const server = readServer(name, entry, reader);
    if (server !== undefined) servers.push(server);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, servers, ignored };
}

interface Reader {
  /** @returns undefined after saying what is wrong */
  problem(what: string): undefined;
  /** Puts values of the environment in the place of `${NAME}`. */
  expand(key: string, text: string): string;
}

function createReader(name: string, environment: Environment, problems: string[]): Reader {
  const problem = (what: string): undefined => {
    problems.push(`\`${name}\`: ${what}`);
    return undefined;
  };
  return {
    problem,
    expand: (key, text) =>
      text.replace(/\$\{([^}]*)\}/g, (_whole, inside: string) => {
        const [variable = '', fallback] = split(inside, ':-');
        if (!VARIABLE.test(variable)) {
          problem(`\`${key}\` may refer to the environment as \`\${NAME}\` or \`\${NAME:-default}\` only`);
          return '';
        }
        const value = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
        if (value !== undefined && value !== '') return value;
        if (fallback !== undefined) return fallback;
        problem(`\`${key}\` refers to \`\${${variable}}\`, which is not set`);
        return '';
      }),
  };
}

function readServer(name: string, entry: JsonObject, reader: Reader): UpstreamServer | undefined {
  const type = own(entry, 'type');
  const hasCommand = own(entry, 'command') !== undefined;
  const hasUrl = own(entry, 'url') !== undefined;
  if (type === 'sse')
    return reader.problem(
      '`type: sse` is the transport that MCP replaced in 2025: give the server’s Streamable HTTP URL and `type: http`',
    );
  if (hasCommand === hasUrl) return reader.problem('either `command` or `url` is needed, and not both');
  if (hasCommand) {
    if (type !== undefined && type !== 'stdio')
      return reader.problem('with `command`, `type` must be `stdio`');
    return readStdio(name, entry, reader);
  }
  if (type !== undefined && type !== 'http' && type !== 'streamable-http')
    return reader.problem('with `url`, `type` must be `http` or `streamable-http`');
  return readHttp(name, entry, reader);
}

function readStdio(name: string, entry: JsonObject, reader: Reader): UpstreamServer | undefined {
  const command = stringAt(entry, 'command');
  const args = own(entry, 'args') === undefined ? [] : arrayAt(entry, 'args');
  const cwd = own(entry, 'cwd');
  if (command === undefined || command === '') return reader.problem('`command` must be a text');
  if (args === undefined || !args.every(isString)) return reader.problem('`args` must be a list of texts');
  if (cwd !== undefined && !isString(cwd)) return reader.problem('`cwd` must be a path');
  const env = readTexts(entry, 'env', reader);
  if (env === undefined) return undefined;
  const bad = Object.keys(env).find((key) => !VARIABLE.test(key));
  if (bad !== undefined)
    return reader.problem(`\`env\` has \`${brief(bad)}\`, which is not a variable's name`);
  const made: ChildCommand = {
    command: reader.expand('command', command),
    args: args.map((arg) => reader.expand('args', arg)),
    env,
    ...(cwd === undefined ? {} : { cwd: reader.expand('cwd', cwd) }),
  };
  const texts = [made.command, made.cwd ?? '', ...made.args, ...Object.values(env)];
  if (texts.some((text) => text.includes('\0'))) return reader.problem('no text may hold a NUL');
  return { kind: 'stdio', name, command: made };
}

function readHttp(name: string, entry: JsonObject, reader: Reader): UpstreamServer | undefined {
  const written = stringAt(entry, 'url');
  if (written === undefined) return reader.problem('`url` must be a text');
  const url = URL.parse(reader.expand('url', written));
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return reader.problem('`url` must be an http or https URL');
  if (url.username !== '' || url.password !== '')
    return reader.problem('`url` must hold no user or password: put them into `headers`');
  const headers = readTexts(entry, 'headers', reader);
  if (headers === undefined) return undefined;
  const lowered: Record<string, string> = {};
  for (const [key, value] of Object.entries(headers)) {
    const header = key.toLowerCase();
    if (!HEADER_NAME.test(key) || OURS.test(key) || Object.hasOwn(lowered, header))
      return reader.problem(`\`headers\` has \`${brief(key)}\`, which cannot be configured`);
    if (!HEADER_VALUE.test(value))
      return reader.problem(`the value of the header \`${brief(key)}\` must be visible ASCII`);
    lowered[header] = value;
  }
  return { kind: 'http', name, url, headers: lowered };
}

function readTexts(
  entry: JsonObject,
  key: 'env' | 'headers',
  reader: Reader,
): Record<string, string> | undefined {
  const given = own(entry, key) === undefined ? {} : objectAt(entry, key);
  if (given === undefined) return reader.problem(`\`${key}\` must be an object of texts`);
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!isString(value)) return reader.problem(`\`${key}.${brief(name)}\` must be a text`);
    texts[name] = reader.expand(`${key}.${brief(name)}`, value);
  }
  return texts;
}

function split(text: string, by: string): readonly [string, string | undefined] {
  const at = text.indexOf(by);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + by.length)];
}

/** Names come from a file that somebody else may have written: bounded, and nothing that steers a terminal. */
function brief(name: string): string {
  return name.slice(0, 40).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
