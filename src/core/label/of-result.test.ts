// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FieldLabel } from '../catalogue/entry.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { flowsTo, join, type Label, nothingRead } from './label.ts';
import { labelOf, worstOf } from './of-result.ts';

const at = (level: Label['level'], ...categories: readonly string[]): Label => ({
  ...nothingRead,
  level,
  categories,
});
const whole = at('internal');
const ssn = at('restricted', 'pii');
const body: Label = { ...whole, integrity: 'untrusted', sources: ['mail/read'] };
const name = at('public');
const field = (path: string, label: Label): FieldLabel => ({ path: path.split('/').slice(1), label });
const entry = {
  result: whole,
  fields: [field('/items/*/ssn', ssn), field('/items/*/body', body), field('/items/*/name', name)],
};
const worst = join(ssn, body);

const text = (...texts: readonly string[]): JsonObject => ({
  content: texts.map((one) => ({ type: 'text', text: one })),
});
const both = (structured: JsonValue, shown: string): JsonObject => ({
  ...text(shown),
  structuredContent: structured,
});
const json = (value: JsonValue) => text(JSON.stringify(value));
const item = (more: JsonObject): JsonValue => ({ items: [{ id: 1 }, more] });

describe('the label of a result', () => {
  test.each<[rule: string, content: JsonObject, want: Label]>([
    ['has nothing of a field that is not in it', json(item({})), whole],
    ['has that of each field that is', json(item({ ssn: '1' })), join(whole, ssn)],
    ['has it in structured content, too', both(item({ ssn: '1' }), '{"items":[]}'), join(whole, ssn)],
    [
      'has it in the text beside structured content',
      both({ items: [] }, JSON.stringify(item({ ssn: '1' }))),
      join(whole, ssn),
    ],
    ['has it in YAML', text('items:\n- id: 1\n  body: hello there\n'), body],
    ['is milder where all that is in it is named so', json({ items: [{ name: 'Ann' }] }), name],
    ['takes a field that is empty for one that is there', json(item({ ssn: null })), join(whole, ssn)],
    ['takes what is in a field for the field', json(item({ ssn: { a: [1] } })), join(whole, ssn)],
    ['is that of the whole for what nobody named', json({ other: 1 }), whole],
    ['is that of the whole where it is empty', { content: [] }, whole],
    [
      'is that of the whole for members beside the content',
      { ...json({ items: [{ name: 'A' }] }), _meta: { a: 1 } },
      whole,
    ],
    ['is the worst for prose', text('hello'), worst],
    ['is the worst for prose beside what can be read', text('{"items":[]}', 'hello'), worst],
    ['is the worst for a structure with something behind it', text('{"items":[]} and more'), worst],
    ['is the worst for a member that stands twice', text('{"items":[],"items":[{"ssn":"1"}]}'), worst],
    [
      'is the worst for an image',
      { content: [{ type: 'image', data: 'AA==', mimeType: 'image/png' }] },
      worst,
    ],
    ['is the worst for an error of the tool', { ...json({ items: [] }), isError: true }, worst],
    ['is the worst for an error of the protocol', { error: { code: 1, message: 'no' } }, worst],
    ['is the worst for content that is no list', { content: 'hello' }, worst],
    ['is the worst for what is no result of a tool', { items: [] }, worst],
  ])('%s', (_rule, content, want) => expect(labelOf(entry, content)).toEqual(want));

  test('without named fields is that of the whole', () => {
    expect(labelOf({ result: whole }, text('hello'))).toBe(whole);
    expect(labelOf({ result: whole, fields: [] }, text('hello'))).toBe(whole);
  });

  test.each<[rule: string, fields: readonly FieldLabel[], want: Label]>([
    ['a deeper field is named for itself', [field('/a', ssn), field('/a/b', name)], name],
    ['of two that fit both count', [field('/*/b', name), field('/a/*', body)], body],
    ['what is in a named field is', [field('/a', name)], name],
    ['a field that is not there names nothing', [field('/b', name)], whole],
    ['a number names an item', [field('/a/0', name)], whole],
  ])('%s', (_rule, fields, want) =>
    expect(labelOf({ result: whole, fields }, json({ a: { b: 1 } }))).toEqual(want),
  );

  test('is the worst where there is more than can be looked at', () => {
    const many = Array.from({ length: 200_001 }, () => 1);
    expect(labelOf(entry, { structuredContent: { many } })).toEqual(worst);
  });

  // A name for an item as well, so that fields nest.
  const tree = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<JsonValue>(null, 1, 'text'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('items', 'ssn', 'body', 'name', '0'), tie('value'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  })).value;
  const content = tree.map((structuredContent): JsonObject => ({ structuredContent }));

  test('is never more than the worst, and that of parts never more than that of all', () =>
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const of = (value: JsonValue) => labelOf(entry, { structuredContent: { items: value } });
        expect(flowsTo(of(a), worstOf(entry))).toBe(true);
        expect(flowsTo(of([a]), of([a, b]))).toBe(true);
      }),
    ));

  test('does not depend on the order of members', () =>
    fc.assert(
      fc.property(content, (one) => {
        const turned = JSON.parse(
          JSON.stringify(one, (_key, value) =>
            value !== null && typeof value === 'object' && !Array.isArray(value)
              ? Object.fromEntries(Object.entries(value).reverse())
              : value,
          ),
        );
        expect(labelOf(entry, turned)).toEqual(labelOf(entry, one));
      }),
    ));
});
