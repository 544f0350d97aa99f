// SPDX-License-Identifier: Apache-2.0
// Records of builds that marked what was done by other names: what was evidence then stays evidence.
import { expect, test } from 'vitest';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import { nothingRead } from '../core/label/label.ts';
import { type Link, seal } from '../core/record/envelope.ts';
import type { Event } from '../core/record/event.ts';
import { createRecordChecker } from './check-records.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'this build': ['did/agent/a', 'did/any/mail.send', 'did/any/send', 'did/session/s'],
  'by agent and action': ['did/agent/a/mail.send', 'did/any/mail.send', 'did/session/s'],
  'not at all': [],
};

const header = (n: number) => ({ v: 1 as const, id: `r${n}`, at: 1000 + n, node: 'n1', tenant: 'default' });

/** A call that was refused, one that was made and waited for the first, and what came of it. */
function records(did: readonly string[]): readonly Event[] {
  const refused: Event = {
    ...header(0),
    type: 'decision',
    moves: did,
    drops: [],
    reads: {},
    who: { agent: 'a', task: 't', session: 's', tokenId: 'k' },
    chain: ['a'],
    request: {
      method: 'tools/call',
      server: 'mail',
      target: 'send',
      action: 'mail.send',
      class: 'send',
      resource: { type: 'Mail', id: 'm' },
      argsOpaque: false,
    },
    versions: { policy: 'p', catalogue: 'c', fold: 'f', engine: 'e' },
    facts: {},
    verdicts: [],
    lifts: [],
    transforms: [],
    outcome: 'deny',
    code: 'forbidden',
    shadow: false,
    obligations: [],
  };
  const made: Event = {
    ...refused,
    ...header(1),
    moves: ['call/r1', ...did, 'session/s/activity'],
    reads: Object.fromEntries(did.map((name) => [name, 'r0'])),
    outcome: 'allow',
    code: 'permitted',
    open: { reserves: [], worst: nothingRead, releaseWithinMs: 1000 },
  };
  const seen: Event = {
    ...header(2),
    type: 'observation',
    moves: did,
    drops: ['call/r1'],
    reads: { 'call/r1': 'r1' },
    decision: 'r1',
    session: 's',
    status: 'ok',
    label: nothingRead,
    tookMs: 1,
  };
  return [refused, made, seen];
}

function checked(events: readonly Event[]): readonly string[] {
  const checker = createRecordChecker();
  let link: Link = { seq: 0, prev: null };
  return events.map((event, position) => {
    const { leaf, leafHash } = seal('session/s', canonicalJson(event as unknown as JsonObject), link);
    link = { seq: position + 1, prev: leafHash };
    const before = position === 0 ? null : position - 1;
    const found = checker.check({ position, id: event.id, stream: 'session/s', before, leaf, leafHash });
    return found.ok ? 'ok' : found.code;
  });
}

test.each(Object.entries(names))('marks of %s are what the events change', (_build, did) => {
  expect(checked(records(did))).toEqual(['ok', 'ok', 'ok']);
});

test.each<[what: string, change: (events: readonly Event[]) => readonly Event[], found: string]>([
  [
    'a mark of another agent',
    (all) => all.map((one) => ({ ...one, moves: [...one.moves.slice(0, -1), 'did/session/x'] })),
    'fold',
  ],
  [
    'a mark that was read as it never stood',
    ([first, second, third]) =>
      [first, { ...second, reads: { 'did/agent/a/mail.send': 'r9' } }, third] as readonly Event[],
    'reads',
  ],
])('%s is found', (_what, change, found) => {
  expect(checked(change(records(names['by agent and action'] ?? [])))).toContain(found);
});
