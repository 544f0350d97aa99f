// SPDX-License-Identifier: Apache-2.0
// A road whose people have passkeys, and what somebody can do with one.
import { webauthn } from '../../src/adapters/passkeys/webauthn.ts';
import type { Administered } from '../../src/app/administer.ts';
import { type Decided, decideApproval } from '../../src/app/approvals.ts';
import { type Approvers, createApprovers } from '../../src/app/approvers.ts';
import { enrolPasskey } from '../../src/app/passkeys.ts';
import type { Published } from '../../src/app/ports.ts';
import { type Proving, prove } from '../../src/app/signed.ts';
import { type Person, type Roster, rosterOf } from '../../src/core/approval/roster.ts';
import type { Statement } from '../../src/core/approval/statement.ts';
import { statementOf } from '../../src/core/approval/vote.ts';
import type { Operator } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { type SoftPasskey, softPasskey } from '../desk/authenticator.fixture.ts';
import { asking } from './approvals.fixture.ts';
import { type Rig, rig } from './road.fixture.ts';

export const site = { origin: 'http://localhost:7172', rpId: 'localhost' };
export const verifier = webauthn();

export const people: readonly Person[] = ['ana', 'ben', 'eve'].map((name, i) => ({
  name,
  operators: [`local:${i + 1}`],
  also: [],
}));

export const sealable: Roster = rosterOf(people, [
  ['finance', ['ana', 'ben', 'eve']],
  ['keepers', ['ana', 'ben']],
]);

export interface Sealed {
  readonly made: Rig;
  readonly approvers: Approvers;
  readonly keys: { readonly [name: string]: SoftPasskey };
}

export const asPerson = (name: string): Operator => ({ id: `person:${name}`, channel: 'desk' });
export const anybody: Operator = { id: 'local:1', channel: 'local-socket' };

export async function openRoad(roster: Roster = sealable, published: Published = asking): Promise<Sealed> {
  const made = await rig({ published, roster });
  const approvers = made.approvers ?? createApprovers(roster, made.road.sequencer);
  return { made, approvers, keys: {} };
}

/** Ana and Ben have passkeys: hers came first, his by her invitation. */
export async function sealedRoad(): Promise<Sealed> {
  const open = await openRoad();
  const ana = softPasskey(site);
  const first = await enrol(open, 'ana', ana, undefined);
  if (!first.ok) throw new Error(first.reason);
  const ben = softPasskey(site, false);
  const keys = { ana, ben };
  const invited = await signs({ ...open, keys }, 'ana', {
    ...{ what: 'passkey.invite', person: 'ana', invited: 'ben', nonce: 'n' },
  });
  if (!invited.ok) throw new Error(invited.reason);
  const second = await enrol(open, 'ben', ben, {
    ...{ person: 'ana', isTrusted: false, proved: invited.proved },
  });
  if (!second.ok) throw new Error(second.reason);
  return { ...open, keys };
}

export async function enrol(
  { made, approvers }: Pick<Sealed, 'made' | 'approvers'>,
  person: string,
  passkey: SoftPasskey,
  inviting: Parameters<typeof enrolPasskey>[4],
): Promise<Administered<unknown>> {
  const challenge = new Uint8Array(32).fill(9);
  const read = await verifier.enrolled(passkey.create({ challenge }), site, challenge);
  if (!read.ok) throw new Error(read.reason);
  const { credential, publicKey, uses } = read;
  const fresh = { person, credential, publicKey, uses, rpId: site.rpId, name: 'a key' };
  const operator = inviting === undefined ? anybody : asPerson(inviting.person);
  return enrolPasskey(made.road, approvers, operator, fresh, inviting);
}

/** @param response instead of what the person's own passkey signs */
export async function signs(
  { made, keys }: Pick<Sealed, 'made' | 'keys'>,
  name: string,
  statement: Statement,
  response?: Parameters<typeof prove>[4],
): Promise<Proving> {
  const { challengeOf } = await import('../../src/core/approval/statement.ts');
  const key = keys[name];
  const given = response ?? key?.get({ challenge: challengeOf(statement) }) ?? {};
  return prove(made.road, verifier, site, statement, given);
}

export function cardOf(made: Rig, approval: string): string {
  return made.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
}

export function statementFor(
  { made, approvers }: Pick<Sealed, 'made' | 'approvers'>,
  name: string,
  approval: string,
  verdict: 'approve' | 'refuse' = 'approve',
) {
  const card = cardOf(made, approval);
  const { head } = made.road.sequencer;
  const at = made.road.clock.wallMs();
  const statement = statementOf(head, at, approvers.current(), name, { approval, card, verdict });
  if (statement === undefined) throw new Error(`${name} is asked nothing`);
  return statement;
}

/** Says yes as somebody should: signed. */
export async function approvesSigned(
  sealed: Sealed,
  name: string,
  approval: string,
): Promise<Administered<Decided>> {
  const proving = await signs(sealed, name, statementFor(sealed, name, approval));
  if (!proving.ok) throw new Error(proving.reason);
  const said = { approval, verdict: 'approve', card: cardOf(sealed.made, approval), reason: '' } as const;
  return decideApproval(sealed.made.road, asPerson(name), said, {
    ...{ person: name, isTrusted: false, signed: proving.proved },
  });
}
