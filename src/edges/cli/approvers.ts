// SPDX-License-Identifier: Apache-2.0
// `countersign approvers ls|passkeys|enroll`: who may approve, and the link for the first passkey.
import type { Daemon } from './client.ts';
import { accepted, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

export async function listApprovers(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/approvers'));
  if (json) return print(jsonLine(body));
  if (body.people.length === 0)
    return say('nobody: there is no file of approvers (`countersign up --approvers`)');
  for (const { name, groups, operators, passkeys } of body.people) {
    const keys = passkeys.length === 1 ? '1 passkey' : `${passkeys.length} passkeys`;
    print(printable([name, groups.join(',') || 'in no group', keys, operators.join(',')].join('  ')));
  }
  if (body.held !== undefined)
    say('the saved file says something else and is held: a keeper can bring it into force on the desk');
  say(
    body.sealed
      ? `sealed: who approves signs in${body.desk === undefined ? ', and there is no desk: start the daemon with `--desk-port 7172`' : ` on ${body.desk}`}`
      : 'not sealed: whoever can open the local socket can approve as any of them (`countersign approvers enroll <keeper>`)',
  );
}

export async function listPasskeys(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/approvers'));
  // biome-ignore lint/suspicious/noExplicitAny: replies of our own daemon, read by the commands that print them
  const passkeys = body.people.flatMap((person: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    person.passkeys.map((one: any) => ({ person: person.name, ...one })),
  );
  if (json) return print(jsonLine({ schemaVersion: 1, passkeys }));
  if (passkeys.length === 0) return say('nobody has a passkey');
  for (const { person, name, credential, rpId, enrolledAt } of passkeys)
    print(printable([person, name, `for ${rpId}`, `since ${enrolledAt}`, credential].join('  ')));
}

export async function enrollApprover(daemon: Daemon, person: string, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('POST', '/v1/approvers/enroll', { person }));
  if (json) return print(jsonLine(body));
  print(body.url);
  say(`good once, for 15 minutes, for whoever opens it: let it be ${printable(person)}, before agents run`);
}
