// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GitKnown, gitFromWords, gitWords, seenOfGit, unknownGit } from './git.ts';
import type { FileState, Operand, Sighting } from './operand.ts';
import { isSeen, isWhole, sightingDigest, unseen } from './operand.ts';
import { seenContext, seenFrom, seenOf, seenRecord } from './seen.ts';
import { unseenReason } from './unseen-reason.ts';

const digest = (n: number) => `sha256:${`${n}`.repeat(64)}`;
const file = (n: number): FileState => ({ is: 'file', digest: digest(n), sizeBytes: n });
const sighting = (operands: readonly Operand[], more: Partial<Sighting> = {}): Sighting => ({
  ...{ directory: '/w', operands, git: [], whole: true },
  ...more,
});
const pseudonym = () => 'f'.repeat(32);

const push: GitKnown = {
  ...{ does: 'push', known: true, state: digest(1), repository: '/w', remote: '/r.git', base: 'remote' },
  updates: [{ to: 'refs/heads/fix', commit: 'c1', was: '' }],
  commits: [{ id: 'c1', subject: 's', signer: 'ana' }],
  ...{ touches: [], forced: false, protected: false, pinned: false, hooks: [] },
};

describe('what policy sees', () => {
  test.each<[what: string, operands: readonly Operand[], seen: object | undefined]>([
    ['nothing of what is not there', [{ path: '/w/a', state: { is: 'absent' } }], undefined],
    [
      'a file and its digest',
      [{ path: '/w/a', state: file(1) }],
      { known: true, whole: true, files: ['/w/a'], digests: [digest(1)] },
    ],
    [
      'a secret without one, by its own name or where it leads',
      [
        { path: '/w/.env', state: file(1) },
        { path: '/w/a', real: '/home/u/.ssh/key', state: file(2) },
      ],
      { known: true, files: ['/w/.env', '/w/a'], digests: [] },
    ],
    [
      'that something could not be looked at',
      [{ path: '/w/a', state: { is: 'unknown', why: 'too_large' } }],
      { known: false, files: ['/w/a'], digests: [] },
    ],
    [
      'that a folder was not looked through',
      [{ path: '/w', state: { is: 'folder', sizeBytes: 1, files: 1 } }],
      { known: true, whole: false, digests: [] },
    ],
    [
      'no more than a record has room for, and says so',
      Array.from({ length: 9 }, (_, i) => ({ path: `/w/${i}`, state: file(i) })),
      { known: true, whole: false },
    ],
  ])('%s', (_what, operands, seen) => {
    const { operands: told } = seenOf(sighting(operands), pseudonym);
    if (seen === undefined) expect(told).toBeUndefined();
    else expect(told).toMatchObject(seen);
  });

  test('is the same from the record', () => {
    const state = fc.oneof(
      fc.nat({ max: 9 }).map(file),
      fc.constant<FileState>({ is: 'absent' }),
      fc.constant<FileState>({ is: 'unknown', why: 'slow' }),
    );
    const operand = fc.record({ path: fc.string({ unit: 'binary' }).map((name) => `/${name}`), state });
    fc.assert(
      fc.property(fc.array(operand), fc.boolean(), fc.boolean(), fc.nat(), (operands, whole, known, n) => {
        const git = known ? { ...push, commits: push.commits.slice(n % 2) } : unseenPush;
        const seen = seenOf(sighting(operands, { whole, git: [git] }), pseudonym);
        expect(seenFrom(seenRecord(seen, 5))).toEqual(seen);
        expect(seenContext(seenFrom(seenRecord(seen, 5)))).toEqual(seenContext(seen));
      }),
    );
  });
});

const unseenPush = { does: 'push', known: false, why: 'failed' } as const;

describe('an act of git', () => {
  test.each<[what: string, found: Parameters<typeof seenOfGit>[0], seen: object]>([
    ['that is known', [push], { known: true, commits: 1, unsigned: 0, signers: ['ana'], branches: ['fix'] }],
    ['with a commit that nobody signed', [{ ...push, commits: [{ id: 'c', subject: '' }] }], { unsigned: 1 }],
    ['that is not known is the worst', [unseenPush], unknownGit],
    ['beside another is the worst', [push, push], unknownGit],
    [
      'with more names than there is room for is the worst',
      [
        {
          ...push,
          updates: Array.from({ length: 5 }, (_, i) => ({ to: `refs/heads/${i}`, commit: 'c', was: '' })),
        },
      ],
      unknownGit,
    ],
    ['that nobody acts in', [], unknownGit],
  ])('%s', (_what, found, seen) => expect(seenOfGit(found)).toMatchObject(seen));

  test.each([[[]], [['known']], [['known', 'commits x', 'unsigned 0']], [['commits 1', 'unsigned 0']]])(
    'a record of %j is not understood, and the worst',
    (words) => expect(gitFromWords(words)).toEqual(unknownGit),
  );

  test('words say all of it', () =>
    expect(gitFromWords(gitWords(seenOfGit([push])))).toEqual(seenOfGit([push])));
});

describe('two that are not the same have another digest', () => {
  const one = sighting([{ path: '/w/a', state: file(1) }], { git: [push] });
  test.each<[what: string, other: Sighting]>([
    ['content', sighting([{ path: '/w/a', state: file(2) }], { git: [push] })],
    ['name', sighting([{ path: '/w/b', state: file(1) }], { git: [push] })],
    ['place that it leads to', sighting([{ path: '/w/a', real: '/x', state: file(1) }], { git: [push] })],
    ['kind', sighting([{ path: '/w/a', state: { is: 'absent' } }], { git: [push] })],
    ['directory', { ...one, directory: '/v' }],
    ['state of a repository', { ...one, git: [{ ...push, state: digest(2) }] }],
    ['act', { ...one, git: [{ ...push, does: 'merge' }] }],
    ['knowledge', { ...one, git: [unseenPush] }],
    ['number of files', sighting([...one.operands, ...one.operands], { git: [push] })],
  ])('another %s', (_what, other) => {
    expect(sightingDigest(other)).not.toBe(sightingDigest(one));
    expect(sightingDigest({ ...one })).toBe(sightingDigest(one));
  });
});

test('what nobody has looked at is seen by nobody, and says why', () => {
  const named = { files: ['a'], git: [], whole: true };
  expect(isSeen(unseen(named))).toBe(false);
  expect(unseenReason(unseen(named))).toContain('`a` lies where nobody here can look');
  expect(unseenReason(sighting([], { git: [unseenPush] }))).toContain('`git push`');
  expect(isWhole(sighting([]))).toBe(true);
});
