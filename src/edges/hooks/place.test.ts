// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { absolute, type Ground, type Place, placeOf } from './place.ts';

let dir: string;
let ground: Ground;
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'cs-place-')));
  for (const name of ['project/src', 'project/.claude', 'elsewhere', 'home/.ssh', 'secrets/project', 'rules'])
    mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, 'elsewhere/a.txt'), 'a');
  symlinkSync(join(dir, 'elsewhere/a.txt'), join(dir, 'project/src/link.txt'));
  symlinkSync(join(dir, 'elsewhere'), join(dir, 'project/src/out'));
  symlinkSync(join(dir, 'home/.ssh/id_new'), join(dir, 'project/src/dangling'));
  symlinkSync(join(dir, 'project/.claude/settings.json'), join(dir, 'project/src/notes.md'));
  symlinkSync('loop-b', join(dir, 'project/src/loop-a'));
  symlinkSync('loop-a', join(dir, 'project/src/loop-b'));
  symlinkSync(join(dir, 'project'), join(dir, 'linked'));
  ground = { project: join(dir, 'project'), home: join(dir, 'home'), guards: [join(dir, 'rules')] };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each<[why: string, path: string, place: Place]>([
  ['a file of the project', 'project/src/a.ts', 'project'],
  ['the project', 'project', 'project'],
  ['one that is not there yet, in directories that are not', 'project/new/b/c.ts', 'project'],
  ['a neighbour whose name begins alike', 'project-2/a.ts', 'outside'],
  ['a file elsewhere', 'elsewhere/a.txt', 'outside'],
  ['a link that leads out', 'project/src/link.txt', 'outside'],
  ['something behind a linked directory', 'project/src/out/new.txt', 'outside'],
  ['a link to a key that is not there yet', 'project/src/dangling', 'secrets'],
  ['a link to the settings', 'project/src/notes.md', 'guards'],
  ['a key of the project', 'project/deploy/server.pem', 'secrets'],
  ['its environment', 'project/.env', 'secrets'],
  ['its environment for production', 'project/.env.production', 'secrets'],
  ['a sample of an environment', 'project/.env.example', 'project'],
  ['in capitals', 'project/.ENV', 'secrets'],
  ['keys at home', 'home/.ssh/config', 'secrets'],
  ['the directory of keys', 'home/.ssh', 'secrets'],
  ['settings of the client', 'project/.claude/settings.local.json', 'guards'],
  ['the same in capitals', 'project/.CLAUDE/settings.json', 'guards'],
  ['settings of the client at home', 'home/.claude/settings.json', 'guards'],
  ['what git runs', 'project/.git/hooks/pre-commit', 'guards'],
  ['what a shell runs', 'home/.bashrc', 'guards'],
  ['rules of Countersign', 'rules/a.cedar', 'guards'],
  ['a link without an end', 'project/src/loop-a', 'project'],
])('%s', (_why, path, place) => expect(placeOf(join(dir, path), ground)).toBe(place));

test('a project under a directory with a telling name is a project all the same', () => {
  const project = join(dir, 'secrets/project');
  expect(placeOf(join(project, 'a.ts'), { ...ground, project })).toBe('project');
});

test('a project that is reached by a link is the same project', () => {
  const linked = { ...ground, project: join(dir, 'linked') };
  expect(placeOf(join(dir, 'linked/src/a.ts'), linked)).toBe('project');
  expect(placeOf(join(dir, 'project/src/a.ts'), linked)).toBe('project');
  expect(placeOf(join(dir, 'linked/src/link.txt'), linked)).toBe('outside');
});

test('paths are made absolute as the client would read them', () => {
  const { project, home } = ground;
  expect(absolute('src/../../elsewhere/a', project, ground)).toBe(join(dir, 'elsewhere/a'));
  expect(absolute('~/x', project, ground)).toBe(join(home, 'x'));
  expect(absolute('~', project, ground)).toBe(home);
  expect(absolute('/a/./b', project, ground)).toBe('/a/b');
});
