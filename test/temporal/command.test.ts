// SPDX-License-Identifier: Apache-2.0
// `countersign policy trace` as a command: what goes where, and with which exit code.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const cli = join(import.meta.dirname, '../../src/main/cli.ts');
const dir = join(import.meta.dirname, 'traces/release-after-review');
const scratch = mkdtempSync(join(tmpdir(), 'countersign-command-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function run(...more: readonly string[]) {
  const given = new Set(more);
  const usual = [
    ...['--policies', dir],
    ...['--schema', join(dir, 'schema.cedarschema')],
    ...['--trace', join(dir, 'trace.log')],
  ];
  const args = usual.flatMap((arg, i) => (i % 2 === 1 || given.has(arg) ? [] : [arg, usual[i + 1] ?? '']));
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'policy', 'trace', ...args, ...more], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
function written(name: string, text: string): string {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
}

test('the verdicts are all there is on standard output', () => {
  const stdout = readFileSync(join(dir, 'expected.out'), 'utf8');
  expect(run()).toEqual({ status: 0, stdout, stderr: '' });
});

test('policies that are refused, or do not fit, end with 3 and their places', () => {
  const policies = written('p.dw', 'permit (principal, action, resource)\nwhen temporal { formerly X };');
  expect(run('--policies', policies)).toEqual({
    status: 3,
    stdout: '',
    stderr: `${policies}:2:26: expected \`within\` and how far to look back, as in \`within 1h\`, found \`X\`\n`,
  });
  const unfit = written(
    'q.dw',
    'permit (principal, action, resource) when temporal { X::Action::"a"::request{} };',
  );
  expect(run('--policies', unfit)).toMatchObject({ status: 3, stdout: '' });
  expect(run('--policies', unfit, '--no-validate')).toMatchObject({ status: 0, stderr: '' });
});

test('so do traces and event schemas that cannot be read', () => {
  const line = '@0 X::Action::"a"::request(\n';
  expect(run('--trace', written('t.log', `\n${line}`))).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/t\.log:2:28: /),
  });
  expect(run('--events', written('e.dwschema', 'event x'))).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/e\.dwschema:1:7: /),
  });
});

test('files that are not there are a mistake in the call', () => {
  expect(run('--policies', join(scratch, 'nowhere'))).toMatchObject({ status: 1, stdout: '' });
  expect(run('--trace', join(scratch, 'nowhere'))).toMatchObject({ status: 1, stdout: '' });
  expect(run('--format', 'loud')).toMatchObject({ status: 1, stdout: '' });
});

test('a request that nobody makes is denied, with a word about it', () => {
  const trace = written('n.log', '@7 Forge::Action::"Change"::request()\n');
  expect(run('--trace', trace)).toEqual({
    status: 0,
    stdout: '@7 (time point 0): false\n',
    stderr: '@7 (time point 0): the request has no principal or no resource\n',
  });
});

test('a byte order mark is nothing, and macros lie beside the policies', () => {
  const macros = written('macros.dw', '\uFEFFdef cedar always() { true };');
  const policies = written('m.dw', '\uFEFFpermit (principal, action, resource) when { always() };');
  const trace = written('m.log', `\uFEFF${readFileSync(join(dir, 'trace.log'), 'utf8').split('\n')[0]}`);
  for (const more of [[], ['--macros', macros]])
    expect(run('--policies', policies, '--trace', trace, '--format', 'cli', ...more)).toMatchObject({
      status: 0,
      stdout: '@0 (time point 0): ALLOW  [rules: 0]\n',
    });
});

test('what providers answer stands in a file; without it, policies that ask are skipped', () => {
  const policies = written(
    'r.dw',
    'permit (principal, action, resource); forbid (principal, action, resource) when { Content::Risk(context.input.repo, 5).score.greaterThan(decimal("0.5")) };',
  );
  const trace = written('r.log', `${readFileSync(join(dir, 'trace.log'), 'utf8').split('\n')[0]}`);
  const answered = (answers: unknown) =>
    run('--policies', policies, '--trace', trace, '--providers', written('a.json', JSON.stringify(answers)));
  expect(run('--policies', policies, '--trace', trace)).toMatchObject({
    stdout: '@0 (time point 0): true\n',
    stderr: expect.stringMatching(/`Content::Risk` has no answers/),
  });
  const risk = (score: number, ...args: unknown[]) => ({ args, value: { score } });
  expect(answered({ 'Content::Risk': [risk(0.4, 'r2', 5), risk(0.9, 'r1', 5)] })).toMatchObject({
    stdout: '@0 (time point 0): false\n',
    stderr: '',
  });
  expect(answered({ 'Content::Risk': [{ value: { score: 0.2 } }] }).stdout).toBe('@0 (time point 0): true\n');
  expect(answered([])).toMatchObject({ status: 1, stderr: expect.stringMatching(/must be JSON such as/) });
});
