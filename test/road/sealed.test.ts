// SPDX-License-Identifier: Apache-2.0
// Who may approve, once anybody can sign in: what counts, what is signed, and who may change it.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decideApproval } from '../../src/app/approvals.ts';
import { publishApprovers } from '../../src/app/approvers.ts';
import { removePasskey } from '../../src/app/passkeys.ts';
import { recordSignIn, sealed } from '../../src/app/signed.ts';
import { withPasskeys } from '../../src/core/approval/passkey.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import { challengeOf, type Statement } from '../../src/core/approval/statement.ts';
import { facets } from '../../src/core/state/facet.ts';
import { softPasskey } from '../desk/authenticator.fixture.ts';
import { verifies } from '../requirements.ts';
import { asks, eventsOf, refund } from './approvals.fixture.ts';
import {
  anybody,
  approvesSigned,
  asPerson,
  cardOf,
  enrol,
  openRoad,
  people,
  type Sealed,
  sealable,
  sealedRoad,
  signs,
  site,
  statementFor,
} from './sealed.fixture.ts';

const otherPeople = rosterOf(people, [
  ['finance', ['eve']],
  ['keepers', ['eve']],
]);

async function waiting(): Promise<Sealed & { approval: string; again: () => Promise<unknown> }> {
  const road = await sealedRoad();
  const caller = await road.made.start();
  const approval = await asks(road.made, caller);
  return { ...road, approval, again: async () => (await road.made.call(caller, refund)).answer };
}

function over(road: Sealed, approval: string, by?: Parameters<typeof decideApproval>[3], as = 'ana') {
  const said = { approval, verdict: 'approve', card: cardOf(road.made, approval), reason: '' } as const;
  const operator = by === undefined ? anybody : asPerson(by.person);
  return decideApproval(road.made.road, operator, by === undefined ? { ...said, as } : said, by);
}

describe('an answer', () => {
  test('signed by each of two people lets the call through, once', async () => {
    verifies('approvals.signed');
    const road = await waiting();
    expect(await approvesSigned(road, 'ana', road.approval)).toMatchObject({
      value: { status: 'requested' },
    });
    expect(await approvesSigned(road, 'ben', road.approval)).toMatchObject({ value: { status: 'approved' } });
    expect(await road.again()).toMatchObject({ outcome: 'allow' });
    expect(road.made.effects).toHaveLength(1);
    const [requested] = await eventsOf(road.made, 'approval.requested');
    expect(requested?.asks).toMatchObject([{ assurance: 'passkey' }]);
    expect(await eventsOf(road.made, 'approval.decided')).toMatchObject([
      { person: 'ana', assurance: 'passkey', operator: 'person:ana', passkey: { uses: 3 } },
      { person: 'ben', assurance: 'passkey', passkey: { uses: 0 } },
    ]);
  });

  test('can be checked by a stranger who has the records and the proof', async () => {
    verifies('approvals.signed');
    const road = await waiting();
    await approvesSigned(road, 'ana', road.approval);
    const [requested] = await eventsOf(road.made, 'approval.requested');
    const [decided] = await eventsOf(road.made, 'approval.decided');
    const [enrolled] = await eventsOf(road.made, 'passkey.enrolled');
    if (requested === undefined || decided?.passkey === undefined || enrolled === undefined)
      throw new Error('nothing to check');
    const position = (await road.made.ledger.size()) - 1;
    const opened = await road.made.road.vault.open(decided.passkey.proof.digest, position);
    if (!opened.ok) throw new Error(opened.reason);
    const proof = JSON.parse(opened.content);

    // With nothing of ours: docs/formats/passkey-proof.md, "To check one".
    const sha256 = (of: string | Buffer) => createHash('sha256').update(of).digest();
    const { approval, matter, card, expiresAt } = requested;
    const binding = `{"approval":"${approval}","card":"${card.digest}","expiresAt":${expiresAt},"matter":"${matter}","v":1}`;
    expect(decided.binding).toBe(`sha256:${sha256(binding).toString('hex')}`);
    expect(JSON.parse(proof.statement)).toEqual({
      ...{ v: 1, what: 'approval', person: 'ana', binding: decided.binding, verdict: 'approve' },
      policies: ['refund-over-limit'],
    });
    const client = Buffer.from(proof.clientDataJSON, 'base64url');
    expect(JSON.parse(client.toString())).toMatchObject({
      ...{ type: 'webauthn.get', origin: site.origin },
      challenge: sha256(proof.statement).toString('base64url'),
    });
    const data = Buffer.from(proof.authenticatorData, 'base64url');
    expect(data.subarray(0, 32)).toEqual(sha256(site.rpId));
    expect((data[32] ?? 0) & 5).toBe(5);
    expect(enrolled).toMatchObject({
      person: 'ana',
      credential: proof.credential,
      publicKey: proof.publicKey,
    });
    const cose = Buffer.from(proof.publicKey, 'base64url');
    const key = createPublicKey({
      format: 'jwk',
      key: {
        ...{ kty: 'EC', crv: 'P-256' },
        x: cose.subarray(10, 42).toString('base64url'),
        y: cose.subarray(45, 77).toString('base64url'),
      },
    });
    const signature = Buffer.from(proof.signature, 'base64url');
    expect(verify('sha256', Buffer.concat([data, sha256(client)]), key, signature)).toBe(true);
    data.writeUInt8(data.readUInt8(0) ^ 1, 0);
    expect(verify('sha256', Buffer.concat([data, sha256(client)]), key, signature)).toBe(false);
  });

  test.each(['ana', 'ben', 'eve'])('over the socket counts for nobody any more: as %s', async (as) => {
    verifies('approvals.sealed');
    const road = await waiting();
    expect(await over(road, road.approval, undefined, as)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('sign in'),
    });
    expect(await road.again()).toMatchObject({ outcome: 'step_up' });
    expect(road.made.effects).toEqual([]);
  });

  test('of a session alone is no yes to what is grave, and a no', async () => {
    const road = await waiting();
    for (const isTrusted of [false, true])
      expect(await over(road, road.approval, { person: 'ana', isTrusted })).toMatchObject({
        ok: false,
        reason: expect.stringContaining('passkey'),
      });
    const said = { approval: road.approval, verdict: 'refuse', reason: 'paid' } as const;
    const card = cardOf(road.made, road.approval);
    const no = await decideApproval(
      road.made.road,
      asPerson('ana'),
      { ...said, card },
      { person: 'ana', isTrusted: false },
    );
    expect(no).toMatchObject({ ok: true });
    expect(await road.again()).toMatchObject({ outcome: 'deny', code: 'approval_refused' });
  });

  test('is for the one request that was signed', async () => {
    const road = await waiting();
    const other = await asks(road.made, await road.made.start());
    const proving = await signs(road, 'ana', statementFor(road, 'ana', other));
    if (!proving.ok) throw new Error(proving.reason);
    expect(
      await over(road, road.approval, { person: 'ana', isTrusted: true, signed: proving.proved }),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('something else') });
  });

  test('that was a no is no yes', async () => {
    const road = await waiting();
    const proving = await signs(road, 'ana', statementFor(road, 'ana', road.approval, 'refuse'));
    if (!proving.ok) throw new Error(proving.reason);
    expect(
      await over(road, road.approval, { person: 'ana', isTrusted: true, signed: proving.proved }),
    ).toMatchObject({ ok: false });
  });

  test('of somebody else is not theirs', async () => {
    const road = await waiting();
    const statement = statementFor(road, 'ana', road.approval);
    const response = road.keys.ben?.get({ challenge: challengeOf(statement) });
    expect(await signs(road, 'ana', statement, response)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('none of `ana`'),
    });
  });

  test('of a passkey that nobody enrolled is nobody', async () => {
    const road = await waiting();
    const statement = statementFor(road, 'ana', road.approval);
    const response = softPasskey(site).get({ challenge: challengeOf(statement) });
    expect(await signs(road, 'ana', statement, response)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('nobody'),
    });
  });

  test('is not used twice: neither at once nor after the passkey was used again', async () => {
    const road = await waiting();
    const proving = await signs(road, 'ana', statementFor(road, 'ana', road.approval));
    if (!proving.ok) throw new Error(proving.reason);
    const { credential } = proving.proved;
    expect(await recordSignIn(road.made.road, 'ana', { credential, uses: 50 })).toBe(true);
    expect(
      await over(road, road.approval, { person: 'ana', isTrusted: true, signed: proving.proved }),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('copied') });
    expect(await recordSignIn(road.made.road, 'ana', { credential, uses: 50 })).toBe(false);
  });

  test('that came before anybody could sign in is asked for anew', async () => {
    const open = await openRoad();
    const caller = await open.made.start();
    const approval = await asks(open.made, caller);
    for (const [id, as] of [
      ['local:1', 'ana'],
      ['local:2', 'ben'],
    ] as const)
      await decideApproval(
        open.made.road,
        { id, channel: 'local-socket' },
        { approval, verdict: 'approve', card: cardOf(open.made, approval), reason: '', as },
      );
    expect(open.made.road.sequencer.head.get(facets.approval(approval))?.status).toBe('approved');
    expect(await enrol(open, 'ana', softPasskey(site), undefined)).toMatchObject({ ok: true });
    // Two are asked and one has a passkey.
    expect((await open.made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    expect(open.made.effects).toEqual([]);
  });

  test('goes with the passkey that may have given it', async () => {
    const road = await waiting();
    await approvesSigned(road, 'ana', road.approval);
    await approvesSigned(road, 'ben', road.approval);
    const credential = road.keys.ben?.credential ?? '';
    expect(await removed(road, 'ana', credential)).toMatchObject({ ok: true });
    expect(await road.again()).toMatchObject({ outcome: 'step_up' });
    expect(road.made.effects).toEqual([]);
  });
});

async function removed(road: Sealed, by: string, credential: string) {
  const statement: Statement = { what: 'passkey.remove', person: by, credential, nonce: 'n' };
  const proving = await signs(road, by, statement);
  if (!proving.ok) throw new Error(proving.reason);
  const { signed } = await sealed(road.made.road.vault, proving.proved);
  return removePasskey(
    ...([road.made.road, road.approvers, asPerson(by), credential, 'lost'] as const),
    { kind: 'person', person: by, isTrusted: false, signed: { signed, statement } },
    proving.proved,
  );
}

describe('who may approve', () => {
  test('is sealed by the passkey of a keeper, and of nobody else', async () => {
    const open = await openRoad();
    expect(await enrol(open, 'eve', softPasskey(site), undefined)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('keepers'),
    });
    expect(await enrol(open, 'nobody', softPasskey(site), undefined)).toMatchObject({ ok: false });
    expect(await enrol(open, 'ana', softPasskey(site), undefined)).toMatchObject({ ok: true });
    expect(await enrol(open, 'ben', softPasskey(site), undefined)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('sealed'),
    });
  });

  test('is not changed by whoever can write the file', async () => {
    verifies('approvals.sealed');
    const road = await sealedRoad();
    const file = { roster: otherPeople, source: '{}' };
    expect(await publishApprovers(road.made.road, road.approvers, anybody, file, 'saved')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('sealed'),
    });
    expect(road.made.road.sequencer.head.get(facets.approvers)).toBe(sealable.digest);
    // However often it is tried, what is in force is not forgotten.
    for (let i = 0; i < 20; i += 1)
      road.approvers.stage(rosterOf([...people, { name: `p${i}`, operators: [], also: [] }], []));
    expect(road.approvers.current().digest).toBe(sealable.digest);
  });

  test('is changed by a keeper who signs it, and not so that nobody could change it again', async () => {
    const road = await sealedRoad();
    const publishes = async (roster: typeof sealable, by: string, to = roster.digest) => {
      const from = sealable.digest;
      const statement: Statement = { what: 'approvers.publish', person: by, from, to, nonce: 'n' };
      const proving = await signs(road, by, statement);
      if (!proving.ok) return proving;
      const { signed } = await sealed(road.made.road.vault, proving.proved);
      return publishApprovers(
        ...([
          road.made.road,
          road.approvers,
          asPerson(by),
          { roster, source: '{}' },
          'a new colleague',
        ] as const),
        { kind: 'person', person: by, isTrusted: true, signed: { signed, statement } },
        proving.proved,
      );
    };
    const joined = rosterOf(
      [...people, { name: 'joe', operators: [], also: [] }],
      [
        ['finance', ['ana', 'ben', 'eve', 'joe']],
        ['keepers', ['ana', 'ben']],
      ],
    );
    // Signed for what was in force before, or for another file.
    expect(await publishes(joined, 'ana', otherPeople.digest)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('something else'),
    });
    expect(await publishes(otherPeople, 'ana')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('nobody could change it'),
    });
    expect(await publishes(joined, 'ana')).toMatchObject({ ok: true, value: { changed: true } });
    expect(await publishes(sealable, 'ana')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('changed since'),
    });
    expect(road.approvers.current().people.has('joe')).toBe(true);
    const events = await eventsOf(road.made, 'approvers.published');
    expect(events.at(-1)).toMatchObject({
      author: 'person:ana',
      passkey: { credential: road.keys.ana?.credential },
    });
  });

  test('is not changed by who is no keeper, signed or not', async () => {
    const road = await sealedRoad();
    const by = { kind: 'person', person: 'eve', isTrusted: true } as const;
    const file = { roster: otherPeople, source: '{}' };
    expect(
      await publishApprovers(road.made.road, road.approvers, asPerson('eve'), file, 'x', by),
    ).toMatchObject({
      ok: false,
      reason: expect.stringContaining('keepers'),
    });
    // A keeper who only has a session.
    expect(
      await publishApprovers(road.made.road, road.approvers, asPerson('ana'), file, 'x', {
        ...by,
        person: 'ana',
      }),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('passkey') });
  });

  test('keeps its last keeper', async () => {
    const road = await sealedRoad();
    const [ana = '', ben = ''] = [road.keys.ana?.credential, road.keys.ben?.credential];
    expect(await removed(road, 'ana', ben)).toMatchObject({ ok: true });
    expect(await removed(road, 'ana', ana)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('nobody could change it'),
    });
    const roster = withPasskeys(road.approvers.current(), road.made.road.sequencer.head);
    expect(roster.passkeys).toHaveLength(1);
  });

  test('a passkey is enrolled once, for one person', async () => {
    const road = await sealedRoad();
    const statement = { what: 'passkey.invite', person: 'ana', invited: 'eve', nonce: 'm' } as const;
    const proving = await signs(road, 'ana', statement);
    if (!proving.ok) throw new Error(proving.reason);
    const inviting = { person: 'ana', isTrusted: false, proved: proving.proved };
    expect(await enrol(road, 'eve', road.keys.ana ?? softPasskey(site), inviting)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('already'),
    });
    // Whose invitation it is has gone meanwhile.
    expect(await removed(road, 'ben', road.keys.ana?.credential ?? '')).toMatchObject({ ok: true });
    expect(await enrol(road, 'eve', softPasskey(site), inviting)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('another link'),
    });
  });
});
