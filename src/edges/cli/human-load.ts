// SPDX-License-Identifier: Apache-2.0
// `countersign approvals load`: how much people are asked, how they answer, and which rules need not ask.
import type { HumanLoad, Suggestion } from '../../app/human-load.ts';
import type { Row } from '../../core/human-load/row.ts';
import type { Daemon } from './client.ts';
import { accepted, print, say } from './exit.ts';
import { sinceOf } from './log.ts';
import { jsonLine, type Paint, printable } from './printable.ts';

export interface LoadFlags {
  readonly since: string;
  readonly output: 'table' | 'json';
  readonly json?: boolean;
}

interface Told extends HumanLoad {
  readonly since: string;
  readonly until: string;
}

export async function showLoad(daemon: Daemon, flags: LoadFlags, nowMs: number, paint: Paint): Promise<void> {
  const since = Math.floor(sinceOf(flags.since, nowMs));
  const body = accepted(await daemon.call('GET', `/v1/approvals/load?sinceMs=${since}`));
  if (flags.json === true || flags.output === 'json') return print(jsonLine(body));
  const load: Told = body;
  const { total } = load;
  if (total.asked === 0) return say(`nobody was asked about anything since ${printable(load.since)}`);
  print(
    paint(
      'bold',
      `asked ${total.asked} times since ${printable(load.since)}: ${load.asksPerTask ?? '-'} for each of ${load.tasks} tasks, ${load.asksPer100Calls ?? '-'} for each 100 of ${load.calls} calls`,
    ),
  );
  if (load.overflowed) print('there was more than could be kept apart: the figures say less than there was');
  table('rule', load.rules, paint);
  table('agent', load.agents, paint);
  table('person', load.people, paint);
  for (const suggestion of load.suggestions) print(suggested(suggestion, load.contents?.refused, paint));
}

type Column = readonly [head: string, cell: (row: Row) => string];

const columns: readonly Column[] = [
  ['asked', ({ asked }) => String(asked)],
  ['approved', ({ approved, approvalRate }) => withShare(approved, approvalRate)],
  ['refused', ({ refused, refusedShare }) => withShare(refused, refusedShare)],
  ['expired', ({ expired, expiredShare }) => withShare(expired, expiredShare)],
  ['waits', ({ waiting }) => String(waiting)],
  ['edited', ({ replaced }) => String(replaced)],
  ['same call', ({ coalesced, coalescedShare }) => withShare(coalesced, coalescedShare)],
  ['median', ({ medianMs }) => took(medianMs)],
  ['p95', ({ p95Ms }) => took(p95Ms)],
  ['under 2 s', ({ quick, quickShare }) => withShare(quick, quickShare)],
  ['not shown', ({ unshown }) => String(unshown)],
];
/** Of a person there is nothing to tell of what nobody answered. */
const ofPeople = columns.filter(
  ([head]) => !['asked', 'expired', 'waits', 'edited', 'same call'].includes(head),
);
const maxRows = 30;

function table(of: string, rows: readonly Row[], paint: Paint): void {
  if (rows.length === 0) return;
  const shown = of === 'person' ? ofPeople : columns;
  const cells = rows
    .slice(0, maxRows)
    .map((row) => [
      row.name === '' ? '(all others)' : printable(row.name),
      ...shown.map(([, cell]) => cell(row)),
    ]);
  const head = [of, ...shown.map(([name]) => name)];
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  print('');
  print(paint('dim', line(head)));
  for (const row of cells) print(line(row));
  if (rows.length > maxRows) print(`and ${rows.length - maxRows} more (-o json)`);
}

function suggested(it: Suggestion, refused: string | undefined, paint: Paint): string {
  const isPolicy = it.write === 'policy';
  const [most, others] = isPolicy ? [it.approved, it.refused] : [it.refused, it.approved];
  const [done, otherwise] = isPolicy ? ['approved', 'refused'] : ['refused', 'approved'];
  const lines = [
    '',
    paint(
      'bold',
      isPolicy ? `write a policy: ${printable(it.rule)}` : `make it a deny: ${printable(it.rule)}`,
    ),
    `  ${done} ${most} times and ${otherwise} ${others}, in ${it.judgements} answers of their own`,
    `  called: ${printable(it.tools.join(', '))}, by ${printable(it.agents.join(', '))}`,
  ];
  if (refused !== undefined) lines.push(`  what the calls have in common is not told: ${printable(refused)}`);
  else if (it.common === undefined) lines.push('  the contents of those calls are gone');
  else lines.push(...it.common.map((one) => `  ${printable(one)}`));
  if (it.common !== undefined && it.gone > 0)
    lines.push(`  seen in ${it.looked} of them: the contents of ${it.gone} are gone`);
  const { looked, alike } = it.exceptions;
  if (alike > 0)
    lines.push(paint('yellow', `  ${alike} of ${looked} that were ${otherwise} look just like these`));
  return lines.join('\n');
}

function withShare(count: number, share: number | null): string {
  return share === null ? String(count) : `${count} (${Math.round(share * 1000) / 10}%)`;
}

function took(ms: number | null): string {
  if (ms === null) return '-';
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ];
  const [unit, size] = units.find(([, each]) => ms >= 2 * each) ?? ['s', 1000];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}
