// SPDX-License-Identifier: Apache-2.0
// The pages on records, payloads and the store say what the code does.
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createTables } from '../../src/adapters/sqlite/schema.ts';
import type { RefusalCode } from '../../src/app/consider.ts';
import { canonicalJson } from '../../src/core/json/canonical.ts';
import { leafHashHex, seal } from '../../src/core/record/envelope.ts';
import { eventShape, parseEvent } from '../../src/core/record/event.ts';
import { openPayload, sealPayload } from '../../src/core/record/payload.ts';

const page = (name: string) =>
  readFileSync(new URL(`../../docs/formats/${name}.md`, import.meta.url), 'utf8');

/** The lines of the last fenced block. */
function example(text: string): readonly string[] {
  return (text.split('```\n').at(-2) ?? '').trimEnd().split('\n');
}

/** The first column of the table under a header. */
function column(text: string, header: string): readonly string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(header) + 2;
  const rows = lines.slice(start, lines.indexOf('', start));
  return rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? row);
}

test('the records of the example seal to the leaves and hashes that stand there', () => {
  const [first = '', firstHash = '', second = '', secondHash = ''] = example(page('record'));
  let prev: string | null = null;
  for (const [seq, leaf, hash] of [
    [0, first, firstHash],
    [1, second, secondHash],
  ] as const) {
    const { body, stream } = JSON.parse(leaf);
    expect(parseEvent(body)).toMatchObject({ ok: true });
    expect(seal(stream, canonicalJson(body), { seq, prev })).toMatchObject({ leaf, leafHash: hash });
    expect(leafHashHex(leaf)).toBe(hash);
    expect(canonicalJson(JSON.parse(leaf))).toBe(leaf);
    prev = hash;
  }
});

test('the page names every event, and no other', () => {
  const types = eventShape.options.map((option) => option.shape.type.value);
  expect([...column(page('record'), '| `type` | says |')].sort()).toEqual([...types].sort());
});

test('the page names every code of a decision, and no other', () => {
  const codes: Readonly<Record<RefusalCode | 'permitted', true>> = {
    permitted: true,
    forbidden: true,
    forbid_errored: true,
    no_permit: true,
    pending_approval: true,
    approval_refused: true,
    approval_limit: true,
    deferred: true,
    deferral_expired: true,
    deferral_cancelled: true,
    deferral_limit: true,
    deferral_gone: true,
    unknown_target: true,
    definition_changed: true,
    invalid_arguments: true,
    unsupported_arguments: true,
    outside_scope: true,
    engine_failed: true,
    policy_not_here: true,
    unsettled_transforms: true,
    budget_exhausted: true,
    unknown_obligation: true,
    opa_denied: true,
    opa_step_up: true,
    opa_deferred: true,
    opa_unreachable: true,
    opa_timeout: true,
    opa_failed: true,
    opa_undefined: true,
    opa_malformed: true,
    opa_stale: true,
    paused: true,
    all_stopped: true,
    quarantined: true,
    tool_revoked: true,
    token_revoked: true,
    unknown_agent: true,
    agent_revoked: true,
    unknown_task: true,
    task_ended: true,
    task_revoked: true,
    task_expired: true,
    unknown_session: true,
    session_revoked: true,
    parent_over: true,
    not_the_callers: true,
  };
  expect([...column(page('record'), '| `code` | means |')].sort()).toEqual(Object.keys(codes).sort());
});

test('the payload of the example seals to what stands there, and opens again', () => {
  const [content = '', digest = '', sealed = ''] = example(page('payload'));
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const random = Uint8Array.from({ length: 28 }, (_, i) => 0x40 + i);
  const made = sealPayload('t-1', key, content, random);
  expect(made.digest).toBe(digest);
  expect(Buffer.from(made.sealed).toString('hex')).toBe(sealed);
  expect(openPayload(digest, key, Buffer.from(sealed, 'hex'))).toEqual({ ok: true, content });
});

test('the page on the store names every table with its columns, in order', () => {
  const db = new DatabaseSync(':memory:');
  createTables(db);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").all();
  const text = page('store');
  for (const { name } of tables) {
    const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(String(name));
    const section = text.slice(text.indexOf(`### \`${name}\``));
    expect(text, `a section on ${name}`).toContain(`### \`${name}\``);
    expect(column(section, '| column | holds |')).toEqual(columns.map((one) => one.name));
  }
  db.close();
});
