// SPDX-License-Identifier: Apache-2.0
// Whatever is done to a store that the road wrote, `verify` finds it and says where; and what it cannot
// find without a kept head, it finds with one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/log/index.ts';
import { type DataDir, openDataDir, workDay } from './data-dir.fixture.ts';
import {
  newestHead,
  regrow,
  resaid,
  resign,
  rewrite,
  rowsOf,
  signer,
  tampered,
  verified,
} from './tamper.fixture.ts';

let data: DataDir;
let work: string;
let size: number;
let kept: Checkpoint;
/** Signed early in the day: much was written after it. */
let early: Checkpoint;

beforeAll(async () => {
  data = await openDataDir();
  await data.sign();
  early = (await newestHead(data.file)).checkpoint;
  await workDay(data);
  await data.close();
  kept = (await newestHead(data.file)).checkpoint;
  size = kept.size;
  work = mkdtempSync(join(tmpdir(), 'cs-tamper-'));
});
afterAll(() => {
  data.remove();
  rmSync(work, { recursive: true, force: true });
});

const changed = (change: (db: DatabaseSync) => void) =>
  tampered(data.file, join(work, 'copy.sqlite'), change);
const position = () => fc.nat(size - 1);
/** Enough for each position to come up. */
const runs = { numRuns: 60 };

test('what the road wrote is found to be what it wrote', async () => {
  const found = await verified(data.file, kept);
  expect(found).toMatchObject({ differences: [], records: size, heads: 4, unsigned: 0, staleRefusals: 0 });
  expect(size).toBeGreaterThan(30);
  expect(early.size).toBeLessThan(10);
});

describe('one record is edited', () => {
  test('in its bytes alone: named', () =>
    fc.assert(
      fc.asyncProperty(position(), fc.nat(), async (at, where) => {
        const found = await verified(
          changed((db) => {
            const leaf = String(db.prepare('SELECT leaf FROM record WHERE position = ?').get(at)?.leaf);
            const cut = where % leaf.length;
            const other = leaf[cut] === 'x' ? 'y' : 'x';
            const edited = leaf.slice(0, cut) + other + leaf.slice(cut + 1);
            db.prepare('UPDATE record SET leaf = ? WHERE position = ?').run(edited, at);
          }),
        );
        expect(found.differences[0]).toMatchObject({ code: 'edited', position: at });
      }),
      runs,
    ));

  test('and its hash with it: named, by the tree or by the record', () =>
    fc.assert(
      fc.asyncProperty(position(), async (at) => {
        const found = await verified(
          changed((db) => {
            const rows = rowsOf(db);
            const { leaf_hash: before } =
              db.prepare('SELECT leaf_hash FROM record WHERE position = ?').get(at) ?? {};
            rewrite(
              db,
              rows.map((row, i) => (i === at ? elsewhere(row) : row)),
            );
            expect(db.prepare('SELECT leaf_hash FROM record WHERE position = ?').get(at)?.leaf_hash).not.toBe(
              before,
            );
          }),
        );
        expect(found.differences[0]).toMatchObject({ position: at });
      }),
      runs,
    ));

  test('and every link, column and stored hash after it: caught between two signed heads', () =>
    fc.assert(
      fc.asyncProperty(position(), async (at) => {
        const found = await verified(
          changed((db) => {
            rewrite(
              db,
              rowsOf(db).map((row, i) => (i === at ? elsewhere(row) : row)),
            );
            regrow(db);
          }),
        );
        const [first] = found.differences;
        expect(first?.code).toBe('head_differs');
        const [, low, high] = /a record from (\d+) to (\d+) was/.exec(first?.message ?? '') ?? [];
        expect(Number(low)).toBeLessThanOrEqual(at);
        expect(Number(high)).toBeGreaterThanOrEqual(at);
        expect(first?.position).toBe(Number(low));
      }),
      runs,
    ));

  const columns = ['id', 'stream', 'leaf_hash'] as const;
  test.each(columns)('in its column `%s` alone: named', async (column) => {
    for (const at of [0, 7, size - 1]) {
      const found = await verified(
        changed((db) => db.prepare(`UPDATE record SET ${column} = 'x' WHERE position = ?`).run(at)),
      );
      expect(found.differences[0]).toMatchObject({
        code: column === 'leaf_hash' ? 'edited' : 'columns',
        position: at,
      });
    }
  });

  test('in its pointer to the record before it: named', async () => {
    const found = await verified(
      changed((db) => db.prepare('UPDATE record SET before = 0 WHERE position = ?').run(size - 1)),
    );
    expect(found.differences).toEqual([
      { code: 'pointer', position: size - 1, message: expect.stringContaining('pointer') },
    ]);
  });

  test('so that it says it changed something else: named, heads or no heads', async () => {
    let at = -1;
    const quiet = (body: string) => body.replace(/"moves":\[[^\]]+\]/, '"moves":[]');
    const copy = changed((db) => {
      at = resaid(db, signer(), '"type":"revoked"', quiet);
    });
    const found = await verified(copy);
    expect(found.differences).toMatchObject([{ code: 'fold', position: at }]);
  });

  test('so that it was decided on something else: named, heads or no heads', async () => {
    let at = -1;
    const blind = (body: string) => body.replace(/("labels":|"policy":)"e-[^"]+"/, '$1""');
    const copy = changed((db) => {
      at = resaid(db, signer(), '"open":', blind);
    });
    const found = await verified(copy);
    expect(found.differences).toMatchObject([{ code: 'reads', position: at }]);
  });
});

test('a refusal may rest on what had just moved: that is counted and is no difference', async () => {
  const stale = (body: string) => body.replace(/("policy":)"e-[^"]+"/, '$1"e-before"');
  const found = await verified(
    changed((db) => void resaid(db, signer(), '"code":"budget_exhausted"', stale)),
  );
  expect(found).toMatchObject({ differences: [], staleRefusals: 1 });
});

describe('one record is removed', () => {
  test('and leaves its gap: named', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(size - 2), async (at) => {
        const found = await verified(
          changed((db) => db.prepare('DELETE FROM record WHERE position = ?').run(at)),
        );
        expect(found.differences[0]).toMatchObject({ code: 'missing', position: at });
      }),
      runs,
    ));

  test('and all others close up: found at or before the first one that cannot be right', () =>
    fc.assert(
      fc.asyncProperty(position(), async (at) => {
        const found = await verified(
          changed((db) => {
            rewrite(
              db,
              rowsOf(db).filter((_, i) => i !== at),
            );
            regrow(db);
          }),
        );
        expect(found.differences.map(({ code }) => code)).toContain('head_beyond');
        expect(found.differences[0]?.position).toBeLessThan(size);
      }),
      runs,
    ));
});

describe('two records are exchanged', () => {
  const pair = () => fc.uniqueArray(position(), { minLength: 2, maxLength: 2 });

  test('with their positions alone: found at the first of them', () =>
    fc.assert(
      fc.asyncProperty(pair(), async ([a = 0, b = 0]) => {
        const found = await verified(
          changed((db) => {
            const move = db.prepare('UPDATE record SET position = ? WHERE position = ?');
            move.run(-1, a);
            move.run(a, b);
            move.run(b, -1);
          }),
        );
        expect(found.differences[0]?.position).toBe(Math.min(a, b));
      }),
      runs,
    ));

  test('and every link is made anew: found', () =>
    fc.assert(
      fc.asyncProperty(pair(), async ([a = 0, b = 0]) => {
        const found = await verified(
          changed((db) => {
            const rows = rowsOf(db);
            const [first, second] = [rows[a], rows[b]];
            rewrite(
              db,
              rows.map((row, i) => (i === a ? (second ?? row) : i === b ? (first ?? row) : row)),
            );
            regrow(db);
          }),
        );
        const byHead = found.differences.find(({ code }) => code === 'head_differs');
        expect(byHead?.position).toBeLessThanOrEqual(Math.min(a, b));
      }),
      runs,
    ));
});

describe('the end is cut off', () => {
  const cut = (db: DatabaseSync, left: number) => {
    db.prepare('DELETE FROM record WHERE position >= ?').run(left);
    regrow(db);
  };

  test('and the signed heads are left: named without any kept head', () =>
    fc.assert(
      fc.asyncProperty(position(), async (left) => {
        const { differences } = await verified(changed((db) => cut(db, left)));
        expect(differences.map(({ code }) => code)).toEqual(['head_beyond']);
        expect(differences[0]?.position).toBe(left);
      }),
      runs,
    ));

  test('together with the heads that covered it: found with a kept head and only then', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: early.size, max: size - 1 }), async (left) => {
        const copy = changed((db) => {
          cut(db, left);
          db.prepare('DELETE FROM checkpoint WHERE size > ?').run(left);
        });
        expect((await verified(copy)).differences).toEqual([]);
        expect((await verified(copy, kept)).differences).toMatchObject([
          { code: 'kept_head_beyond', position: left, message: expect.stringContaining('cut off') },
        ]);
      }),
      runs,
    ));
});

describe('all of it is written anew and signed with the same key', () => {
  test('fits itself, and a kept head shows it', () =>
    fc.assert(
      fc.asyncProperty(position(), async (at) => {
        const copy = changed((db) => {
          rewrite(
            db,
            rowsOf(db).map((row, i) => (i === at ? elsewhere(row) : row)),
          );
          regrow(db);
          resign(db, signer());
        });
        expect((await verified(copy)).differences).toEqual([]);
        expect((await verified(copy, kept)).differences).toMatchObject([{ code: 'kept_head_differs' }]);
        // An early head speaks for what was under it and for nothing else.
        const byEarly = (await verified(copy, early)).differences.map(({ code }) => code);
        expect(byEarly).toEqual(at < early.size ? ['kept_head_differs'] : []);
      }),
      runs,
    ));
});

describe('heads and the stored tree', () => {
  test.each<[what: string, change: (db: DatabaseSync) => void, code: string]>([
    [
      'a head is edited',
      (db) => db.exec("UPDATE checkpoint SET note = replace(note, 'countersign', 'Countersign')"),
      'head_unsigned',
    ],
    [
      'a head is put to another size',
      (db) =>
        db.exec('UPDATE checkpoint SET size = size - 1 WHERE size = (SELECT max(size) FROM checkpoint)'),
      'head_unsigned',
    ],
    [
      'a stored hash is another one',
      (db) => db.exec('UPDATE tree_hash SET hash = zeroblob(32) WHERE position = 9'),
      'tree_differs',
    ],
    ['a stored hash is gone', (db) => db.exec('DELETE FROM tree_hash WHERE position = 9'), 'tree_differs'],
    [
      'the stored tree is shorter than the newest head',
      (db) => db.exec('DELETE FROM tree_hash WHERE position > 20'),
      'tree_differs',
    ],
    [
      'the stored tree goes on beyond the records',
      (db) => db.exec('INSERT INTO tree_hash SELECT max(position) + 1, zeroblob(32) FROM tree_hash'),
      'tree_differs',
    ],
  ])('%s: found', async (_what, change, code) => {
    const { differences } = await verified(changed(change));
    expect(differences.map((difference) => difference.code)).toEqual([code]);
  });

  test('no head at all: nothing differs, and all records count as unsigned', async () => {
    const found = await verified(changed((db) => db.exec('DELETE FROM checkpoint')));
    expect(found).toMatchObject({ differences: [], heads: 0, unsigned: size });
  });

  test('a head of another key is none of ours', async () => {
    const found = await verified(
      changed((db) => {
        const { note } = db.prepare('SELECT note FROM checkpoint').get() ?? {};
        const [text, line] = String(note).split('\n\n');
        const forged = `${text}\n\n${line?.replace(/.{8}\n?$/, 'AAAAAAA=\n')}`;
        db.prepare('UPDATE checkpoint SET note = ?').run(forged);
      }),
    );
    expect(found.differences[0]?.code).toBe('head_unsigned');
  });
});

/** Another valid event in the same place. */
function elsewhere<T extends { readonly body: string }>(row: T): T {
  const body = row.body.replace('"tenant":"default"', '"tenant":"another"');
  if (body === row.body) throw new Error('nothing was changed');
  return { ...row, body };
}
