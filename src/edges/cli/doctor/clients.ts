// SPDX-License-Identifier: Apache-2.0
/**
 * What clients on this machine still reach without Countersign. Reads their files; never shows a value
 * of theirs but names.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, objectAt, own, stringAt, stringsAt } from '../../../core/json/value.ts';
import { shown } from '../../api/tool-changes.ts';
import { knownPlaces, type Place, readPlace, type Surroundings } from '../adopt/client-files.ts';
import { isOurs } from '../adopt/definitions.ts';
import type { Finding } from './finding.ts';
import { brief } from './node.ts';

export interface ClientsInput {
  readonly surroundings: Surroundings;
  readonly dataDir: string;
  /** What their entries should run. */
  readonly command: string;
  readonly upstreams: JsonObject;
  /** Files that were taken over once: they are looked at wherever they are. */
  readonly adopted: readonly Place[];
  readonly backups: readonly string[];
}

export function judgeClients(input: ClientsInput): readonly Finding[] {
  const { surroundings, adopted, backups } = input;
  const seen = new Set<string>();
  const places = [...adopted, ...knownPlaces(surroundings)].filter(({ file, path }) => {
    const key = JSON.stringify([file, path]);
    return !seen.has(key) && seen.add(key);
  });
  const wasAdopted = new Set(adopted.map(({ file }) => file));
  return [
    ...places.flatMap((place) => judgePlace(place, wasAdopted.has(place.file), input)),
    ...judgeCodex(surroundings),
    ...backups.filter(existsSync).map(
      (file): Finding => ({
        code: 'backup_present',
        severity: 'warning',
        message: `\`${file}\` still holds the definitions and secrets that were moved away`,
        fix: 'delete it when you no longer need `countersign init --undo`',
      }),
    ),
  ];
}

function judgePlace(
  place: Place,
  wasAdopted: boolean,
  { upstreams, dataDir, command }: ClientsInput,
): readonly Finding[] {
  const read = readPlace(place);
  if (read.state === 'absent') return [];
  if (read.state === 'unusable')
    return [
      {
        code: 'client_file_unusable',
        severity: 'warning',
        message: `\`${place.file}\` cannot be looked into: ${read.message}`,
        fix: 'correct it, or see for yourself that it names no MCP servers',
      },
    ];
  const findings: Finding[] = [];
  const direct = Object.entries(read.servers).filter(([name, entry]) => !isOurs(name, entry));
  if (direct.length > 0) {
    const known = new Set(Object.values(upstreams).map(identity));
    const around = wasAdopted || direct.some(([, entry]) => isObject(entry) && known.has(identity(entry)));
    findings.push({
      code: 'client_names_server',
      severity: around ? 'error' : 'warning',
      message: `${place.client} reaches ${brief(direct.map(([name]) => `\`${shown(name)}\``))} directly, by \`${place.file}\``,
      fix: `countersign init --client-config ${place.file}`,
    });
  }
  const entry = objectAt(read.servers, 'countersign');
  if (entry !== undefined && isOurs('countersign', entry))
    findings.push(...judgeEntry(place, entry, command, dataDir));
  return findings;
}

function judgeEntry(
  { file }: Place,
  entry: JsonObject,
  expected: string,
  dataDir: string,
): readonly Finding[] {
  const command = stringAt(entry, 'command') ?? '';
  const args = stringsAt(entry, 'args') ?? [];
  const data = args[args.indexOf('--data') + 1];
  const stale = (message: string): readonly Finding[] => [
    {
      code: 'client_entry_stale',
      severity: 'warning',
      message: `\`countersign\` in \`${file}\` ${message}`,
      fix: 'correct the entry, or take it out and run `countersign init` again',
    },
  ];
  if (command.startsWith('/') && !existsSync(command))
    return stale(`runs \`${shown(command)}\`, which is not there`);
  // Whoever may write the file may have put another program under our name.
  if (command !== expected && command !== 'countersign')
    return stale(`runs \`${shown(command)}\`, which is not this Countersign`);
  if (args.includes('--data') && data !== dataDir)
    return stale(`goes to another daemon: \`${shown(data ?? '')}\``);
  return [];
}

/** What makes two definitions the same server: its program with arguments, or its URL. */
function identity(definition: JsonObject | unknown): string {
  if (typeof definition !== 'object' || definition === null) return '';
  const read = definition as JsonObject;
  const url = own(read, 'url') ?? own(read, 'httpUrl');
  return JSON.stringify(url === undefined ? [own(read, 'command'), own(read, 'args') ?? []] : [url]);
}

/** Its file is TOML, of which the headings say enough. */
function judgeCodex({ home, env }: Surroundings): readonly Finding[] {
  const file = join(env.CODEX_HOME ?? join(home, '.codex'), 'config.toml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8').slice(0, 1 << 20);
  } catch {
    return [];
  }
  const names = [
    ...text.matchAll(/^[ \t]*\[[ \t]*mcp_servers[ \t]*\.[ \t]*("[^"\n]+"|[A-Za-z0-9_-]+)[ \t]*\]/gm),
  ]
    .map((match) => (match[1] ?? '').replaceAll('"', ''))
    .filter((name) => name !== 'countersign');
  if (names.length === 0) return [];
  return [
    {
      code: 'client_names_server',
      severity: 'warning',
      message: `codex reaches ${brief(names.map((name) => `\`${shown(name)}\``))} directly, by \`${file}\``,
      fix: 'replace them there by one server that runs `countersign mcp-stdio` (`init` does not write TOML)',
    },
  ];
}
