// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { events } from '../../../test/draw-events.ts';
import { verifies } from '../../../test/requirements.ts';
import type { Event, EventOf } from '../record/event.ts';
import { createHead } from '../state/head.ts';
import { createOutbox, maxWaiting } from './outbox.ts';
import { toldTypes } from './telling.ts';

const header = { v: 1, at: 1000, node: 'n', tenant: 'default', moves: [], drops: [], reads: {} } as const;
const nothing = createHead();

type Told = EventOf<'messages.published'>['targets'][number];

function target(name: string, wanted: readonly string[] = toldTypes): Told {
  const address = '0'.repeat(32);
  return { name, kind: 'webhook', origin: 'https://h.example', address, events: wanted, shows: 'deed' };
}

function published(...targets: readonly Told[]): Event {
  return { ...header, id: 'e-p', type: 'messages.published', targets, author: 'o', reason: '' };
}

function decided(id: string): Event {
  const digest = `sha256:${'0'.repeat(64)}`;
  return {
    ...{ ...header, id, type: 'approval.decided', approval: 'a-1', verdict: 'approve', person: 'ana' },
    ...{ operator: 'o', policies: [], binding: digest, card: digest, reason: '' },
  };
}

function ended(name: string, of: string): Event {
  const how = { end: 'delivered', attempts: 1 } as const;
  return { ...header, id: `e-${of}`, type: 'message.ended', target: name, of, about: 'a-1', ...how };
}

function after(...all: readonly Event[]) {
  const outbox = createOutbox();
  for (const event of all) outbox.take(event, nothing);
  return (name: string) => outbox.of(name)?.waiting.map(({ id }) => id);
}

test.each<[what: string, all: readonly Event[], want: readonly string[] | undefined]>([
  ['nobody was named', [decided('1')], undefined],
  ['it was named later', [decided('1'), published(target('pager')), decided('2')], ['2']],
  ['in the order of the ledger', [published(target('pager')), decided('1'), decided('2')], ['1', '2']],
  [
    'until it has heard',
    [published(target('pager')), decided('1'), decided('2'), ended('pager', '1')],
    ['2'],
  ],
  ['what another heard is not heard', [published(target('pager')), decided('1'), ended('team', '1')], ['1']],
  ['only what it asked for', [published(target('pager', ['approval.expired'])), decided('1')], []],
  [
    'named again, it loses nothing',
    [published(target('pager')), decided('1'), published(target('pager'), target('team')), decided('2')],
    ['1', '2'],
  ],
  ['named no more, it is told no more', [published(target('pager')), decided('1'), published()], undefined],
  [
    'and what happened meanwhile is not told when it is back',
    [published(target('pager')), decided('1'), published(), decided('2'), published(target('pager'))],
    [],
  ],
])('%s', (_what, all, want) => expect(after(...all)('pager')).toEqual(want));

test('what is far behind loses the oldest, and that is counted', () => {
  const outbox = createOutbox();
  outbox.take(published(target('pager')), nothing);
  for (let i = 0; i < maxWaiting + 3; i++) outbox.take(decided(String(i)), nothing);
  expect(outbox.of('pager')).toMatchObject({ dropped: 3 });
  expect(
    outbox
      .of('pager')
      ?.waiting.map(({ id }) => id)
      .slice(0, 2),
  ).toEqual(['3', '4']);
  expect(outbox.of('pager')?.waiting).toHaveLength(maxWaiting);
});

test('of any history, every event that may be told waits exactly until a record says how telling it ended', () => {
  verifies('messages.arrive');
  fc.assert(
    fc.property(fc.array(events(), { maxLength: 30 }), (history) => {
      const outbox = createOutbox();
      outbox.take(published(target('pager')), nothing);
      const own = history.filter(({ type }) => type !== 'messages.published' && type !== 'message.ended');
      for (const event of own) outbox.take(event, nothing);
      const told = own.filter(({ type }) => toldTypes.includes(type)).map(({ id }) => id);
      expect(outbox.of('pager')?.waiting.map(({ id }) => id)).toEqual(told);
      for (const of of told) outbox.take(ended('pager', of), nothing);
      expect(outbox.of('pager')?.waiting).toEqual([]);
    }),
  );
});
