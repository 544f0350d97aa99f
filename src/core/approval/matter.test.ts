// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { unasked } from '../origin/facts.ts';
import { bindingDigest, type Matter, matterDigest } from './matter.ts';

const pseudonym = (text: string) => `h(${text})`;

const base: Matter = {
  who: {
    agent: 'a1',
    owner: 'o1',
    task: 't1',
    session: 's1',
    chain: ['ana', 'a1'],
    requester: 'local:1',
    onBehalfOf: 'ana',
  },
  call: {
    method: 'tools/call',
    server: 'bank',
    target: 'refund',
    action: 'refund',
    resource: { type: 'Account', id: 'c1' },
    definition: 'sha256:1',
    args: { amount: 100 },
    transforms: [],
  },
  labels: { level: 'internal', categories: [], readers: ['r'], integrity: 'trusted', sources: [] },
  origins: unasked,
  policy: 'sha256:p',
  catalogue: 'sha256:c',
  asks: [{ policy: 'p', text: 'sha256:t', approvers: ['x'], quorum: 1, separate: [], eligible: 'sha256:e' }],
};
const ask = base.asks[0] as Matter['asks'][number];

/** Every place of a value, as a path. */
function paths(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inside = Object.entries(value).flatMap(([key, one]) =>
    paths(one, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return inside.length === 0 ? [at] : inside;
}

function changed(value: unknown, [key, ...rest]: readonly (string | number)[]): unknown {
  if (key === undefined) {
    if (typeof value === 'string') return `${value}x`;
    if (typeof value === 'number') return value + 1;
    if (typeof value === 'boolean') return !value;
    return Array.isArray(value) ? ['x'] : 'x';
  }
  if (Array.isArray(value)) return value.map((one, i) => (i === key ? changed(one, rest) : one));
  return { ...(value as object), [key]: changed((value as Record<string, unknown>)[key], rest) };
}

describe('a matter', () => {
  const before = matterDigest(base, pseudonym);

  // `lineage` tells a person why; what policy goes by is in the roles.
  test.each(
    paths(base)
      .filter((path) => !path.includes('lineage'))
      .map((path) => [path.join('.'), path] as const),
  )('is another one when `%s` is', (_name, path) => {
    expect(matterDigest(changed(base, path) as Matter, pseudonym)).not.toBe(before);
  });

  test('is another one when more is asked about', () => {
    const more = { ...base, asks: [...base.asks, { ...ask, policy: 'q' }] };
    expect(matterDigest(more, pseudonym)).not.toBe(before);
  });

  test('is the same one in whatever order policies were evaluated', () => {
    const q = { ...ask, policy: 'q' };
    const one = matterDigest({ ...base, asks: [ask, q] }, pseudonym);
    expect(matterDigest({ ...base, asks: [q, ask] }, pseudonym)).toBe(one);
  });

  test('is the same one however it is written that everybody may read', () => {
    const { readers: _some, ...open } = base.labels;
    const labels = { ...open, readers: undefined };
    const one = matterDigest({ ...base, labels: open }, pseudonym);
    expect(matterDigest({ ...base, labels }, pseudonym)).toBe(one);
    expect(one).not.toBe(before);
  });

  test('says nothing of arguments to who has not the key', () => {
    expect(matterDigest(base, () => 'same')).toBe(
      matterDigest({ ...base, call: { ...base.call, args: { amount: 5 } } }, () => 'same'),
    );
  });

  test('two requests about it are two bindings', () => {
    const binding = { approval: 'a-1', matter: before, card: 'sha256:x', expiresAt: 5 };
    const all = [
      binding,
      { ...binding, approval: 'a-2' },
      { ...binding, matter: 'sha256:m' },
      { ...binding, card: 'sha256:y' },
      { ...binding, expiresAt: 6 },
    ].map(bindingDigest);
    expect(new Set(all).size).toBe(all.length);
  });
});
