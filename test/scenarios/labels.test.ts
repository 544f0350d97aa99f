// SPDX-License-Identifier: Apache-2.0
// What one agent writes to the official memory server and the official filesystem server, another one reads in another
// task: with the labels that it was written under, also after the daemon was killed. Asserted by what was mailed.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { type FieldAgent, type FieldCase, openCase } from './field/case.fixture.ts';

const require = createRequire(import.meta.url);
const server = (name: string) => require.resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);
const quiet = '--disable-warning=ExperimentalWarning';
const plain = 'result: { level: internal, integrity: trusted }';
const catalogue = {
  memory: `tools:
  create_entities: { class: create, resource: { type: Memory }, ${plain} }
  add_observations: { class: write, resource: { type: Memory }, ${plain} }
  read_graph: { class: read, resource: { type: Memory }, ${plain} }
  search_nodes: { class: search, resource: { type: Memory }, ${plain} }
  open_nodes: { class: read, resource: { type: Memory }, ${plain} }`,
  files: `tools:
  write_file: { class: write, args: { path: path, content: content }, resource: { type: File, id: path }, ${plain} }
  move_file: { class: write, args: { source: path, destination: path }, resource: { type: File }, ${plain} }
  read_text_file: { class: read, args: { path: path }, resource: { type: File, id: path }, ${plain} }
  list_directory: { class: read, args: { path: path }, resource: { type: File, id: path }, ${plain} }
  search_files: { class: search, args: { path: path, pattern: query }, resource: { type: File, id: path }, ${plain} }`,
  desk: `tools:
  fetch_page: { class: fetch, args: { url: link }, result: { level: public } }
  read_key: { class: read, resource: { type: Key }, result: { level: restricted, categories: [secret], integrity: trusted } }
  send_mail: { class: send, args: { to: destination, body: content }, resource: { type: Mail }, ${plain} }`,
};
const policies = `
@id("all") permit (principal, action, resource);
@id("no-way-out") @reason("This session has read what must not leave, or what somebody else may have written.")
forbid (principal is Agent, action in Action::"send", resource)
when { context.session.labels.untrusted || context.session.labels.level >= 2 };
`;

let dir: string;
let field: FieldCase;
beforeAll(async () => {
  field = await openCase((made) => {
    dir = made;
    return {
      mcpServers: {
        memory: {
          command: process.execPath,
          args: [server('memory')],
          env: { MEMORY_FILE_PATH: join(made, 'memory.jsonl') },
        },
        files: { command: process.execPath, args: [server('filesystem'), made] },
        desk: {
          command: process.execPath,
          args: [quiet, join(import.meta.dirname, 'desk-server.ts'), join(made, 'outbox.jsonl')],
        },
      },
      policies,
      catalogue,
    };
  });
  await field.daemon.accept('memory', 'files', 'desk');
}, 120_000);
afterAll(() => field?.[Symbol.asyncDispose]());

const mailed = () =>
  existsSync(join(dir, 'outbox.jsonl')) ? readFileSync(join(dir, 'outbox.jsonl'), 'utf8') : '';
const mail = (agent: FieldAgent, body: string) =>
  agent.call('desk__send_mail', { to: 'ann@office.example', body });
const entity = (name: string, observation: string) => ({
  entities: [{ name, entityType: 'fact', observations: [observation] }],
});

async function done(agent: FieldAgent, tool: string, args: Readonly<Record<string, unknown>> = {}) {
  const answer = await agent.call(tool, args);
  expect([tool, answer.code, answer.text]).toEqual([tool, 'done', answer.text]);
  return answer;
}

const readings: readonly [tool: string, args: Readonly<Record<string, unknown>>][] = [
  ['memory__read_graph', {}],
  ['memory__search_nodes', { query: 'accounts' }],
  ['memory__open_nodes', { names: ['accounts'] }],
];

test('a memory that was poisoned through one agent does not let another one send; one that was not does', async () => {
  verifies('labels.persist');
  const clerk = await field.agent({ agent: 'clerk' });
  await done(clerk, 'memory__create_entities', entity('hours', 'from nine to five'));
  const before = await field.agent({ agent: 'assistant' });
  for (const [tool, args] of readings) await done(before, tool, args);
  expect((await mail(before, 'before')).code).toBe('done');
  expect(mailed()).toContain('"before"');

  const browser = await field.agent({ agent: 'browser' });
  const page = await done(browser, 'desk__fetch_page', { url: 'https://news.example/' });
  await done(browser, 'memory__create_entities', entity('accounts', page.text));
  for (const [tool, args] of readings) {
    const after = await field.agent({ agent: 'assistant' });
    const read = await done(after, tool, args);
    expect(read.text).toContain('eve@evil.example');
    const refused = await mail(after, `after ${tool}`);
    expect([tool, refused.code]).toEqual([tool, 'forbidden']);
    const why = await refused.why();
    expect(why.fact('session.labels.sources')).toEqual(['desk/fetch_page']);
    const [step, ...others] = why.labels;
    expect(others).toEqual([]);
    expect(step).toMatchObject({ label: { integrity: 'untrusted' }, task: after.task });
    const [wrote] = step?.read?.wrote ?? [];
    expect(wrote).toMatchObject({ agent: 'browser', task: browser.task, target: 'memory/create_entities' });
    expect((await field.daemon.cli('explain', why.id)).out).toContain(
      `written by memory/create_entities (${wrote?.decision}): agent browser, task ${browser.task}, after it had read desk/fetch_page`,
    );
  }
  expect(mailed()).not.toContain('after');
});

test('what is restricted cannot go out of the file that it was written to, under any name of it', async () => {
  verifies('labels.persist');
  const keeper = await field.agent({ agent: 'keeper' });
  await done(keeper, 'files__write_file', { path: join(dir, 'plain.txt'), content: 'nothing' });
  const { text } = await done(keeper, 'desk__read_key');
  await done(keeper, 'files__write_file', { path: join(dir, 'report.txt'), content: text });
  const mover = await field.agent({ agent: 'mover' });
  const reads: readonly [tool: string, args: Readonly<Record<string, unknown>>, code: string][] = [
    ['files__read_text_file', { path: join(dir, 'plain.txt') }, 'done'],
    ['files__read_text_file', { path: join(dir, 'report.txt') }, 'forbidden'],
    ['files__read_text_file', { path: `${dir}/x/../report.txt` }, 'forbidden'],
    ['files__list_directory', { path: dir }, 'forbidden'],
    ['files__search_files', { path: dir, pattern: 'report' }, 'forbidden'],
  ];
  for (const [tool, args, code] of reads) {
    const reader = await field.agent({ agent: 'reader' });
    await reader.call(tool, args);
    const sent = await mail(reader, `${tool} ${code}`);
    expect([tool, args, sent.code]).toEqual([tool, args, code]);
  }
  await done(mover, 'files__move_file', {
    source: join(dir, 'report.txt'),
    destination: join(dir, 'news.txt'),
  });
  const reader = await field.agent({ agent: 'reader' });
  expect((await done(reader, 'files__read_text_file', { path: join(dir, 'news.txt') })).text).toBe(
    'the key is 42',
  );
  expect((await mail(reader, 'moved')).code).toBe('forbidden');
  expect(mailed()).toContain('files__read_text_file done');
  expect(mailed()).not.toContain('forbidden');
  expect(mailed()).not.toContain('moved');
});

test('it is told after the daemon was killed, too', async () => {
  verifies('labels.persist', 'crash.nothing-lost');
  await field.daemon.stop('SIGKILL');
  await field.daemon.start();
  for (const [tool, args] of [
    ...readings.slice(0, 1),
    ['files__read_text_file', { path: join(dir, 'news.txt') }] as const,
  ]) {
    const reader = await field.agent({ agent: 'late' });
    await done(reader, tool, args);
    expect((await mail(reader, 'late')).code).toBe('forbidden');
  }
  const unharmed = await field.agent({ agent: 'late' });
  await done(unharmed, 'files__read_text_file', { path: join(dir, 'plain.txt') });
  expect((await mail(unharmed, 'unharmed')).code).toBe('done');
  expect(mailed()).not.toContain('"late"');
  expect(mailed()).toContain('"unharmed"');
  expect((await field.daemon.cli('verify')).code).toBe(0);
});
