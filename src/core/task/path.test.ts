// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isWithinPath, segmentsOf } from './path.ts';

test.each<[rule: string, path: string, prefix: string, want: boolean]>([
  ['what lies under it is within', '/srv/data/a.txt', '/srv/data', true],
  ['it lies within itself', '/srv/data', '/srv/data', true],
  ['a slash at the end changes nothing', '/srv/data/', '/srv/data/', true],
  ['a prefix ends where a segment ends', '/srv/database', '/srv/data', false],
  ['a parent is not within', '/srv', '/srv/data', false],
  ['all absolute paths are within the root', '/etc/passwd', '/', true],
  ['a relative path is not within the root', 'etc/passwd', '/', false],
  ['an absolute path is not within a relative one', '/notes/a', 'notes', false],
  ['relative within relative', 'notes/2026/a.md', 'notes', true],
  ['names are compared as they are written', '/Srv/data/a', '/srv/data', false],
  ['a name may begin with a dot', '/srv/data/.env', '/srv/data', true],
])('%s', (_rule, path, prefix, want) => expect(isWithinPath(path, prefix)).toBe(want));

test.each([
  ['nothing', ''],
  ['dots', '/srv/data/../../etc/passwd'],
  ['dots at the end', '/srv/data/..'],
  ['one dot', '/srv/./data'],
  ['a dot first', './data'],
  ['doubled slashes', '/srv//data'],
  ['doubled slashes first', '//host/share'],
  ['encoded dots', '/srv/data/%2e%2e/etc'],
  ['encoded dots, twice', '/srv/data/%252e%252e/etc'],
  ['an encoded slash', '/srv/data/..%2fetc'],
  ['full-width dots', '/srv/data/\uff0e\uff0e/etc'],
  ['a two-dot leader', '/srv/data/\u2025/etc'],
  ['a full-width slash', '/srv/data/..\uff0fetc'],
  ['backslashes', '/srv/data\\..\\etc'],
  ['a drive', 'C:/data'],
  ['a home', '~root/data'],
  ['dots and a space, which some drop', '/srv/data/.. /etc'],
  ['dots that some drop', '/srv/data/.../etc'],
  ['a null', '/srv/data/a\u0000b'],
  ['a line break', '/srv/data/a\nb'],
  ['a mark that turns the text', '/srv/\u202edata'],
  ['decomposed letters', '/srv/cafe\u0301'],
  ['half a character', '/srv/\ud800'],
  ['no end', `/${'a'.repeat(4096)}`],
])('%s is no path', (_what, path) => {
  expect(segmentsOf(path)).toBeUndefined();
  expect(isWithinPath(path, '/')).toBe(false);
  expect(isWithinPath('/srv/data/x', path)).toBe(false);
});
