// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { programs } from '../../main/programs.ts';
import type { Place } from './place.ts';
import { shellPlace } from './shell-place.ts';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'cs-shell-')));
const project = join(dir, 'project');
mkdirSync(join(project, 'src'), { recursive: true });
writeFileSync(join(project, '.env'), 'KEY=1\n');
symlinkSync('/etc', join(project, 'away'));
symlinkSync(join(project, '.env'), join(project, 'plain.txt'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const ground = { project, home: join(dir, 'home'), guards: [] };
const read = programs();
const placeOf = (command: string, cwd = project) => shellPlace(read('shell', command), cwd, ground);

test.each<[command: string, place: Place | undefined]>([
  ['ls -la', 'project'],
  ['cat src/a.ts | grep x | sort | uniq -c', 'project'],
  ['cat src/*.ts', 'project'],
  ['for f in src/*.ts; do head -3 "$f"; done', 'project'],
  ['cd src && cat a.ts', 'project'],
  [`cd ${project}/src; ls`, 'project'],
  ['cat ../x', 'outside'],
  ['cd ..; cat x', 'outside'],
  ['(cd src); cat ../x', 'outside'],
  ['cat /etc/hosts', 'outside'],
  ['kubectl get pods', 'outside'],
  ['gh issue view 3', 'outside'],
  ['docker ps | head', 'outside'],
  ['cat ~/notes', 'outside'],
  ['cat away/hosts', 'outside'],
  ['cat away/*.md', 'outside'],
  ['cat .env', 'secrets'],
  ['cat plain.txt', 'secrets'],
  ['cat ~/.ssh/config', 'secrets'],
  ['cat ~root/x', 'secrets'],
  ['cat *', 'secrets'],
  ['cat .e*', 'secrets'],
  ['cat config/*.pem', 'secrets'],
  ['cat config/*.json', 'secrets'],
  ['cat src/*/../../.env', 'secrets'],
  ['grep -r KEY .', 'secrets'],
  ['rg KEY', 'secrets'],
  ['env', 'secrets'],
  ['echo $TOKEN', 'secrets'],
  ['cat < .env', 'secrets'],
  ['cat .claude/settings.json', 'guards'],
  ['echo x > src/a.ts', undefined],
  ['rm src/a.ts', undefined],
  ['curl https://a.example', undefined],
  ['cat "$(cat list)"', undefined],
  ['find . | xargs cat', undefined],
  ['npm test', undefined],
  ['cat "', undefined],
])('%s: %s', (command, place) => {
  verifies('hook.shell');
  expect(placeOf(command)).toBe(place);
});

test('a command that runs elsewhere reads elsewhere', () => {
  expect(placeOf('ls', '/etc')).toBe('outside');
});
