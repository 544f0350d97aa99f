// SPDX-License-Identifier: Apache-2.0
// The author's commands as people run them: what they print, and what their exit codes say.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linesOf, run, start, stop } from '../evidence/process.fixture.ts';
import { verifies } from '../requirements.ts';

const example = join(import.meta.dirname, '../../examples/history');
const catalogue = join(example, 'catalogue');

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-author-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const odd = '@id("a") @reason("r")\nforbid (principal is Agent, action, resource);\n';

describe('policy check', () => {
  const check = (...more: readonly string[]) =>
    run(['policy', 'check', dir, '--catalogue', catalogue, ...more]);

  test('what is odd is said and refuses nothing, unless it is asked to', async () => {
    writeFileSync(join(dir, 'a.cedar'), odd);
    const [people, strict] = await Promise.all([check(), check('--max-warnings', '0')]);
    expect(people).toMatchObject({ code: 0, stderr: '' });
    expect(people.stdout).toContain('a.cedar:1:1: `a` has no `@owner` [CS201 warning]');
    expect(strict).toMatchObject({ code: 3, stderr: '1 warnings are more than 0\n' });
  });

  test('machines get the same in their own forms, with the path of the file', async () => {
    writeFileSync(join(dir, 'a.cedar'), odd);
    const [json, sarif, junit, github] = await Promise.all(
      ['json', 'sarif', 'junit', 'github'].map((format) => check('--format', format)),
    );
    expect(JSON.parse(json?.stdout ?? '').findings).toMatchObject([
      { rule: 'CS201', severity: 'warning', line: 1 },
    ]);
    expect(JSON.parse(sarif?.stdout ?? '').runs[0].results).toMatchObject([{ ruleId: 'CS201' }]);
    expect(junit?.stdout).toContain('failures="1"');
    expect(github?.stdout).toMatch(
      /^::warning file=\S*a\.cedar,line=1,col=1,title=CS201::`a` has no `@owner`\n$/,
    );
  });

  test('what is refused has an id too', async () => {
    writeFileSync(join(dir, 'a.cedar'), 'permit (principal, action, resource);');
    const { code, stdout } = await check('--format', 'github');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^::error file=\S*a\.cedar,line=1,col=1,title=CS002::every policy needs an `@id/);
  });
});

describe('policy test', () => {
  const tests = (...more: readonly string[]) =>
    run(['policy', 'test', dir, '--catalogue', catalogue, ...more]);

  test('says what was not as expected, where, and exits with 3', async () => {
    cpSync(join(example, 'policies'), dir, { recursive: true });
    const good = await tests('--coverage', '--json');
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, failed: 0, coverage: { seen: 24, of: 24 } });
    const policies = join(dir, 'history.cedar');
    writeFileSync(policies, readFileSync(policies, 'utf8').replace('> 10000', '> 20000'));
    const [people, machines] = await Promise.all([tests(), tests('--format', 'junit')]);
    expect(people).toMatchObject({ code: 3 });
    expect(people.stdout).toMatch(
      /history_test\.yaml:\d+:\d+: history: refunds within the budget: ops\/refund/,
    );
    expect(people.stdout).toContain('  expected deny, and it is allow (permitted) by history.refund\n');
    expect(people.stdout).toContain('21 of 22 calls are decided as expected');
    expect(machines).toMatchObject({ code: 3 });
    expect(machines.stdout).toContain('tests="22" failures="1"');
  });

  test('without any suite there is nothing to be content with', async () => {
    expect(await tests()).toMatchObject({ code: 3 });
  });
});

test('policy fmt lays out files, and --check says what is not', async () => {
  const path = join(dir, 'a.cedar');
  const fmt = (...more: readonly string[]) => run(['policy', 'fmt', dir, ...more]);
  writeFileSync(path, '// why\n@id("a") permit(principal,action,resource);');
  expect(await fmt('--check')).toMatchObject({ code: 2, stdout: 'a.cedar is laid out otherwise\n' });
  expect(readFileSync(path, 'utf8')).toContain('permit(principal,action');
  expect(await fmt()).toMatchObject({ code: 0, stdout: 'laid out a.cedar\n' });
  expect(readFileSync(path, 'utf8')).toBe('// why\n@id("a")\npermit (principal, action, resource);\n');
  expect(await fmt('--check')).toMatchObject({ code: 0, stdout: '' });
  writeFileSync(path, 'permit(');
  expect(await fmt()).toMatchObject({ code: 3 });
});

test('a daemon does not start over, or publish, what fails its tests', async () => {
  verifies('policy.tested-first');
  const [policies, data, mcp] = [join(dir, 'policies'), join(dir, 'data'), join(dir, 'mcp.json')];
  cpSync(join(example, 'policies'), policies, { recursive: true });
  writeFileSync(mcp, '{"mcpServers":{}}');
  const path = join(policies, 'history.cedar');
  const text = readFileSync(path, 'utf8');
  const flags = ['--mcp', mcp, '--policies', policies, '--catalogue', catalogue, '--listen', '127.0.0.1:0'];
  const up = () => ['--data', data, 'up', ...flags];

  writeFileSync(path, text.replace('> 10000', '> 20000'));
  const refused = await run(up());
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(/history_test\.yaml:\d+:\d+: a test fails: refunds within the budget/);

  writeFileSync(path, text);
  const daemon = start(up());
  try {
    const ready = await linesOf(daemon).next();
    expect(ready.value).toMatch(/^ready /);
    const publish = () => run(['--data', data, 'policy', 'publish']);
    const inForce = (await publish()).stdout;
    writeFileSync(path, text.replace('> 10000', '> 20000'));
    expect(await publish()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('a test fails: refunds'),
    });
    writeFileSync(path, text);
    expect(await publish()).toMatchObject({ code: 0, stdout: inForce });
  } finally {
    await stop(daemon);
  }
}, 60_000);
