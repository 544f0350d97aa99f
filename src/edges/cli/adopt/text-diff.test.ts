// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines, masked, secretsIn } from './text-diff.ts';

const diff = (before: string | undefined, after: string) =>
  diffLines({ file: 'f', before, after, mode: 0o600 }, []);

test.each<[what: string, before: string | undefined, after: string, want: string[]]>([
  ['a new file is all there', undefined, 'a\nb\n', ['f (new file, mode 600)', '  + a', '  + b']],
  [
    'a changed line with what stands around it',
    '1\n2\n3\n4\n5\n6\n7\n',
    '1\n2\n3\nx\n5\n6\n7\n',
    ['f (changed)', '    2', '    3', '  - 4', '  + x', '    5', '    6'],
  ],
  [
    'two places with a gap',
    'a\n1\n2\n3\n4\n5\nb\n',
    'A\n1\n2\n3\n4\n5\nB\n',
    ['f (changed)', '  - a', '  + A', '    1', '    2', '  ...', '    4', '    5', '  - b', '  + B'],
  ],
])('%s', (_what, before, after, want) => expect(diff(before, after)).toEqual(want));

test('the lines of a diff make the new text out of the old one', () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c')),
      fc.array(fc.constantFrom('a', 'b', 'c')),
      (old, fresh) => {
        // Short enough that the context covers everything that is the same.
        fc.pre(old.length < 4 && fresh.length < 4 && old.join() !== fresh.join());
        const lines = diff(old.map((l) => `${l}\n`).join(''), fresh.map((l) => `${l}\n`).join('')).slice(1);
        const of = (sign: string) => lines.filter((l) => l[2] !== sign).map((l) => l.slice(4));
        expect(of('+')).toEqual(old);
        expect(of('-')).toEqual(fresh);
      },
    ),
  ));

test('values of environments and headers, credentials in arguments and in URLs are secrets', () => {
  const secrets = secretsIn([
    {
      command: 'x',
      env: { A: 'alpha-secret', B: `$\{FROM_ENV}` },
      args: ['--api-key', 'beta-secret', '--token=gamma-secret', 'plain'],
    },
    { url: 'https://x/?key=delta-secret', headers: { Authorization: 'Bearer epsilon' } },
    { command: 'y', args: ['ghp_zetazetazeta', 'postgres://u:eta-secret@h/db'] },
  ]);
  expect([...secrets].sort()).toEqual([
    'Bearer epsilon',
    'alpha-secret',
    'beta-secret',
    'delta-secret',
    'eta-secret',
    'gamma-secret',
    'ghp_zetazetazeta',
  ]);
});

test('a secret is masked as JSON spells it, the longest first', () => {
  const secrets = secretsIn([{ env: { A: 'a"b\\c', B: 'a"b\\c-longer' } }]);
  const line = masked(JSON.stringify({ x: 'a"b\\c-longer', y: 'a"b\\c' }), secrets);
  expect(line).toBe('{"x":"********","y":"********"}');
});
