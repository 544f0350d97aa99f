// SPDX-License-Identifier: Apache-2.0
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { NotWritten, writeTogether } from './write-together.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-write-'));
  return () => rmSync(dir, { recursive: true, force: true });
});

test('writes all, with their modes and directories', () => {
  writeTogether([
    { file: join(dir, 'a', 'secret'), after: '1', mode: 0o600, directoryMode: 0o700 },
    { file: join(dir, 'b'), after: '2', mode: 0o644 },
  ]);
  expect(readFileSync(join(dir, 'a', 'secret'), 'utf8')).toBe('1');
  expect((statSync(join(dir, 'a')).mode & 0o777).toString(8)).toBe('700');
  expect((statSync(join(dir, 'a', 'secret')).mode & 0o777).toString(8)).toBe('600');
});

test('writes none when the last one cannot be written, and leaves nothing behind', () => {
  writeFileSync(join(dir, 'old'), 'old');
  writeFileSync(join(dir, 'file'), '');
  const changes = [
    { file: join(dir, 'old'), after: 'new', mode: 0o644 },
    { file: join(dir, 'file', 'below'), after: 'x', mode: 0o644 },
  ];
  expect(() => writeTogether(changes)).toThrow(NotWritten);
  expect(readFileSync(join(dir, 'old'), 'utf8')).toBe('old');
  expect(readdirSync(dir).sort()).toEqual(['file', 'old']);
});

test('writes through a link', () => {
  writeFileSync(join(dir, 'real'), 'old');
  symlinkSync(join(dir, 'real'), join(dir, 'link'));
  writeTogether([{ file: join(dir, 'link'), after: 'new', mode: 0o644 }]);
  expect(readFileSync(join(dir, 'real'), 'utf8')).toBe('new');
  expect(
    readdirSync(dir, { withFileTypes: true })
      .find(({ name }) => name === 'link')
      ?.isSymbolicLink(),
  ).toBe(true);
});
