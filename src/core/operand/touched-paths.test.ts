// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isProtected, protectedByDefault, touchedBy } from './touched-paths.ts';

test.each<[path: string, touches: readonly string[]]>([
  ['src/app.ts', []],
  ['docs/deploying.md', []],
  ['deploy/app.yaml', ['deployment']],
  ['services/a/Dockerfile', ['deployment']],
  ['.github/workflows/ci.yml', ['deployment']],
  ['infra/main.tf', ['deployment']],
  ['Deploy.sh', ['deployment']],
  ['deploy/secrets/token', ['deployment', 'secrets']],
  ['.ENV', ['secrets']],
  ['.env.example', []],
  ['.claude/settings.json', ['guards']],
  ['CLAUDE.md', ['guards']],
  ['.gitmodules', ['guards']],
])('%s touches %j', (path, touches) => expect(touchedBy([path])).toEqual(touches));

test.each<[ref: string, is: boolean]>([
  ['refs/heads/main', true],
  ['refs/heads/release/1', true],
  ['refs/heads/releases', false],
  ['refs/heads/mainline', false],
  ['refs/tags/main', false],
  ['main', false],
])('%s is protected: %s', (ref, is) => expect(isProtected(ref, protectedByDefault)).toBe(is));
