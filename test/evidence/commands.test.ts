// SPDX-License-Identifier: Apache-2.0
// The commands for reading and proving, as processes, over a directory that a daemon left behind.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/core/request/proposal.ts';
import { type DataDir, openDataDir, verifierKey, workDay } from './data-dir.fixture.ts';
import { run } from './process.fixture.ts';

const starterDir = join(import.meta.dirname, '../../policies');

let data: DataDir;
let caller: Caller;
let elsewhere: string;

beforeAll(async () => {
  data = await openDataDir();
  caller = await workDay(data);
  await data.close();
  elsewhere = mkdtempSync(join(tmpdir(), 'cs-elsewhere-'));
});
afterAll(() => {
  data.remove();
  rmSync(elsewhere, { recursive: true, force: true });
});

const at = (...args: readonly string[]) => run([...args, '--data', data.dir]);
const json = async (...args: readonly string[]) =>
  (await at(...args, '--json')).stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('log', () => {
  test('prints one line for each event, without colours where nobody looks', async () => {
    const all = await json('log');
    const { stdout, stderr, code } = await at('log');
    expect(code).toBe(0);
    expect(stderr).toContain('no daemon runs');
    expect(stdout.trimEnd().split('\n')).toHaveLength(all.length);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/mail\/send_mail +deny +forbidden +starter\.no-way-out +d-/);
    expect(stdout).toMatch(/crm\/get_ticket +ok +1\.234 ms/);
    expect(all.map(({ position }) => position)).toEqual(all.map((_, i) => i));
    expect(all[0]).toMatchObject({ schemaVersion: 1, leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test.each<[flags: string[], holds: (event: Record<string, never>) => boolean, count: number]>([
    [['--type', 'revoked'], (event) => event.type === 'revoked', 1],
    [['--outcome', 'step_up'], (event) => event.outcome === 'step_up', 1],
    [['--policy', 'starter.no-way-out'], (event) => event.type === 'decision', 2],
    [['--tool', 'mail/send_mail'], (event) => event.type === 'decision', 1],
    [['--tool', 'send_mail', '--outcome', 'allow'], () => false, 0],
    [['--agent', 'other-bot', '--type', 'decision'], (event) => event.outcome !== 'step_up', 3],
    [['--since', '1h', '-n', '2'], () => true, 2],
    [['--since', '2199-01-01'], () => false, 0],
    [['--type', 'decision', '--last', '3'], (event) => event.type === 'decision', 3],
  ])('%j', async (flags, holds, count) => {
    const lines = await json('log', ...flags);
    expect(lines).toHaveLength(count);
    expect(lines.every(({ event }) => holds(event))).toBe(true);
  });

  test('the last ones are the newest ones, in order', async () => {
    const all = await json('log', '--session', caller.session);
    expect(await json('log', '--session', caller.session, '-n', '4')).toEqual(all.slice(-4));
  });

  test.each([
    ['--since', 'yesterday', '--since'],
    ['--last', 'many', '-n'],
  ])('%s %s is refused', async (flag, value, told) => {
    const { code, stderr } = await at('log', flag, value);
    expect(code).toBe(1);
    expect(stderr).toContain(`${told} \`${value}\``);
  });
});

describe('verify', () => {
  const inCopy = async (sql: string, ...args: readonly string[]) => {
    const dir = mkdtempSync(join(tmpdir(), 'cs-copy-'));
    try {
      copyFileSync(data.file, join(dir, 'ledger.sqlite'));
      copyFileSync(join(data.dir, 'log.pub'), join(dir, 'log.pub'));
      copyFileSync(join(data.dir, 'master.key'), join(dir, 'master.key'));
      const db = new DatabaseSync(join(dir, 'ledger.sqlite'));
      db.exec(sql);
      db.close();
      return await run(['verify', ...args, '--data', dir]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };

  test('without a head: ok, and in plain words what it cannot know', async () => {
    const { code, stdout } = await at('verify');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok: \d+ records/);
    expect(stdout).toContain('what this cannot know:');
    expect(stdout).toContain('cut off at the end together with the heads');
    expect(stdout).toContain('written anew and signed with the same key');
    expect(stdout).toContain('it was read from beside the store');
  });

  test('with a head that `head` printed, by file or by standard input', async () => {
    const head = await at('head');
    expect(head.code).toBe(0);
    const file = join(elsewhere, 'head');
    writeFileSync(file, head.stdout);
    for (const kept of [
      await at('verify', '--head', file),
      await run(['verify', '--head', '-', '--data', data.dir], head.stdout),
    ]) {
      expect(kept.code).toBe(0);
      expect(kept.stdout).toContain('the kept head fits');
      expect(kept.stdout).not.toContain('cut off at the end together');
    }
    const cut = 'DELETE FROM record WHERE position > 9; DELETE FROM tree_hash; DELETE FROM checkpoint;';
    const found = await inCopy(cut, '--head', file);
    expect(found.code).toBe(2);
    expect(found.stdout).toContain('different: record 10: the kept head covers');
    expect((await inCopy(cut)).code).toBe(0);
  });

  test('a difference: exit 2 and the record', async () => {
    const edit =
      "UPDATE record SET leaf = replace(leaf, 'refund', 'refunD') WHERE leaf LIKE '%\"action\":\"refund\"%'";
    const { code, stdout } = await inCopy(edit);
    expect(code).toBe(2);
    const { position } = (await json('log', '--outcome', 'step_up'))[0];
    expect(stdout).toContain(`different: record ${position}: its bytes are not the ones its hash is of`);
    const asJson = await inCopy(edit, '--json');
    expect(asJson.code).toBe(2);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      schemaVersion: 1,
      ok: false,
      differences: [{ code: 'edited', position }, { code: 'tree_differs' }, { code: 'head_differs' }],
    });
  });

  test('contents beside the records are compared where asked', async () => {
    const whole = await at('verify', '--payloads');
    expect(whole.code).toBe(0);
    expect(whole.stdout).toMatch(/[1-9]\d* contents are the ones recorded, 0 were erased/);
    const third = 'position = (SELECT position FROM payload LIMIT 1 OFFSET 2)';
    const flipped = `UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE ${third}`;
    expect((await inCopy(flipped)).code).toBe(0);
    expect(await inCopy(flipped, '--payloads')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('is not what the record names'),
    });
    expect((await inCopy(`DELETE FROM payload WHERE ${third}`, '--payloads')).stdout).toContain(
      'is not there',
    );
    const swapped =
      'UPDATE payload SET position = (SELECT max(position) FROM record) WHERE position = (SELECT min(position) FROM payload)';
    expect((await inCopy(swapped, '--payloads')).code).toBe(2);
    const erased = await inCopy(`DELETE FROM task_key WHERE task = '${caller.task}'`, '--payloads');
    expect(erased.code).toBe(0);
    expect(erased.stdout).toMatch(/[1-9]\d* were erased/);
  });

  test.each<[what: string, sql: string]>([
    ['another database', 'PRAGMA application_id = 1'],
    ['a later version', 'PRAGMA user_version = 99'],
  ])('%s cannot be read: exit 4', async (_what, sql) => {
    const { code, stderr } = await inCopy(sql);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^countersign: the (file|store)/);
  });

  test('no store and no key: exit 4, and nothing is made', async () => {
    for (const command of ['verify', 'head']) {
      const { code, stderr } = await run([command, '--data', elsewhere, '--key', verifierKey]);
      expect(code).toBe(4);
      expect(stderr).toContain('there is no store');
    }
    const { code, stderr } = await run(['verify', '--data', elsewhere]);
    expect(code).toBe(4);
    expect(stderr).toContain('log.pub');
  });

  test('a head of another log is refused', async () => {
    const head = (await at('head')).stdout.replaceAll('countersign/test', 'another/log');
    expect((await run(['verify', '--head', '-', '--data', data.dir], head)).code).toBe(2);
    expect((await run(['verify', '--head', '-', '--data', data.dir], 'hello')).code).toBe(4);
  });
});

describe('receipt', () => {
  test('is proved offline with the key alone, and only for this record', async () => {
    const { event } = (await json('log', '--outcome', 'step_up'))[0];
    const file = join(elsewhere, 'one.tlog-proof');
    expect((await at('receipt', event.id.slice(0, -4), '--out', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra /);
    const check = (path: string, ...more: readonly string[]) =>
      run(['verify', '--receipt', path, '--key', verifierKey, '--data', elsewhere, ...more]);

    const proved = await check(file);
    expect(proved.code).toBe(0);
    expect(proved.stdout).toContain(`${event.id} at`);
    expect(proved.stdout).toContain('step_up (pending_approval) crm/refund');
    expect(proved.stderr).toContain('not that the record is true');
    expect(JSON.parse((await check(file, '--json')).stdout)).toMatchObject({ ok: true });

    const other = join(elsewhere, 'other.json');
    writeFileSync(other, '{"body":{}}');
    expect(await check(file, '--record', other)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another record'),
    });
    const [first, extra, index, ...rest] = readFileSync(file, 'utf8').split('\n');
    const forged = join(elsewhere, 'forged.tlog-proof');
    const record = Buffer.from(extra?.slice('extra '.length) ?? '', 'base64').toString();
    const lie = Buffer.from(record.replace('step_up', 'allow')).toString('base64');
    writeFileSync(forged, [first, `extra ${lie}`, index, ...rest].join('\n'));
    expect((await check(forged)).code).toBe(2);
    writeFileSync(forged, 'no receipt');
    expect((await check(forged)).code).toBe(4);
  });

  test('of an unknown record is none', async () => {
    expect(await at('receipt', 'd-nothing')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('explain', () => {
  test('takes the beginning of an id, if it is enough', async () => {
    const { event } = (await json('log', '--policy', 'starter.no-way-out', '--last', '1'))[0];
    const { code, stdout } = await at('explain', event.id.slice(0, 20));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^deny {2}forbidden: /);
    expect(stdout).toContain('nothing at run time, only a change of the policy: `starter.no-way-out`');
    expect(stdout).toContain('context.session.labels.level >= 2 && context.session.labels.untrusted');
    expect(stdout).not.toContain('\u001b');
    const [explanation] = await json('explain', event.id);
    expect(explanation).toMatchObject({
      schemaVersion: 1,
      id: event.id,
      sources: 'published',
      request: { args: { to: 'a@example.com', subject: 's', body: 'b' } },
    });
  });

  test.each([
    ['d-', 'several records start with'],
    ['d-0000', 'there is no record'],
    ["d-' OR 1=1 --", 'there is no record'],
    ['%', 'there is no record'],
  ])('`%s`: exit 1 and one clear line', async (id, told) => {
    const { code, stdout, stderr } = await at('explain', id);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(told);
  });

  test('what is no decision is said to be none; an observation leads to its own', async () => {
    const { event } = (await json('log', '--type', 'revoked'))[0];
    expect(await at('explain', event.id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is a `revoked` and not a decision'),
    });
    const { event: seen } = (await json('log', '--type', 'observation', '--last', '1'))[0];
    expect((await json('explain', seen.id))[0]).toMatchObject({ id: seen.decision });
  });
});

describe('policy plan', () => {
  const plan = (dir: string, ...more: readonly string[]) => at('policy', 'plan', dir, ...more);
  const policies = (text: string) => {
    const dir = mkdtempSync(join(elsewhere, 'policies-'));
    writeFileSync(join(dir, 'a.cedar'), text);
    return dir;
  };

  test('with the policies that decided nothing changes', async () => {
    const { code, stdout } = await plan(starterDir);
    expect(stdout).toMatch(/\d+ decided again, \d+ the same/);
    expect(code).toBe(0);
  });

  test('with others, what is newly allowed comes first, and the exit code says that something changes', async () => {
    const everything = policies(
      '@id("everything") @reason("all of it") permit (principal is Agent, action, resource);',
    );
    const { code, stdout } = await plan(everything);
    expect(code).toBe(2);
    expect(stdout.split('\n')[0]).toMatch(/^newly allowed, though nobody asked for it yet: /);
    expect(stdout).toMatch(/^newly allowed: [1-9]/m);
    expect(stdout).toContain('starter.no-way-out');
    expect(stdout).toContain('mail/send_mail');
    const printed = JSON.parse((await plan(everything, '--json')).stdout);
    expect(printed).toMatchObject({ schemaVersion: 1, changes: [{ kind: 'newly_allowed' }, {}] });
    expect(printed.neverAsked[0]).toMatchObject({ after: { outcome: 'allow', policies: ['everything'] } });
  });

  test.each([
    [
      'that do not fit the catalogue',
      () => policies('permit (principal, action == Action::"no.such", resource);'),
      3,
      /a\.cedar:1/,
    ],
    ['that are not there', () => join(elsewhere, 'nowhere'), 1, /there is no directory/],
  ])('policies %s are refused', async (_what, dir, code, told) => {
    const refused = await plan(dir());
    expect(refused.code).toBe(code);
    expect(refused.stderr).toMatch(told);
  });

  test('a time that is none is refused', async () => {
    expect(await plan(starterDir, '--since', 'soon')).toMatchObject({ code: 1 });
  });
});
