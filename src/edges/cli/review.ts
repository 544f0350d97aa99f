// SPDX-License-Identifier: Apache-2.0
// `countersign review ls|show|done`: what happened that somebody has to look at, and that somebody did.
import { listApprovals } from './approvals.ts';
import type { Daemon } from './client.ts';
import { accepted, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

interface Shown {
  readonly review: string;
  readonly kind: string;
  readonly says: string;
  readonly agent: string;
  readonly task: string;
  readonly session: string;
  readonly what: string;
  readonly about: string;
  readonly detail: string;
  readonly count: number;
  readonly at: string;
  readonly lastAt: string;
  readonly last: string;
}

export async function listReviews(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/reviews'));
  if (json) return print(jsonLine(body));
  const reviews: readonly Shown[] = body.reviews;
  if (reviews.length === 0) say('there is nothing to look at');
  for (const one of reviews)
    print(
      printable(
        [
          one.review,
          one.kind.padEnd(18),
          one.lastAt,
          `agent ${one.agent}`,
          one.what,
          one.count === 1 ? '' : `${one.count} times`,
          one.detail,
        ]
          .filter((cell) => cell !== '')
          .join('  '),
      ),
    );
  for (const [kind, count] of Object.entries(body.unlisted))
    say(printable(`there was no room for ${count} more of \`${kind}\`: \`countersign log\` has them`));
}

/** What waits for people, and what nobody waits for. */
export async function listAll(daemon: Daemon, json: boolean): Promise<void> {
  if (!json) {
    await listApprovals(daemon, false);
    return listReviews(daemon, false);
  }
  const approvals = accepted(await daemon.call('GET', '/v1/approvals'));
  const reviews = accepted(await daemon.call('GET', '/v1/reviews'));
  print(jsonLine({ ...approvals, ...reviews }));
}

export async function showReview(daemon: Daemon, review: string, json: boolean): Promise<void> {
  const body = await shown(daemon, review);
  if (json) return print(jsonLine(body));
  for (const line of linesOf(body.review)) print(printable(line));
}

export interface DoneFlags {
  readonly reason: string;
  readonly as?: string;
  readonly last?: string;
  readonly json?: boolean;
}

export async function closeReview(daemon: Daemon, review: string, flags: DoneFlags): Promise<void> {
  const { reason, as, json } = flags;
  const last = flags.last ?? (await lookedAt(daemon, review));
  const body = accepted(
    await daemon.call('POST', '/v1/reviews/done', {
      review,
      last,
      reason,
      ...(as === undefined ? {} : { as }),
    }),
  );
  if (json === true) return print(jsonLine(body));
  print(printable(`${review} done${body.person === undefined ? '' : ` by ${body.person}`}`));
}

async function lookedAt(daemon: Daemon, review: string): Promise<string> {
  const body = await shown(daemon, review);
  for (const line of linesOf(body.review)) say(printable(line));
  return body.review.last;
}

// biome-ignore lint/suspicious/noExplicitAny: replies of our own daemon, read by the commands that print them
async function shown(daemon: Daemon, review: string): Promise<any> {
  return accepted(await daemon.call('GET', `/v1/reviews/show?id=${encodeURIComponent(review)}`));
}

function linesOf(it: Shown): readonly string[] {
  const times = it.count === 1 ? it.at : `${it.count} times, ${it.at} to ${it.lastAt}`;
  const more = /^[ag]-/.test(it.about) ? 'approvals show' : 'explain';
  return [
    `${it.what}: ${it.says}`,
    ...(it.detail === '' ? [] : [`  ${it.detail}`]),
    `  agent ${it.agent}, task ${it.task}, session ${it.session}`,
    `  ${times}; the newest record is ${it.last}`,
    `  \`countersign ${more} ${it.about}\``,
  ];
}
