// SPDX-License-Identifier: Apache-2.0
// `countersign approvals ls|show|approve|refuse`: what waits for people, shown whole, and their answers.
import type { Card } from '../../core/approval/card.ts';
import type { Ask } from './ask.ts';
import { operandLines } from './card-operands.ts';
import type { Daemon } from './client.ts';
import { ago } from './doctor.ts';
import { accepted, CommandFailed, exit, print, say } from './exit.ts';
import { editLines, standingLines } from './instead-lines.ts';
import { type Hue, jsonLine, type Paint, printable } from './printable.ts';

interface Votes {
  readonly policy: string;
  readonly have: number;
  readonly need: number;
}

export async function listApprovals(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/approvals'));
  if (json) return print(jsonLine(body));
  if (body.approvals.length === 0) return say('nothing waits for anybody');
  for (const { approval, status, agent, votes, expiresAt, changed = [], left } of body.approvals) {
    const more = [
      ...(changed.length === 0 ? [] : [`${changed.join(', ')} changed`]),
      ...(left === undefined ? [] : [`for the task, ${left} left`]),
    ];
    const cells = [
      approval,
      status.padEnd(9),
      `agent ${agent}`,
      votesLine(votes),
      ...more,
      `until ${expiresAt}`,
    ];
    print(printable(cells.join('  ')));
  }
}

export async function showApproval(daemon: Daemon, approval: string, json: boolean, paint: Paint) {
  const body = await shown(daemon, approval);
  if (json) return print(jsonLine(body));
  for (const line of cardLines(body, paint)) print(line);
}

export interface DecideFlags {
  readonly reason: string;
  readonly as?: string;
  readonly card?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export async function decideApproval(
  daemon: Daemon,
  ask: Ask,
  approval: string,
  verdict: 'approve' | 'refuse',
  flags: DecideFlags,
  paint: Paint,
): Promise<void> {
  const { reason, as } = flags;
  const card = flags.card ?? (await lookedAt(daemon, ask, approval, verdict, flags, paint));
  const body = accepted(
    await daemon.call('POST', '/v1/approvals/decide', {
      ...{ approval, verdict, card, reason },
      ...(as === undefined ? {} : { as }),
    }),
  );
  if (flags.json === true) return print(jsonLine(body));
  print(printable(`${approval} ${body.status}: ${body.person} said ${verdict === 'approve' ? 'yes' : 'no'}`));
  if (body.status === 'requested') say(printable(`not enough yet: ${votesLine(body.votes)}`));
  if (body.status === 'approved')
    say(
      approval.startsWith('g-')
        ? 'it is open: what it takes away is on record with each call'
        : 'the agent makes the same call again, and it is let through',
    );
}

/** Whoever decides has seen what about. @returns the digest of what was shown */
async function lookedAt(
  daemon: Daemon,
  ask: Ask,
  approval: string,
  verdict: 'approve' | 'refuse',
  { yes }: DecideFlags,
  paint: Paint,
): Promise<string> {
  const body = await shown(daemon, approval);
  for (const line of cardLines(body, paint)) say(line);
  if (yes !== true && !(await ask.confirm(`${verdict} ${approval}?`)))
    throw new CommandFailed('nothing was decided', exit.denied, { code: 'declined' });
  return body.cardDigest;
}

// biome-ignore lint/suspicious/noExplicitAny: replies of our own daemon, read by the commands that print them
export async function shown(daemon: Daemon, approval: string): Promise<any> {
  return accepted(await daemon.call('GET', `/v1/approvals/show?id=${encodeURIComponent(approval)}`));
}

interface Shown {
  readonly approval: string;
  readonly status: string;
  readonly expiresAt: string;
  readonly cardDigest: string;
  readonly askedBy: string;
  readonly card: Card | string;
  readonly votes: readonly Votes[];
  readonly decided: readonly {
    readonly person: string;
    readonly operator: string;
    readonly verdict: string;
    readonly reason: string;
    readonly at: string;
  }[];
  readonly usedBy?: string;
}

type Line = string | readonly [hue: Hue, text: string];

/** Colours are ours: what others wrote is made visible first. */
export function cardLines(it: Shown, paint: Paint): readonly string[] {
  const { card } = it;
  const what: readonly Line[] =
    typeof card === 'string' ? [`what was asked about cannot be shown any more: ${card}`] : deed(card);
  const lines: readonly Line[] = [
    ...what,
    '',
    `${it.approval} ${it.status}${it.votes.length === 0 ? '' : `: ${votesLine(it.votes)}`}, until ${it.expiresAt}`,
    ...it.decided.map(
      ({ person, operator, verdict, reason, at }) =>
        `  ${at}  ${person} (${operator}): ${verdict}${reason === '' ? '' : `, ${reason}`}`,
    ),
    ...(it.usedBy === undefined ? [] : [`  used by ${it.usedBy}`]),
    `  asked by ${it.askedBy}, card ${it.cardDigest}`,
  ];
  return lines.map((line) =>
    typeof line === 'string' ? printable(line) : paint(line[0], printable(line[1])),
  );
}

function deed(card: Card): readonly Line[] {
  const { verb, chain, task, why, effect, lineage, read, operands } = card;
  const purpose = task.purpose === undefined ? '' : ` (${task.purpose})`;
  const sources = (list: readonly string[]) => (list.length === 0 ? '' : ` (${list.join(', ')})`);
  return [
    ['bold', verb],
    `  ${chain.join(' -> ')}, task ${task.type}${purpose}, started by ${task.startedBy}`,
    ...insteadLines(card),
    '',
    ['bold', 'why it is asked'],
    ...why.flatMap(({ policy, reason, approvers, quorum, separate }) => [
      `  ${policy}: ${reason}`,
      `    ${quorum} of ${approvers.join(', ')}${separate.length === 0 ? '' : `, none of them the ${separate.join(' or ')}`}`,
    ]),
    '',
    ['bold', 'what is done'],
    `  ${effect.server}/${effect.tool}, class ${effect.class}, ${effect.resource} (${effect.level})`,
    `  ${effect.reversible ? 'can be undone' : 'cannot be undone, as far as anybody has said'}${effect.external ? ', goes out' : ''}`,
    ...effect.arguments.map(
      ({ path, role, value }) => `  ${path}${role === undefined ? '' : ` (${role})`}: ${value}`,
    ),
    ...(effect.hidden === 0
      ? []
      : [['red', `  ${effect.hidden} characters that hide or turn text stand as \\u{...}`] as const]),
    ...effect.transforms.map((one) => `  changed by policy: ${one}`),
    ...(operands === undefined ? [] : operandLines(operands)),
    ...reachLines(card),
    ...(lineage.length === 0 ? [] : ['', ['bold', 'values in doubt'] as const]),
    ...lineage.map((one) => `  ${one.argument}: ${one.origin}, ${one.says}${sources(one.sources)}`),
    '',
    ['bold', 'what the task has read'],
    `  ${read.level}${read.untrusted ? ', text from outside' : ''}${sources(read.sources)}`,
    ...precedentLines(card),
  ];
}

/** What a person made of the call, where it is not what the agent asked for. */
function insteadLines({ edit, standing }: Card): readonly Line[] {
  if (edit !== undefined)
    return [
      '',
      ['red', `changed by ${edit.by} (${edit.reason}), in place of ${edit.of}`],
      ...editLines(edit.changed),
    ];
  if (standing === undefined) return [];
  return [
    '',
    ['red', `for the whole task, asked by ${standing.by} (${standing.reason}), in place of ${standing.of}`],
    ...standingLines(standing),
  ];
}

function reachLines({ blast, program, raw }: Card): readonly Line[] {
  if (blast === undefined) return [];
  const { records, recipients, credential } = blast;
  const held = credential === 'unknown' ? 'unknown (the server has its own)' : credential.join(', ');
  const lists = (['hosts', 'reads', 'writes'] as const).flatMap((list) =>
    program === undefined || program[list].length === 0 ? [] : [`${list} ${program[list].join(', ')}`],
  );
  return [
    `  records ${records}, recipients ${recipients}, credential ${held}`,
    ...(program === undefined
      ? []
      : [
          `  the program in it: ${[program.classes.join(', '), ...lists].join('; ')}${program.parsed && program.whole ? '' : ' (NOT all of it is understood)'}`,
        ]),
    ...(raw === undefined ? [] : [`  as it is sent: ${raw}`]),
  ];
}

function precedentLines({ precedents = [] }: Card): readonly Line[] {
  if (precedents.length === 0) return [];
  return [
    '',
    ['bold', 'what was answered before, for this agent and tool'],
    ...precedents.map(({ policy, yes, no, last }) => {
      const told = last.map(
        ({ verdict, person, agoMs }) => `${person} ${verdict === 'approve' ? 'yes' : 'no'} ${ago(agoMs)} ago`,
      );
      return `  ${policy}: ${yes} yes, ${no} no; last ${told.join(', ')}`;
    }),
  ];
}

function votesLine(votes: readonly Votes[]): string {
  return votes.map(({ policy, have, need }) => `${policy} ${have} of ${need}`).join(', ');
}
