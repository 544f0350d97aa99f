// SPDX-License-Identifier: Apache-2.0
// The cases of the field are what docs/field.md says: each has its files, its rules come into force without a word,
// and its suites notice the loss of any of them. What they do in front of their servers: test/scenarios/field.
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadTemplates } from '../../src/adapters/task-files/load.ts';
import { shareOf } from '../../src/app/coverage.ts';
import { checkPolicies } from '../../src/main/check.ts';
import { loadPrograms } from '../../src/main/programs.ts';
import { testPolicies } from '../../src/main/rehearse.ts';

const programs = await loadPrograms();
const root = join(import.meta.dirname, '../..');
const demo = join(root, 'examples/demo/catalogue');
const cases = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-field-policies-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A policy with what stands before it, by its id. */
function policiesIn(text: string): readonly { readonly id: string; readonly text: string }[] {
  return text
    .split(/^(?=@id\()/m)
    .slice(1)
    .map((each) => ({
      id: /^@id\("([^"]+)"\)/.exec(each)?.[1] ?? '',
      text: each.replace(/\n\/\/.*$/s, '\n'),
    }));
}

describe.each(cases)('%s', (name) => {
  const own = join(import.meta.dirname, name);
  const policyDir = join(own, 'policies');
  const file = join(policyDir, `${name}.cedar`);
  const text = readFileSync(file, 'utf8');
  const catalogueDir = existsSync(join(own, 'catalogue')) ? join(own, 'catalogue') : demo;
  const rehearsed = (policies: string) => {
    const run = testPolicies(
      { policyDir: policies, catalogueDir, mode: 'enforce', programs },
      { coverage: true },
    );
    if (!run.ok) throw new Error(JSON.stringify(run.problems));
    return run;
  };

  test('its policies fit its catalogue without a word, and each says whose it is, what for and why', () => {
    const signals = join(own, 'signals.yaml');
    const checked = checkPolicies(
      policyDir,
      catalogueDir,
      existsSync(signals) ? { COUNTERSIGN_SIGNALS: signals } : {},
    );
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    expect(checked.warnings).toEqual([]);
    const policies = policiesIn(text);
    expect(policies.length).toBeGreaterThan(2);
    for (const { text: each, id } of policies)
      for (const annotation of ['@owner("', '@control("', '@reason("'])
        expect([id, each]).toEqual([id, expect.stringContaining(annotation)]);
  });

  test('its suite passes, and has seen every clause hold and fail', () => {
    const { results, coverage = [] } = rehearsed(policyDir);
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    const { seen, of } = shareOf(coverage);
    expect([name, seen]).toEqual([name, of]);
  });

  test.each(policiesIn(text))('its suite misses $id', ({ text: policy }) => {
    cpSync(policyDir, dir, { recursive: true });
    writeFileSync(join(dir, `${name}.cedar`), text.replace(policy, ''));
    expect(rehearsed(dir).results.flatMap(({ failures }) => failures)).not.toEqual([]);
  });

  test('its servers and templates are there', () => {
    if (existsSync(join(own, 'mcp.json'))) {
      const { mcpServers } = JSON.parse(readFileSync(join(own, 'mcp.json'), 'utf8'));
      const locked = globSync('catalogue/*.lock.json', { cwd: own }).map(
        (lock) => /([^/]+)\.lock\.json$/.exec(lock)?.[1],
      );
      expect(Object.keys(mcpServers).sort()).toEqual(locked.sort());
      for (const { args } of Object.values<{ args: readonly string[] }>(mcpServers))
        expect(existsSync(join(root, args[0] ?? ''))).toBe(true);
    } else expect(catalogueDir).toBe(demo);
    if (existsSync(join(own, 'tasks'))) expect(loadTemplates(join(own, 'tasks'))).toMatchObject({ ok: true });
  });

  test('is in docs/field.md with its policies and its test', () => {
    const page = readFileSync(join(root, 'docs/field.md'), 'utf8');
    expect(page).toContain(`examples/field/${name}/policies/${name}.cedar`);
    expect(page).toContain(`test/scenarios/field/${name}.test.ts`);
  });
});

test('whatever docs/field.md leads to is there', () => {
  const page = readFileSync(join(root, 'docs/field.md'), 'utf8');
  const led = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, to]) => to ?? '');
  expect(led.length).toBeGreaterThan(3);
  for (const to of led) expect([to, existsSync(join(root, 'docs', to))]).toEqual([to, true]);
});
