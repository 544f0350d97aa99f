// SPDX-License-Identifier: Apache-2.0
/**
 * What we take for reading, held to a real bash: scripts are drawn out of pieces that are easy to misread, and those that
 * would only read are run. Every command in the path is a stand-in that keeps an account of who was called.
 *
 * `COUNTERSIGN_BASH_RUNS=20000 vitest run test/program/bash.test.ts` goes on for longer.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parseShell } from '../../src/adapters/shell/parse.ts';
import { groupsOf } from '../../src/core/program/finding.ts';
import { shellFinding } from '../../src/core/program/shell.ts';
import { verifies } from '../requirements.ts';

const bash = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path));
const dir = mkdtempSync(join(tmpdir(), 'cs-bash-'));
const bin = join(dir, 'bin');
const work = join(dir, 'work');
const account = join(dir, 'account');
const harmless = ['ls', 'cat', 'grep', 'head', 'wc'];
const harmful = ['rm', 'curl', 'sh', 'sudo', 'tee', 'make'];
mkdirSync(bin);
mkdirSync(work);
for (const name of [...harmless, ...harmful]) {
  writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >> ${account}\n`);
  chmodSync(join(bin, name), 0o755);
}
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// No piece names a place outside of the directory that it runs in.
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...harmless, 'echo', 'x', 'a b', '-l', ' ', ' ', '; ', '\n') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...harmful, 'rm x', 'eval rm', '`rm`', '$(rm)', '; rm', '\nrm', '&&rm', '|rm'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        "'",
        '"',
        '\\',
        '`',
        '$(',
        ')',
        '(',
        '{ ',
        '; }',
        '$',
        '${x',
        '}',
        ':-',
        '#',
        ' #',
        '<<E\n',
        "<<'E'\n",
        '\nE\n',
        '<<-E\n\t',
      ],
      ...[
        "$'",
        '$"',
        '<<<',
        '<(',
        '&',
        '&&',
        '||',
        '|',
        '\\\n',
        '!',
        '*',
        '?',
        '[',
        ']',
        '[[ ',
        ' ]]',
        'x=',
        '$x',
        '"$x"',
        '~',
      ],
      ...[
        'case x in x) ',
        ';; esac',
        'if ',
        '; then ',
        '; fi',
        'for x in ',
        '; do ',
        '; done',
        'f() ',
        'time ',
        '2>&1',
        ' -- ',
        '=',
        ',',
      ],
    ),
  },
);
const script = fc.array(piece, { minLength: 2, maxLength: 14 }).map((pieces) => pieces.join(''));

function calls(text: string): readonly string[] {
  writeFileSync(account, '');
  spawnSync(bash ?? '', ['--noprofile', '--norc', '-c', text], {
    cwd: work,
    env: { PATH: bin },
    timeout: 5000,
    input: '',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return readFileSync(account, 'utf8')
    .split('\n')
    .filter((name) => name !== '');
}

function onlyReads(text: string): boolean {
  const { classes, parsed } = shellFinding(text, parseShell);
  return parsed && groupsOf(classes).every((group) => group === 'observe');
}

test.skipIf(bash === undefined)('what would only read calls nothing else, and leaves nothing behind', () => {
  verifies('program.worst-wins');
  const wanted = Number(process.env.COUNTERSIGN_BASH_RUNS ?? 150);
  let ran = 0;
  for (let seed = 1; ran < wanted && seed < 10_000; seed++) {
    for (const text of fc.sample(script, { numRuns: 1000, seed })) {
      // Only where something harmful stands can it be misread.
      if (ran >= wanted || !/rm|curl|sh|sudo|tee|make/.test(text) || !onlyReads(text)) continue;
      ran += 1;
      const wrong = calls(text).filter((name) => harmful.includes(name));
      expect({ text, wrong, left: readdirSync(work) }).toEqual({ text, wrong: [], left: [] });
    }
  }
  expect(ran).toBe(wanted);
});

test.skipIf(bash === undefined)('the account tells who was called', () => {
  expect(calls('ls; "r"m; echo $(curl)')).toEqual(['ls', 'rm', 'curl']);
});
