// SPDX-License-Identifier: Apache-2.0
// Which room may look into which: main -> edges -> app -> core; adapters -> app and core; log knows nobody.
// A wall that only a document holds is no wall.
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Each room with the rooms whose files it may import. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  log: ['log'],
  app: ['app', 'core', 'log'],
  adapters: ['adapters', 'app', 'core', 'log'],
  edges: ['edges', 'app', 'core', 'log'],
  main: ['main', 'edges', 'adapters', 'app', 'core', 'log'],
};

/** What core and log may take from Node: hashing and ciphers of given bytes, nothing that reaches the world. */
const pureBuiltins = new Set(['node:crypto', 'node:buffer', 'node:util']);

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
}

const imports: readonly Import[] = globSync('src/**/*.ts', { cwd: root })
  .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
  .flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const room = file.split('/')[1] ?? '';
    return [
      ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)/g),
    ].map((match) => ({ file, room, target: match[1] ?? match[2] ?? '' }));
  });

test('there is something to check', () => {
  expect(imports.length).toBeGreaterThan(100);
  expect(new Set(imports.map((i) => i.room))).toEqual(new Set(Object.keys(mayImport)));
});

test('imports run one way', () => {
  const wrong = imports.filter(({ file, room, target }) => {
    if (!target.startsWith('.')) return false;
    const to = normalize(join(dirname(file), target)).split('/');
    return to[0] === 'src' && !(mayImport[room] ?? []).includes(to[1] ?? '');
  });
  expect(wrong).toEqual([]);
});

test('nothing in src imports tests, benches or examples but main', () => {
  const wrong = imports.filter(({ file, room, target }) => {
    if (!target.startsWith('.') || room === 'main') return false;
    return normalize(join(dirname(file), target)).split('/')[0] !== 'src';
  });
  expect(wrong).toEqual([]);
});

test('core and log take only hashing from Node', () => {
  const builtins = new Set(builtinModules.map((name) => `node:${name}`));
  const wrong = imports.filter(
    ({ room, target }) =>
      (room === 'core' || room === 'log') &&
      (builtins.has(target) || target.startsWith('node:')) &&
      !pureBuiltins.has(target),
  );
  expect(wrong).toEqual([]);
});

test('core and log never ask for the time or for chance', () => {
  const wrong = globSync('src/{core,log}/**/*.ts', { cwd: root })
    .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
    .filter((file) =>
      /\bDate\.now\b|new Date\(\)|Math\.random|performance\.now|randomBytes|randomUUID|process\.|fetch\(/.test(
        readFileSync(join(root, file), 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, ''),
      ),
    );
  expect(wrong).toEqual([]);
});

test('every source file names its licence first', () => {
  const wrong = globSync('{src,test,bench,examples}/**/*.ts', { cwd: root }).filter(
    (file) => !readFileSync(join(root, file), 'utf8').startsWith('// SPDX-License-Identifier: Apache-2.0\n'),
  );
  expect(wrong).toEqual([]);
});
