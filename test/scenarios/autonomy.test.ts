// SPDX-License-Identifier: Apache-2.0
// With the baseline pack in front of a real server: three failed retries lower an agent, its next write asks, and only a person raises it.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RawClient, rawClient } from '../kill/raw-client.ts';
import { verifies } from '../requirements.ts';
import { type DaemonProcess, runDaemon } from './daemon-process.fixture.ts';

const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'cs-autonomy-'));
let daemon: DaemonProcess;

beforeAll(async () => {
  const [policies, catalogue] = [join(dir, 'policies'), join(dir, 'catalogue')];
  mkdirSync(policies);
  mkdirSync(catalogue);
  cpSync(join(root, 'policies/baseline'), policies, { recursive: true });
  // What is about first uses and about what nobody asked for is not what this is about.
  for (const name of ['25-origins', '60-hours']) {
    rmSync(join(policies, `${name}.cedar`));
    rmSync(join(policies, `${name}_test.yaml`));
  }
  rmSync(join(policies, 'tests'), { recursive: true });
  for (const name of ['10-may', '20-never', '30-ask', '40-again', '50-autonomy', '70-stale', '80-results'])
    rmSync(join(policies, `${name}_test.yaml`));
  writeFileSync(
    join(catalogue, 'desk.yaml'),
    `server: desk
tools:
  save: { class: write, reversible: true }
  other: { class: write, reversible: true }
  look: { class: read }
`,
  );
  daemon = await runDaemon({
    mcpServers: {
      desk: { command: process.execPath, args: [join(import.meta.dirname, 'failing-server.ts')] },
    },
    from: { policies, catalogue },
  });
  await daemon.accept('desk');
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

async function called(client: RawClient, name: string, args: { readonly fail?: boolean } = {}) {
  const { body } = await client.callTool(`desk__${name}`, args);
  const text = JSON.stringify(body.result?.content ?? body.error);
  return body.result?.isError === true && /decision d-/.test(text) ? text : 'done';
}

const state = async () =>
  (await daemon.events('type=autonomy.set')).map(({ level, rule, author }) => [level, rule ?? author]);

test('demoted after three failed retries, it asks before its next write, whatever the tool and the session', async () => {
  verifies('autonomy.lowered');
  const prompt = 'Save the note.';
  const pass = await daemon.task({ agent: 'clerk', type: 'office', prompt });
  const client = rawClient(daemon.url, pass.token, 2);
  expect(await called(client, 'save')).toBe('done');
  expect(await called(client, 'other')).toBe('done');
  for (let i = 0; i < 3; i++) expect(await called(client, 'save', { fail: true })).toBe('done');
  expect(await state()).toEqual([]);
  expect(await called(client, 'save')).toMatch(/baseline\.retries-change/);
  expect(await state()).toEqual([['supervised', 'baseline.retries-change']]);
  // Another tool, that never failed; and another session under another task.
  expect(await called(client, 'other')).toMatch(/You work supervised.*baseline\.supervised/);
  const again = await daemon.task({ agent: 'clerk', autonomy: 'full', type: 'office', prompt });
  const later = rawClient(daemon.url, again.token, 2);
  expect(await called(later, 'other')).toMatch(/baseline\.supervised/);
  expect(await called(later, 'look')).toBe('done');

  verifies('autonomy.raised-by-people');
  expect((await daemon.cli('autonomy', 'clerk', 'semi')).code).toBe(1);
  expect(await daemon.cli('autonomy', 'clerk', 'semi', '--reason', 'the disk was full')).toMatchObject({
    code: 0,
  });
  expect(await called(later, 'other')).toBe('done');
  // What failed is not forgotten: the tool itself still asks, and lowers again.
  expect(await called(later, 'save')).toMatch(/baseline\.retries-change/);
  expect(await called(later, 'other')).toMatch(/baseline\.supervised/);
  expect(await state()).toHaveLength(3);
  for (const one of [client, later]) one.close();
});
