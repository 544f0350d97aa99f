// SPDX-License-Identifier: Apache-2.0
// `countersign policy publish|candidate|log|rollback`: asks the daemon; decides and reads nothing itself.
import type { CandidateReport } from '../../app/candidate-report.ts';
import type { Listed } from '../../app/publications.ts';
import { changeLines } from './changes.ts';
import type { Daemon, Reply } from './client.ts';
import { accepted, CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';
import { refusedFiles } from './problem.ts';

export interface PublishFlags {
  readonly mode: 'enforce' | 'shadow' | 'off';
  readonly dir?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

export async function publishPolicies(daemon: Daemon, flags: PublishFlags): Promise<void> {
  const { mode, dir, reason, json } = flags;
  if (dir !== undefined && mode !== 'shadow')
    throw new CommandFailed(
      'a directory is tried with `--mode shadow`; what comes into force are the files that the daemon was started with',
      exit.usage,
    );
  const order = { mode, ...(dir === undefined ? {} : { dir }), ...given(reason) };
  const body = fitting(await daemon.call('POST', '/v1/policies/publish', order));
  const told = {
    enforce: () => `in force: policies ${body.policies}, catalogue ${body.catalogue}`,
    shadow: () =>
      body.changed
        ? `tried from here on: policies ${body.policy} (countersign policy candidate says what they would have said otherwise)`
        : `tried already: policies ${body.policy}`,
    off: () => `not tried any more: policies ${body.policy}`,
  }[mode];
  print(json === true ? jsonLine(body) : told());
}

/** @returns the exit code: 2 where something would have been otherwise */
export async function showCandidate(daemon: Daemon, json: boolean): Promise<number> {
  const body = accepted(await daemon.call('GET', '/v1/policies/candidate'));
  const candidate: CandidateReport | null = body.candidate;
  if (json) print(jsonLine(body));
  else if (candidate === null) print('no policies are tried: countersign policy publish DIR --mode shadow');
  else {
    const { policy, since, compared, unchanged, changes, untold } = candidate;
    for (const line of changeLines(changes)) print(line);
    print(`${policy}, tried since ${new Date(since).toISOString()}`);
    print(`${compared} decisions compared, ${unchanged} the same`);
    for (const [code, count] of Object.entries(untold))
      print(`${count} cannot be told: ${untoldWords[code] ?? code}`);
  }
  return candidate !== null && candidate.changes.length > 0 ? exit.denied : exit.ok;
}

const untoldWords: Readonly<Record<string, string>> = {
  policy_not_here: 'the node did not have the policies ready',
  engine_failed: 'the engine failed',
  opa_unasked: 'OPA would have had to be asked about it',
};

const kinds: Readonly<Record<Listed['kind'], string>> = {
  enforce: 'enforce',
  shadow: 'shadow node',
  try: 'try',
  withdraw: 'withdraw',
};

export async function showPublications(daemon: Daemon, limit: number, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', `/v1/policies/log?limit=${limit}`));
  if (json) return print(jsonLine(body));
  const listed: readonly Listed[] = body.publications;
  for (const { at, kind, policy, record, author, reason, rollback } of listed) {
    const what = rollback ? 'rollback' : kinds[kind];
    const who = [author ?? '', reason ?? ''].filter((text) => text !== '').map(printable);
    print(
      [new Date(at).toISOString(), what.padEnd(11), policy.slice(0, 19), record, ...who].join('  ').trimEnd(),
    );
  }
}

export interface RollbackFlags {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export async function rollBack(daemon: Daemon, to: string | undefined, flags: RollbackFlags): Promise<void> {
  const { reason, dryRun = false, json } = flags;
  const order = { dryRun, ...(to === undefined ? {} : { to }), ...given(reason) };
  const body = fitting(await daemon.call('POST', '/v1/policies/rollback', order));
  if (json === true) print(jsonLine(body));
  else {
    const from = `as of ${new Date(body.to.at).toISOString()} (${body.to.record})`;
    print(
      dryRun
        ? `would come into force: policies ${body.policy}, ${from}`
        : body.changed
          ? `in force: policies ${body.policy}, ${from}`
          : `in force already: policies ${body.policy}`,
    );
    if (!dryRun && body.changed) say('the policy files still hold what was taken back: change them as well');
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as `accepted`
function fitting(reply: Reply): any {
  if (reply.body?.code === 'files_refused') throw refusedFiles(reply.body.problems);
  return accepted(reply);
}

function given(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
