// SPDX-License-Identifier: Apache-2.0
// `countersign catalogue diff|accept`: what upstreams declare now, and agreeing to it.
// Agreeing names the digests that were shown, so that what changes meanwhile is not agreed to.
import type { ToolChange } from '../api/tool-changes.ts';
import type { Ask } from './ask.ts';
import type { Daemon } from './client.ts';
import { accepted, CommandFailed, exit, exitOfUnpublished, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';
import { placed } from './problem.ts';

interface Compared {
  readonly server: string;
  readonly reachable: boolean;
  readonly reason?: string;
  readonly same?: number;
  readonly changes?: readonly ToolChange[];
  readonly refused?: readonly string[];
}

const signs: Readonly<Record<ToolChange['change'], string>> = {
  new: '+',
  changed: '~',
  removed: '-',
  renamed: '>',
  duplicate: '!',
};

/** @returns the exit code: 2 when anything differs, else 4 when a server could not be asked */
export async function catalogueDiff(
  daemon: Daemon,
  server: string | undefined,
  json: boolean,
): Promise<number> {
  const body = accepted(await daemon.call('GET', diffPath(server)));
  const servers: readonly Compared[] = body.servers;
  if (json) print(jsonLine(body));
  else for (const compared of servers) printCompared(compared);
  if (servers.some(({ changes }) => (changes ?? []).length > 0)) return exit.denied;
  return servers.every(({ reachable }) => reachable) ? exit.ok : exit.unreachable;
}

export interface AcceptOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly reason: string;
  readonly json?: boolean;
}

/** @returns the exit code: of what is written and did not come into force, why it did not */
export async function catalogueAccept(
  daemon: Daemon,
  server: string,
  tools: readonly string[],
  options: AcceptOptions,
  ask: Ask,
): Promise<number> {
  if (options.all === true ? tools.length > 0 : tools.length === 0)
    throw new CommandFailed('name the tools to accept, or give --all', exit.usage);
  const [compared]: readonly Compared[] = accepted(await daemon.call('GET', diffPath(server))).servers;
  if (compared?.reachable !== true)
    throw new CommandFailed(
      `\`${server}\` cannot be asked: ${compared?.reason ?? 'no answer'}`,
      exit.unreachable,
    );

  const chosen = choose(compared, tools, options.all === true);
  if (chosen.length === 0) {
    if (options.json === true) print(jsonLine({ schemaVersion: 1, ok: true, server, accepted: [] }));
    else print(`${server}: everything is as it was accepted`);
    return exit.ok;
  }
  // On standard error: with --json the result alone is on standard output.
  for (const change of chosen) for (const line of lines(change)) say(printable(line));
  if (options.dryRun === true) {
    const names = chosen.map(({ tool }) => tool);
    print(
      options.json === true
        ? jsonLine({ schemaVersion: 1, dryRun: true, server, wouldAccept: names })
        : printable(`would accept ${names.join(', ')}`),
    );
    return exit.ok;
  }
  if (options.yes !== true && !(await ask.confirm(`Accept ${chosen.length} of \`${server}\` as shown?`)))
    throw new CommandFailed('nothing was accepted', exit.denied);

  const body = accepted(
    await daemon.call('POST', '/v1/catalogue/accept', {
      server,
      tools: chosen.map(({ tool, digest }) => ({ tool, digest })),
      reason: options.reason,
    }),
  );
  if (options.json === true) print(jsonLine(body));
  else print(printable(`accepted ${body.accepted.join(', ')} of ${server} (${body.decisions.join(', ')})`));
  const { state, problems, refused } = body.reloaded;
  if (state === 'in_force') return exit.ok;
  const [first] = problems;
  say(`written, but not in force: ${first === undefined ? 'see `countersign status`' : placed(first)}`);
  return refused === undefined ? exit.invalid : exitOfUnpublished(refused);
}

function choose(compared: Compared, tools: readonly string[], all: boolean): readonly ToolChange[] {
  const changes = compared.changes ?? [];
  const twice = changes.filter(({ change }) => change === 'duplicate').map(({ tool }) => tool);
  if (all) {
    for (const tool of twice)
      say(`left out: \`${tool}\` is declared twice, so nobody can say which would run`);
    return changes.filter(({ change }) => change !== 'duplicate');
  }
  return tools.map((tool) => {
    const change = changes.find((each) => each.tool === tool);
    if (change === undefined)
      throw new CommandFailed(
        `\`${tool}\` of \`${compared.server}\` is as it was accepted, or not there`,
        exit.usage,
      );
    if (change.change === 'duplicate')
      throw new CommandFailed(`\`${tool}\` is declared twice, so nobody can say which would run`, exit.usage);
    return change;
  });
}

function printCompared({ server, reachable, reason, same, changes = [], refused = [] }: Compared): void {
  if (!reachable) {
    print(printable(`${server}: cannot be asked: ${reason}`));
    return;
  }
  print(`${server}: ${same} as accepted${changes.length === 0 ? '' : `, ${changes.length} not`}`);
  for (const change of changes) for (const line of lines(change)) print(printable(line));
  for (const why of refused) print(printable(`  ! a tool that can never be accepted: ${why}`));
}

function lines({ tool, change, from, description, edits = [], proposed }: ToolChange): readonly string[] {
  const what = from === undefined ? change : `${change} from ${from}`;
  const guess = proposed === undefined ? '' : `, class ${proposed.class}? (${proposed.because})`;
  return [
    `  ${signs[change]} ${tool}: ${what}${change === 'changed' ? '' : guess}`,
    ...(description === undefined || change === 'changed' ? [] : [`      ${description}`]),
    ...edits.flatMap(({ at, before, now }) => [
      `      ${at}`,
      ...(before === '' ? [] : [`        - ${before}`]),
      ...(now === '' ? [] : [`        + ${now}`]),
    ]),
  ];
}

function diffPath(server: string | undefined): string {
  return server === undefined
    ? '/v1/catalogue/diff'
    : `/v1/catalogue/diff?server=${encodeURIComponent(server)}`;
}
