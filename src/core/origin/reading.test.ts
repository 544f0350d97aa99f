// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKnowledge, knowledgeBounds } from './knowledge.ts';
import { freshReading, type Reading, rememberedReading } from './reading.ts';

const texts = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom(
    'A note for ann@example.com, about 12.50.',
    '- id: 1\n  title: One\n- id: 2\n  title: Two',
    '[{"id":"7","from":"tom@example.com","body":"See https://x.example/a"}]',
    '{"balance": 12, "owner": "Emma Stone"}',
  ),
);

function told(reading: Reading, texts_: readonly string[]) {
  const knowledge = createKnowledge(knowledgeBounds, reading);
  knowledge.ask('Send what the note says to tom@example.com.');
  for (const [i, text] of texts_.entries())
    knowledge.tell(
      { source: 'a/b', class: 'read', holds: 'records', trusted: false, id: `o-${i}` },
      { path: `${i}` },
      reading.read(text),
      text,
    );
  return knowledge.told.map((one) => ({
    ...one,
    grades: one.things.map((thing) => knowledge.grade(one, thing)),
    found: one.things.flatMap(({ leaves }) => leaves.map(({ typed }) => knowledge.find(typed).length)),
    orders: one.things.flatMap(({ leaves }) => leaves.map((leaf) => knowledge.order(leaf))),
  }));
}

test('what is remembered is what would be read anew, however often it comes and whatever was forgotten', () =>
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 8 }), fc.constantFrom(0, 40, 1 << 20), (some, maxLength) => {
      const remembered = rememberedReading(maxLength);
      const twice = [...some, ...some];
      expect(told(remembered, twice)).toEqual(told(freshReading, twice));
      expect(told(remembered, some)).toEqual(told(freshReading, some));
    }),
  ));

test('two results that read alike are two: what one is worth says nothing of the other', () => {
  const reading = rememberedReading(1 << 20);
  const text = '{"id": "7", "title": "Party"}';
  const [one] = reading.apart(reading.read(text), text);
  const [other] = reading.apart(reading.read(text), text);
  expect(one).toEqual(other);
  expect(one).not.toBe(other);
});
