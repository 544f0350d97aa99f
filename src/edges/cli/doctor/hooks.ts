// SPDX-License-Identifier: Apache-2.0
/**
 * Whether the hooks of Claude Code ask Countersign, all of them, and block where they fail; and whether somebody else's
 * let a tool run when they do.
 */
import { existsSync, readFileSync } from 'node:fs';
import { arrayAt, isObject, type JsonObject, objectAt, own, stringAt } from '../../../core/json/value.ts';
import { shown } from '../../api/tool-changes.ts';
import { clientServer } from '../../hooks/claude-target.ts';
import type { Surroundings } from '../adopt/client-files.ts';
import { readText } from '../adopt/json-text.ts';
import { blocksOnFailure } from '../hook/client-version.ts';
import {
  commandOf,
  type HookCommand,
  neededEvents,
  type OurHook,
  oursIn,
  settingsFiles,
} from '../hook/settings.ts';
import type { Finding } from './finding.ts';

export interface HooksInput extends HookCommand {
  readonly surroundings: Surroundings;
  /** Files that `hook install` wrote: they are looked at wherever they are. */
  readonly installed: readonly string[];
  /** Servers of the catalogue in force; undefined where no daemon answers. */
  readonly servers: readonly string[] | undefined;
  readonly clientVersion: () => Promise<string | undefined>;
}

export interface HooksJudged {
  readonly findings: readonly Finding[];
  /** Every needed event asks, and none is switched off. */
  readonly inPath: boolean;
}

/** The hook itself gives up after ten seconds. */
const leastTimeoutSeconds = 15;
const again = 'countersign hook install';

export async function judgeHooks(input: HooksInput): Promise<HooksJudged> {
  const { cwd, home, env } = input.surroundings;
  const files = [...new Set([...settingsFiles(cwd, home, env.CLAUDE_CONFIG_DIR), ...input.installed])];
  const findings: Finding[] = [];
  const ours: (OurHook & { readonly file: string })[] = [];
  let off: string | undefined;
  for (const file of files) {
    if (!existsSync(file)) continue;
    const read = readText(readFileSync(file, 'utf8'));
    if (!read.ok) {
      findings.push({
        code: 'client_file_unusable',
        severity: 'warning',
        message: `\`${file}\` cannot be looked into: ${read.message}`,
        fix: 'correct it, or see for yourself that its hooks say `"onFailure": "block"`',
      });
      continue;
    }
    if (own(read.value, 'disableAllHooks') === true) off = file;
    ours.push(...oursIn(read.value).map((hook) => ({ ...hook, file })));
    findings.push(...judgeOthers(file, read.value));
  }
  findings.push(...ours.flatMap((hook) => judgeOurs(hook, input)));

  const asks = new Set(ours.filter(({ forAll }) => forAll).map(({ event }) => event));
  const missing = neededEvents.filter((event) => !asks.has(event));
  const expected =
    ours.length > 0 || input.installed.length > 0 || input.servers?.includes(clientServer) === true;
  if (expected && missing.length > 0)
    findings.push({
      code: 'hook_missing',
      severity: ours.length > 0 || input.installed.length > 0 ? 'error' : 'warning',
      message: `Claude Code does not ask Countersign at ${missing.join(', ')}, here or anywhere: its own tools go around it`,
      fix: again,
    });
  if (ours.length > 0 && off !== undefined)
    findings.push({
      code: 'hook_missing',
      severity: 'error',
      message: `\`disableAllHooks\` in \`${off}\` switches every hook off`,
      fix: 'take it out',
    });
  if (ours.length > 0) findings.push(...(await judgeVersion(input)));
  return { findings, inPath: ours.length > 0 && missing.length === 0 && off === undefined };
}

function judgeOurs(hook: OurHook & { readonly file: string }, input: HooksInput): readonly Finding[] {
  const { event, file, command, blocks, timeoutSeconds } = hook;
  const findings: Finding[] = [];
  const needed = neededEvents.includes(event);
  if (needed && !blocks)
    findings.push({
      code: 'hook_fails_open',
      severity: 'error',
      message: `Countersign's hook at ${event} in \`${file}\` lets it pass when it cannot be started`,
      fix: 'add `"onFailure": "block"` (Claude Code 2.1.295 or later)',
    });
  if (needed && timeoutSeconds !== undefined && timeoutSeconds < leastTimeoutSeconds)
    findings.push({
      code: 'hook_fails_open',
      severity: 'error',
      message: `the client waits ${timeoutSeconds} s for Countersign's hook at ${event} in \`${file}\`, which may take 10 s to say no`,
      fix: `give it a \`timeout\` of ${leastTimeoutSeconds} s at least`,
    });
  // Whoever may write the file may have put another program under our name.
  const right = [commandOf(input, event), `countersign hook claude ${event}`];
  if (!right.includes(command))
    findings.push({
      code: 'client_entry_stale',
      severity: 'warning',
      message: `the hook at ${event} in \`${file}\` runs \`${shown(command)}\`, which is not this Countersign with this data directory`,
      fix: again,
    });
  return findings;
}

async function judgeVersion({ clientVersion }: HooksInput): Promise<readonly Finding[]> {
  const version = await clientVersion();
  if (version !== undefined && blocksOnFailure(version)) return [];
  return [
    {
      code: 'hook_client_old',
      severity: version === undefined ? 'warning' : 'error',
      message:
        version === undefined
          ? 'whether Claude Code is new enough to block where a hook fails could not be told'
          : `Claude Code ${version} lets a call pass where a hook fails, whatever its settings say`,
      fix: 'update it: 2.1.295 or later (`claude --version`)',
    },
  ];
}

/** A hook that fails lets the tool run, unless it says `onFailure: "block"`. */
function judgeOthers(file: string, settings: JsonObject): readonly Finding[] {
  const groups = arrayAt(objectAt(settings, 'hooks') ?? {}, 'PreToolUse') ?? [];
  const all = groups.filter(isObject).flatMap((group) => arrayAt(group, 'hooks') ?? []);
  const own = new Set(oursIn(settings).map(({ command }) => command));
  const open = all
    .filter(isObject)
    .filter((handler) => stringAt(handler, 'onFailure') !== 'block')
    .filter((handler) => !own.has(stringAt(handler, 'command') ?? ''));
  if (open.length === 0) return [];
  return [
    {
      code: 'hook_fails_open',
      severity: 'note',
      message: `${open.length} PreToolUse hook(s) of others in \`${file}\` let the tool run when they fail`,
      fix: 'add `"onFailure": "block"` to each (Claude Code 2.1.295 or later)',
    },
  ];
}
