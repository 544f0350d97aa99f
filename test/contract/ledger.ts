// SPDX-License-Identifier: Apache-2.0
// What every ledger promises (src/app/ports.ts), as one suite that runs over each adapter.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Entry,
  type KeyStore,
  type Ledger,
  LedgerUnavailable,
  LedgerUncertain,
  type TreeStore,
  type Unit,
} from '../../src/app/ports.ts';
import type { SealedPayload } from '../../src/core/record/payload.ts';
import { wholeChain } from './chain.ts';
import { draft, unit } from './units.ts';

export interface Subject {
  /** As many handles as the adapter has room for; an adapter with one owner gives the same twice. */
  readonly handles: readonly [Ledger, Ledger];
  readonly keys: KeyStore;
  readonly tree: TreeStore;
  /** Closes it and opens what was left behind. */
  reopen(): Promise<Subject>;
  /** Keeps the store from writing until the returned function is called. */
  stall(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const waitMs = 10_000;

function payload(digest: string, text: string): SealedPayload {
  const sealed = Buffer.from(text);
  return { digest: `sha256:${digest.padEnd(64, '0')}`, task: 'task-1', sealed, sizeBytes: sealed.length };
}

export function ledgerContract(name: string, open: () => Promise<Subject>): void {
  describe(`${name} keeps the promises of a ledger`, () => {
    let subject: Subject;
    let ledger: Ledger;
    beforeEach(async () => {
      subject = await open();
      ledger = subject.handles[0];
    });
    afterEach(() => subject.close());

    const commit = (...units: Unit[]) => ledger.commit(units, waitMs);
    /** What a single unit misses, by id; undefined when it was committed. */
    async function missedBy(one: Unit): Promise<readonly string[] | undefined> {
      const [result] = await commit(one);
      return result?.committed === false ? result.missed.map(({ id }) => id) : undefined;
    }
    async function ids(): Promise<readonly string[]> {
      return (await wholeChain(ledger)).map(({ id }) => id);
    }

    test('what was appended is read in order, found by id, and counted', async () => {
      expect(await ledger.size()).toBe(0);
      expect(await ledger.read(0, 10)).toEqual([]);
      const results = await commit(unit({}, draft('a', 's1'), draft('b', 's2')), unit({}, draft('c', 's1')));
      expect(results).toEqual([
        { committed: true, positions: [0, 1] },
        { committed: true, positions: [2] },
      ]);
      expect(await ids()).toEqual(['a', 'b', 'c']);
      expect(await ledger.size()).toBe(3);
      const found = await ledger.find('b');
      expect(found).toEqual((await ledger.read(1, 1))[0]);
      expect(JSON.parse(found?.leaf ?? '').body.text).toBe('of b, with \u00e9 and \u{1f511}');
      expect(await ledger.find('nobody')).toBeUndefined();
    });

    test('the body stands in the leaf byte for byte', async () => {
      const one = draft('a', 's "1" \\ \u00e9');
      await commit(unit({}, one));
      const [entry] = await ledger.read(0, 1);
      expect(entry?.leaf).toBe(
        `{"body":${one.body},"prev":null,"seq":0,"stream":${JSON.stringify(one.stream)}}`,
      );
    });

    test('reading is bounded from both sides and by stream', async () => {
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        await commit(unit({}, draft(id, id < 'c' ? 'early' : 'late')));
      }
      const idsOf = (entries: readonly Entry[]) => entries.map(({ id }) => id).join('');
      expect(idsOf(await ledger.read(1, 2))).toBe('bc');
      expect(idsOf(await ledger.read(4, 9))).toBe('e');
      expect(idsOf(await ledger.read(5, 9))).toBe('');
      expect(idsOf(await ledger.readStream('late', 9, 9))).toBe('edc');
      expect(idsOf(await ledger.readStream('late', 4, 9))).toBe('dc');
      expect(idsOf(await ledger.readStream('late', 2, 9))).toBe('');
      expect(idsOf(await ledger.readStream('early', 9, 1))).toBe('b');
      expect(idsOf(await ledger.readStream('none', 9, 9))).toBe('');
    });

    test('an empty commit and an empty unit append nothing', async () => {
      expect(await commit()).toEqual([]);
      expect(await commit(unit({}))).toEqual([{ committed: true, positions: [] }]);
      expect(await ledger.size()).toBe(0);
    });

    test('a unit whose facets still stand is appended', async () => {
      await commit(unit({ f: '' }, draft('a', 's', { moves: ['f'] })));
      expect(await missedBy(unit({ f: 'a', g: '' }, draft('b', 's', { moves: ['f', 'g'] })))).toBeUndefined();
      expect(await ids()).toEqual(['a', 'b']);
    });

    test.each<[rule: string, expected: Record<string, string>, missed: string[]]>([
      ['one that was moved since', { f: 'a' }, ['c']],
      ['one that was moved twice since', { g: 'a' }, ['b', 'd']],
      ['two facets, in order of position and each record once', { f: 'a', g: 'a', h: '' }, ['b', 'c', 'd']],
      ['one that came to be meanwhile', { h: '' }, ['d']],
      ['one that was dropped meanwhile', { gone: 'a' }, ['e']],
      ['one that never was at this version, last moved by `d`', { g: 'never committed' }, ['d']],
    ])('a conflict on %s names what was missed', async (_rule, expected, missed) => {
      await commit(unit({}, draft('a', 's', { moves: ['f', 'g', 'gone'] })));
      await commit(unit({}, draft('b', 's', { moves: ['g'] })));
      await commit(unit({}, draft('noise', 's', { moves: ['unrelated'] })));
      await commit(
        unit({}, draft('c', 't', { moves: ['f'] })),
        unit({}, draft('d', 's', { moves: ['g', 'h'] })),
      );
      await commit(unit({}, draft('e', 's', { drops: ['gone'] })));
      expect(await missedBy(unit(expected, draft('x', 's', { moves: ['f'] })))).toEqual(missed);
      expect(await ledger.find('x')).toBeUndefined();
      expect(await ledger.size()).toBe(6);
    });

    test('a facet that never was, or is no more, stands at the empty version', async () => {
      expect(await missedBy(unit({ f: '' }, draft('a', 's', { moves: ['f'] })))).toBeUndefined();
      expect(await missedBy(unit({ f: 'a' }, draft('b', 's', { drops: ['f'] })))).toBeUndefined();
      expect(await missedBy(unit({ f: '' }, draft('c', 's', { moves: ['f'] })))).toBeUndefined();
      expect(await missedBy(unit({ f: '' }, draft('d', 's')))).toEqual(['c']);
    });

    test('a unit in conflict leaves the others of its group alone, and all of itself out', async () => {
      await commit(unit({}, draft('a', 's', { moves: ['f'] })));
      const results = await commit(
        unit({}, draft('b', 's')),
        unit({ f: 'stale' }, draft('x', 's'), draft('y', 't')),
        unit({ f: 'a' }, draft('c', 's')),
      );
      expect(results.map(({ committed }) => committed)).toEqual([true, false, true]);
      expect(await ids()).toEqual(['a', 'b', 'c']);
    });

    test('a unit sees those before it in its group, and falls with one that it builds on', async () => {
      const results = await commit(
        unit({ f: '' }, draft('a', 's', { moves: ['f'] })),
        unit({ f: 'a' }, draft('b', 's', { moves: ['f'] })),
        unit({ f: 'a' }, draft('x', 's', { moves: ['g'] })),
        unit({ g: 'x' }, draft('y', 's')),
        unit({ g: '' }, draft('c', 's')),
      );
      expect(results.map(({ committed }) => committed)).toEqual([true, true, false, false, true]);
      const [, , third, fourth] = results;
      expect(third?.committed === false && third.missed.map(({ id }) => id)).toEqual(['b']);
      expect(fourth?.committed === false && fourth.missed).toEqual([]);
      expect(await ids()).toEqual(['a', 'b', 'c']);
    });

    test('a facet that moves away and back is not where it was read', async () => {
      await commit(unit({}, draft('a', 's', { moves: ['f'] })));
      await commit(unit({}, draft('there', 's', { moves: ['f'] })));
      await commit(unit({}, draft('and-back', 's', { moves: ['f'] })));
      expect(await missedBy(unit({ f: 'a' }, draft('x', 's')))).toEqual(['there', 'and-back']);
    });

    test('without expectations nothing conflicts', async () => {
      const denials = Array.from({ length: 20 }, (_, i) =>
        commit(
          unit({ f: '' }, draft(`move-${i}`, 's', { moves: ['f'] })),
          unit({}, draft(`denial-${i}`, 's')),
        ),
      );
      const results = await Promise.all(denials);
      expect(results.filter(([move]) => move?.committed)).toHaveLength(1);
      expect(results.filter(([, denial]) => denial?.committed)).toHaveLength(20);
    });

    test('a record that is there already conflicts with itself and is not written twice', async () => {
      await commit(unit({}, draft('a', 's', { moves: ['f'] })));
      expect(await missedBy(unit({}, draft('a', 's')))).toEqual(['a']);
      const results = await commit(
        unit({}, draft('b', 's')),
        unit({}, draft('b', 't')),
        unit({}, draft('c', 's'), draft('a', 's')),
        unit({}, draft('e', 's'), draft('e', 's')),
        unit({}, draft('d', 's')),
      );
      expect(results.map(({ committed }) => committed)).toEqual([true, false, false, false, true]);
      expect(await ids()).toEqual(['a', 'b', 'd']);
    });

    test('of concurrent writers to one facet exactly one wins each round', async () => {
      const [one, other] = subject.handles;
      let version = '';
      for (let round = 0; round < 10; round++) {
        const racers = Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? one : other).commit(
            [unit({ f: version }, draft(`r${round}-${i}`, `s${i}`, { moves: ['f'] }))],
            waitMs,
          ),
        );
        const results = (await Promise.all(racers)).flat();
        const winner = results.findIndex(({ committed }) => committed);
        version = `r${round}-${winner}`;
        expect(results.filter(({ committed }) => committed)).toHaveLength(1);
        for (const result of results) {
          if (!result.committed) expect(result.missed.map(({ id }) => id)).toEqual([version]);
        }
      }
      expect(await ledger.size()).toBe(10);
    });

    test('many concurrent commits get contiguous positions and true links', async () => {
      const results = await Promise.all(
        Array.from({ length: 300 }, (_, i) => commit(unit({}, draft(`id-${i}`, `stream-${i % 7}`)))),
      );
      const positions = results.flatMap(([result]) => (result?.committed ? result.positions : []));
      expect([...positions].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
      expect(await wholeChain(ledger)).toHaveLength(300);
    });

    test('what was acknowledged outlives the store, heads of facets and streams included', async () => {
      await commit(unit({}, draft('a', 's', { moves: ['f', 'gone'] })), unit({}, draft('b', 't')));
      await commit(unit({}, draft('c', 's', { moves: ['f'], drops: ['gone'] })));
      const before = await wholeChain(ledger);
      subject = await subject.reopen();
      ledger = subject.handles[0];
      expect(await wholeChain(ledger)).toEqual(before);
      expect(await missedBy(unit({ f: 'a' }, draft('x', 's')))).toEqual(['c']);
      expect(await missedBy(unit({ gone: 'a' }, draft('x', 's')))).toEqual(['c']);
      expect(await missedBy(unit({ f: 'c', gone: '' }, draft('d', 's')))).toBeUndefined();
      expect(await wholeChain(ledger)).toHaveLength(4);
    });

    test('payloads are there with their records and only with them', async () => {
      const kept = payload('aa', 'kept');
      const lost = payload('bb', 'lost');
      await commit(
        unit({}, draft('a', 's', { payloads: [kept] })),
        unit({ f: 'stale' }, draft('x', 's', { payloads: [lost] })),
      );
      const found = await ledger.payload(kept.digest, 0);
      expect(found?.task).toBe('task-1');
      expect(Buffer.from(found?.sealed ?? []).toString()).toBe('kept');
      expect(await ledger.payload(lost.digest, 0)).toBeUndefined();
      expect(await ledger.payload(kept.digest, 1)).toBeUndefined();
      subject = await subject.reopen();
      expect(Buffer.from((await subject.handles[0].payload(kept.digest, 0))?.sealed ?? []).toString()).toBe(
        'kept',
      );
    });

    test('a payload that comes twice lies beside both records', async () => {
      const twice = payload('cc', 'same');
      await commit(unit({}, draft('a', 's', { payloads: [twice] })));
      expect(await missedBy(unit({}, draft('b', 's', { payloads: [twice] })))).toBeUndefined();
      for (const position of [0, 1]) {
        const found = await ledger.payload(twice.digest, position);
        expect(Buffer.from(found?.sealed ?? []).toString()).toBe('same');
      }
    });

    test('a commit that the store sits on is uncertain, and is found when it was written', async () => {
      await commit(unit({}, draft('before', 's')));
      const release = await subject.stall();
      try {
        await expect(ledger.commit([unit({}, draft('late', 's'))], 50)).rejects.toBeInstanceOf(
          LedgerUncertain,
        );
      } finally {
        await release();
      }
      await expect.poll(async () => (await ledger.find('late'))?.position, { timeout: waitMs }).toBe(1);
      expect(await missedBy(unit({}, draft('late', 's')))).toEqual(['late']);
      expect(await ids()).toEqual(['before', 'late']);
    });

    test('what is not durable is not shown', async () => {
      await commit(unit({}, draft('before', 's')));
      const release = await subject.stall();
      const late = commit(unit({}, draft('late', 's')));
      const seen = Promise.all([ledger.size(), ledger.find('late'), ledger.read(0, 9)]);
      await release();
      // The store may answer before or after the commit, never with half of it.
      const [size, found, all] = await seen;
      expect(all).toHaveLength(size);
      expect(found === undefined).toBe(size === 1);
      await late;
      expect(await ids()).toEqual(['before', 'late']);
    });

    test('a closed ledger says so', async () => {
      await ledger.close();
      await expect(commit(unit({}, draft('a', 's')))).rejects.toBeInstanceOf(LedgerUnavailable);
      await expect(ledger.read(0, 1)).rejects.toBeInstanceOf(LedgerUnavailable);
      await expect(ledger.find('a')).rejects.toBeInstanceOf(LedgerUnavailable);
      await ledger.close();
    });

    test('keys are kept, replaced and erased', async () => {
      const { keys } = subject;
      expect(await keys.load('t')).toBeUndefined();
      await keys.save('t', Buffer.from('wrapped'));
      expect(Buffer.from((await keys.load('t')) ?? []).toString()).toBe('wrapped');
      await keys.save('t', Buffer.from('again'));
      await keys.save('u', Buffer.from('other'));
      await keys.erase('t');
      await keys.erase('unknown');
      expect(await keys.load('t')).toBeUndefined();
      subject = await subject.reopen();
      expect(await subject.keys.load('t')).toBeUndefined();
      expect(Buffer.from((await subject.keys.load('u')) ?? []).toString()).toBe('other');
    });

    test('the tree keeps its hashes by index, and its signed heads by size', async () => {
      const hash = (fill: number) => new Uint8Array(32).fill(fill);
      const { tree } = subject;
      await commit(unit({}, draft('a', 's'), draft('b', 's'), draft('c', 's')));
      expect(await tree.treeSize()).toBe(0);
      expect(await tree.checkpoint()).toBeUndefined();
      await tree.append(0, [hash(1), hash(2), hash(3)], 2, 'note of 2');
      await tree.append(3, [hash(4)], 3, 'note of 3');
      await tree.append(4, [], 3, 'note of 3, signed anew');
      expect(await tree.treeSize()).toBe(3);
      const read = await tree.readHashes([3, 0, 2]);
      expect(read.map((one) => [...one.subarray(0, 1), one.length])).toEqual([
        [4, 32],
        [1, 32],
        [3, 32],
      ]);
      expect(await tree.checkpoint()).toEqual({ size: 3, note: 'note of 3, signed anew' });
      expect(await tree.checkpoint(2)).toEqual({ size: 2, note: 'note of 2' });
      expect(await tree.checkpoint(1)).toBeUndefined();
      await expect(tree.readHashes([4])).rejects.toThrow('index 4');
      await expect(tree.append(3, [hash(9)], 4, 'a second history')).rejects.toThrow('index 4, not 3');
      subject = await subject.reopen();
      expect(await subject.tree.treeSize()).toBe(3);
      expect((await subject.tree.readHashes([1])).map((one) => one[0])).toEqual([2]);
    });
  });
}
