// SPDX-License-Identifier: Apache-2.0
// `countersign messages ls|test`: where people are told what waits, and whether it arrives.
import type { Daemon } from './client.ts';
import { accepted, exit, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

export async function listMessages(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/messages'));
  if (json) return print(jsonLine(body));
  if (body.targets.length === 0) return say('nobody is told: name a file with `countersign up --messages`');
  for (const { name, kind, origin, waiting, dropped, failures, lastFailure, lastAt } of body.targets)
    print(
      printable(
        [
          name,
          `${kind} ${origin}`,
          lastAt === undefined ? 'never told' : `last told ${lastAt}`,
          `${waiting} wait${dropped === 0 ? '' : `, ${dropped} were never told`}`,
          ...(failures === 0 ? [] : [`${failures} failures: ${lastFailure}`]),
        ].join('  '),
      ),
    );
}

/** @returns the exit code: 2 where it did not arrive */
export async function testMessage(daemon: Daemon, target: string, json: boolean): Promise<number> {
  const body = accepted(await daemon.call('POST', '/v1/messages/test', { target }));
  const arrived: boolean = body.sent?.ok === true;
  if (json) print(jsonLine(body));
  else if (arrived) print(printable(`${target} has it: ${body.sent.status}`));
  else print(printable(`${target} does not have it: ${body.sent.code}${statusText(body.sent.status)}`));
  return arrived ? exit.ok : exit.denied;
}

function statusText(status: number | undefined): string {
  return status === undefined ? '' : ` ${status}`;
}
