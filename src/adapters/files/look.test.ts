// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { lookAt } from './look.ts';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'cs-look-')));
const at = (name: string) => join(dir, 'w', name);
const around = { directory: at(''), home: join(dir, 'home'), isOver: () => false };
const hello = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

beforeAll(() => {
  for (const folder of ['w', 'w/folder', 'w/folder/deep', 'home', 'outside']) mkdirSync(join(dir, folder));
  writeFileSync(at('a.sh'), 'hello');
  writeFileSync(at('empty'), '');
  writeFileSync(at('bytes'), Buffer.from([0x68, 0x00, 0xff]));
  writeFileSync(at('long'), 'x'.repeat(20_000));
  writeFileSync(at('folder/one'), '1');
  writeFileSync(at('folder/deep/two'), '2');
  writeFileSync(join(dir, 'outside/secret'), 'hello');
  writeFileSync(join(dir, 'home/mine'), 'hello');
  writeFileSync(at('huge'), '');
  truncateSync(at('huge'), (16 << 20) + 1);
  symlinkSync(join(dir, 'outside/secret'), at('link'));
  symlinkSync(join(dir, 'nowhere'), at('dangling'));
  symlinkSync('loop', at('loop'));
  execFileSync('mkfifo', [at('pipe')]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('what a name leads to', () => {
  test.each<[what: string, name: string, state: object]>([
    ['a text', 'a.sh', { is: 'file', digest: hello, sizeBytes: 5, text: 'hello' }],
    ['by another spelling', './folder/../a.sh', { is: 'file', digest: hello }],
    ['nothing in it', 'empty', { is: 'file', sizeBytes: 0, text: '' }],
    ['one at home', '~/mine', { is: 'file', digest: hello }],
    ['nothing', 'none', { is: 'absent' }],
    ['nothing below a file', 'a.sh/x', { is: 'absent' }],
    ['a link to nothing', 'dangling', { is: 'absent' }],
    ['a link to itself', 'loop', { is: 'unknown', why: 'unreadable' }],
    ['a pipe, which nobody waits for', 'pipe', { is: 'unknown', why: 'not_a_file' }],
    ['a device', '/dev/zero', { is: 'unknown', why: 'not_a_file' }],
    ['too much', 'huge', { is: 'unknown', why: 'too_large' }],
    ['the home of somebody else', '~eve/x', { is: 'unknown', why: 'unreadable' }],
    ['no name', '', { is: 'unknown', why: 'unreadable' }],
    ['what cannot be a name', 'a\0b', { is: 'unknown', why: 'unreadable' }],
  ])('%s', async (_what, name, state) => {
    expect((await lookAt(name, around)).state).toMatchObject(state);
  });

  test('bytes and long texts have a digest, and are not shown', async () => {
    for (const name of ['bytes', 'long'])
      expect((await lookAt(name, around)).state).not.toHaveProperty('text');
  });

  test('where a link leads is told, and out of the directory of a server it is not looked at', async () => {
    verifies('operands.seen-or-unknown');
    expect(await lookAt('link', around)).toMatchObject({
      path: at('link'),
      real: join(dir, 'outside/secret'),
      state: { digest: hello },
    });
    const root = at('');
    for (const name of ['link', '../outside/secret', join(dir, 'outside/none')])
      expect((await lookAt(name, { ...around, root })).state).toEqual({ is: 'unknown', why: 'outside' });
    expect((await lookAt('a.sh', { ...around, root })).state).toMatchObject({ is: 'file' });
  });

  test.skipIf(process.getuid?.() === 0)('what may not be read is not absent', async () => {
    writeFileSync(at('closed'), 'x');
    chmodSync(at('closed'), 0);
    expect((await lookAt('closed', around)).state).toEqual({ is: 'unknown', why: 'unreadable' });
  });
});

describe('a folder', () => {
  const digest = async (name = 'folder') => {
    const { state } = await lookAt(name, around);
    return state.is === 'folder' ? state.digest : state.is;
  };

  test.each<[what: string, change: () => void]>([
    ['a content', () => writeFileSync(at('folder/deep/two'), '3')],
    ['a name', () => writeFileSync(at('folder/three'), '')],
    ['a folder', () => mkdirSync(at('folder/more'))],
    ['where a link leads', () => symlinkSync('one', at('folder/link'))],
  ])('is another one with another %s', async (_what, change) => {
    const before = await digest();
    expect(await digest()).toBe(before);
    change();
    expect(await digest()).not.toBe(before);
  });

  test('stands for a pattern, with what lies in it itself', async () => {
    const before = await digest('folder/*.sql');
    writeFileSync(at('folder/deep/two'), 'other');
    expect(await digest('folder/*.sql')).toBe(before);
    writeFileSync(at('folder/x.sql'), 'drop');
    expect(await digest('folder/*.sql')).not.toBe(before);
  });

  test('with too much in it is not looked through, and says so', async () => {
    mkdirSync(at('many'));
    for (let i = 0; i <= 1000; i++) writeFileSync(at(`many/${i}`), '');
    expect((await lookAt('many', around)).state).toEqual({ is: 'folder', sizeBytes: 0, files: 1000 });
  });
});
