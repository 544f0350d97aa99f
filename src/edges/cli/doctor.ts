// SPDX-License-Identifier: Apache-2.0
/**
 * `countersign doctor`: what stands in the path, what does not, and which ways around it were found.
 *
 * Looks; changes nothing. What it does not find may be there all the same, and it says so.
 */
import { readFileSync } from 'node:fs';
import { type JsonObject, objectAt } from '../../core/json/value.ts';
import { readKept } from './adopt/adoptions.ts';
import type { Client, Surroundings } from './adopt/client-files.ts';
import { readText } from './adopt/json-text.ts';
import { type Daemon, DaemonUnreachable } from './client.ts';
import { judgeClients } from './doctor/clients.ts';
import { judgeFiles } from './doctor/files.ts';
import type { Finding, Severity } from './doctor/finding.ts';
import { judgeHooks } from './doctor/hooks.ts';
import { type ComparedServer, judgeCatalogue, judgeNode, type NodeStatus } from './doctor/node.ts';
import { judgeReach } from './doctor/reach.ts';
import { accepted, exit, print } from './exit.ts';
import { readInstalls } from './hook/installs.ts';
import { jsonLine, printable } from './printable.ts';

export interface DoctorParts {
  readonly daemon: Daemon;
  readonly dataDir: string;
  readonly command: string;
  /** What hooks of clients are to run. */
  readonly hookProgram: string;
  readonly clientVersion: () => Promise<string | undefined>;
  readonly surroundings: Surroundings;
  readonly uid: number | undefined;
}

const sameUser: Finding = {
  code: 'same_user',
  severity: 'note',
  message:
    'any process of this user can administer this daemon, read its keys and its upstreams, and edit its policies; an agent with a shell is such a process',
  fix: 'run the daemon as another user or on another machine, and keep a signed head elsewhere (`countersign verify --head`)',
};

/** @returns the exit code: 2 when something is wrong */
export async function doctor(parts: DoctorParts, json: boolean): Promise<number> {
  const { daemon, dataDir, command, surroundings, uid } = parts;
  const status = await asked<NodeStatus>(daemon, '/v1/status');
  const kept = readKept(dataDir);
  const adoptions = kept.ok ? kept.adoptions : [];
  const upstreams = definitions(status?.mcpFile) ?? (kept.ok ? kept.upstreams : {});
  const installs = readInstalls(dataDir);

  const [compared, reach, hooks] = await Promise.all([
    status === undefined
      ? undefined
      : asked<{ servers: readonly ComparedServer[] }>(daemon, '/v1/catalogue/diff'),
    judgeReach(upstreams),
    judgeHooks({
      surroundings,
      program: parts.hookProgram,
      dataDir,
      installed: installs.ok ? installs.installs.map(({ file }) => file) : [],
      servers: status?.catalogue.servers,
      clientVersion: parts.clientVersion,
    }),
  ]);
  const findings: Finding[] = [
    ...(status === undefined ? [notRunning(dataDir)] : judgeNode(status)),
    ...(kept.ok ? [] : [unreadable(kept.message)]),
    ...(installs.ok ? [] : [unreadable(installs.message)]),
    ...hooks.findings,
    ...judgeClients({
      surroundings,
      dataDir,
      command,
      upstreams,
      adopted: adoptions.map(({ client, file, path }) => ({ client: client as Client, file, path })),
      backups: adoptions.map(({ backup }) => backup),
    }),
    ...judgeFiles({
      dataDir,
      mcpFile: status?.mcpFile,
      ruleDirs: status === undefined ? [] : [status.policyDir, status.catalogueDir],
      uid,
    }),
    ...judgeCatalogue(compared?.servers ?? []),
    ...reach,
    sameUser,
  ].sort((a, b) => rank[a.severity] - rank[b.severity]);

  const wrong = findings.some(({ severity }) => severity !== 'note');
  if (json) print(jsonLine(report(status, findings, hooks.inPath)));
  else printReport(status, findings, hooks.inPath);
  return wrong ? exit.denied : exit.ok;
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** What no gateway of MCP can stand in front of, and what only a hook does. */
function notInPath(hooked: boolean): readonly string[] {
  if (hooked)
    return [
      'what a shell command does once it runs: only a sandbox keeps that in',
      'other agents than Claude Code, and what it does before its next start',
    ];
  return [
    "the agent's own shell, file and network access",
    'MCP servers that a client reaches by itself',
    "the model's own tools and the client's built-in ones",
  ];
}

function report(status: NodeStatus | undefined, findings: readonly Finding[], hooked: boolean) {
  return {
    schemaVersion: 1,
    running: status !== undefined,
    inPath: inPath(status),
    hooks: hooked ? ['claude-code'] : [],
    notInPath: notInPath(hooked),
    ...(status === undefined ? {} : { canaryProvedAt: new Date(status.canaryProvedAt).toISOString() }),
    findings,
  };
}

function inPath(status: NodeStatus | undefined): readonly string[] {
  return status?.upstreams.map(({ name }) => name) ?? [];
}

function printReport(status: NodeStatus | undefined, findings: readonly Finding[], hooked: boolean): void {
  const through = inPath(status);
  print(
    `in the path      ${through.length === 0 ? 'nothing' : `calls to ${through.join(', ')} through ${status?.url}`}`,
  );
  if (hooked) print('                 Claude Code: its own tools and prompts, by its hooks');
  for (const [i, what] of notInPath(hooked).entries())
    print(`${i === 0 ? 'not in the path' : '               '}  ${what}`);
  if (status !== undefined)
    print(`canary           denied by its own policy, ${ago(status.now - status.canaryProvedAt)} ago`);
  print('');
  for (const { severity, code, message, fix } of findings) {
    print(printable(`${severity.padEnd(8)} ${code}: ${message}`));
    print(printable(`         right: ${fix}`));
  }
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  print('');
  print(`errors ${count('error')}, warnings ${count('warning')}, notes ${count('note')}`);
  print('what was not looked for was not found: this is no proof that there is no other way');
}

export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

async function asked<T>(daemon: Daemon, path: string): Promise<T | undefined> {
  try {
    return accepted(await daemon.call('GET', path));
  } catch (error) {
    if (error instanceof DaemonUnreachable) return undefined;
    throw error;
  }
}

function definitions(mcpFile: string | undefined): JsonObject | undefined {
  if (mcpFile === undefined) return undefined;
  try {
    const read = readText(readFileSync(mcpFile, 'utf8'));
    return read.ok ? objectAt(read.value, 'mcpServers') : undefined;
  } catch {
    return undefined;
  }
}

function notRunning(dataDir: string): Finding {
  return {
    code: 'daemon_not_running',
    severity: 'error',
    message: `no daemon answers for \`${dataDir}\`, so nothing is decided here`,
    fix: 'start it with `countersign up`, or name its data directory with --data',
  };
}

function unreadable(message: string): Finding {
  return {
    code: 'client_file_unusable',
    severity: 'error',
    message: `what \`init\` has kept cannot be read: ${message}`,
    fix: 'restore the file, or move it away and run `countersign init` again',
  };
}
