// SPDX-License-Identifier: Apache-2.0
// `countersign approvals approve A B C` and `--like A`: every card is shown whole, then one answer for all of them.
import { cardLines, type DecideFlags, shown } from './approvals.ts';
import type { Ask } from './ask.ts';
import type { Daemon } from './client.ts';
import { accepted, CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine, type Paint, printable } from './printable.ts';

interface Item {
  readonly approval: string;
  readonly ok: boolean;
  readonly status?: string;
  readonly person?: string;
  readonly message?: string;
}

/** @returns the exit code: denied where some were left undecided */
export async function decideMany(
  daemon: Daemon,
  ask: Ask,
  approvals: readonly string[],
  verdict: 'approve' | 'refuse',
  { reason, as, card, yes, json }: DecideFlags,
  paint: Paint,
): Promise<number> {
  if (card !== undefined)
    throw new CommandFailed('--card names one card: with several requests each is shown here', exit.usage);
  const items: { approval: string; card: string }[] = [];
  for (const [i, approval] of approvals.entries()) {
    const body = await shown(daemon, approval);
    say(paint('bold', `${i + 1} of ${approvals.length}`));
    for (const line of cardLines(body, paint)) say(line);
    say('');
    items.push({ approval, card: body.cardDigest });
  }
  if (yes !== true && !(await ask.confirm(`${verdict} all ${approvals.length} of them?`)))
    throw new CommandFailed('nothing was decided', exit.denied, { code: 'declined' });
  const body = accepted(
    await daemon.call('POST', '/v1/approvals/decide', {
      ...{ items, verdict, reason },
      ...(as === undefined ? {} : { as }),
    }),
  );
  const done: readonly Item[] = body.items;
  if (json === true) print(jsonLine(body));
  else
    for (const one of done)
      print(
        printable(
          one.ok
            ? `${one.approval} ${one.status}: ${one.person} said ${verdict === 'approve' ? 'yes' : 'no'}`
            : `${one.approval} not decided: ${one.message}`,
        ),
      );
  const left = done.filter(({ ok }) => !ok).length;
  if (left > 0) say(`${left} of ${done.length} were not decided`);
  return left === 0 ? exit.ok : exit.denied;
}

/** What differs from one request in its arguments alone, that one included. */
export async function alikeTo(daemon: Daemon, approval: string): Promise<readonly string[]> {
  const query = encodeURIComponent(approval);
  const body = accepted(await daemon.call('GET', `/v1/approvals/alike?id=${query}`));
  return body.approvals;
}
