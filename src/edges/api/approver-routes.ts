// SPDX-License-Identifier: Apache-2.0
// Who may approve, over the administration API: told, and the link for the passkey that seals it.
import { z } from 'zod';
import type { Approvers } from '../../app/approvers.ts';
import { inForce } from '../../app/keeping.ts';
import type { Road } from '../../app/road.ts';
import { isSealed, keeping, passkeysOf } from '../../core/approval/passkey.ts';
import type { Roster } from '../../core/approval/roster.ts';
import type { Route } from './server.ts';
import { invalid } from './task-routes.ts';

/** Of the desk, as much as is told here. Absent: it is not open. */
export interface DeskFacts {
  readonly url: string;
  link(
    person: string,
  ): { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };
}

const enrollShape = z.strictObject({ person: z.string().min(1).max(100) });

export function approverRoutes(
  { sequencer }: Pick<Road, 'sequencer'>,
  approvers: Approvers | undefined,
  desk: DeskFacts | undefined,
): readonly Route[] {
  const roster = () => (approvers === undefined ? undefined : inForce(sequencer.head, approvers.current()));
  return [
    {
      method: 'GET',
      path: '/v1/approvers',
      run: async () => ({ status: 200, body: { schemaVersion: 1, ...told(roster(), approvers, desk) } }),
    },
    {
      method: 'POST',
      path: '/v1/approvers/enroll',
      run: async ({ body }) => {
        const input = enrollShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const linked =
          desk === undefined
            ? { ok: false as const, reason: 'there is no desk: start the daemon with `--desk-port 7172`' }
            : desk.link(input.data.person);
        return linked.ok
          ? { status: 200, body: { schemaVersion: 1, ok: true, person: input.data.person, url: linked.url } }
          : {
              status: 409,
              body: {
                schemaVersion: 1,
                ok: false,
                code: 'not_possible',
                message: linked.reason,
                policies: [],
              },
            };
      },
    },
  ];
}

function told(roster: Roster | undefined, approvers: Approvers | undefined, desk: DeskFacts | undefined) {
  const held = approvers?.held();
  return {
    sealed: roster !== undefined && isSealed(roster),
    /** What a keeper has to come with; null where none can come. */
    keepersComeWith: roster === undefined ? null : (keeping(roster) ?? null),
    ...(desk === undefined ? {} : { desk: desk.url }),
    ...(roster?.signIn === undefined ? {} : { issuer: roster.signIn.issuer }),
    ...(held === undefined ? {} : { held: held.roster.digest }),
    ...(roster === undefined ? {} : { digest: roster.digest }),
    people: [...(roster?.people.values() ?? [])].map(({ name, operators, also, subjects = [] }) => ({
      ...{ name, operators, also, subjects },
      groups: [...(roster?.groups ?? [])].flatMap(([group, members]) =>
        members.includes(name) ? [group] : [],
      ),
      passkeys: (roster === undefined ? [] : passkeysOf(roster, name)).map(
        ({ credential, name: called, rpId, enrolledAt }) => ({
          ...{ credential, rpId, name: called },
          enrolledAt: new Date(enrolledAt).toISOString(),
        }),
      ),
    })),
  };
}
