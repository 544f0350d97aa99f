// SPDX-License-Identifier: Apache-2.0
// What programs write is read as they meant it; what is only like it is prose. Held against the yaml library.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { JsonValue } from '../json/value.ts';
import { maxStructured, readResult } from './read-result.ts';

test.each<[name: string, text: string, read: JsonValue]>([
  ['JSON', '{"a": [1, "x\\n\\u00e9", null, true]}', { a: [1, 'x\né', null, true] }],
  [
    'a dictionary of Python',
    "{'message': \"it's sent\", 'n': -1.5, 'ok': True, 'who': None, 't': ('a', 1)}",
    { message: "it's sent", n: -1.5, ok: true, who: null, t: ['a', 1] },
  ],
  ['JSON in a string', '"{\\"a\\": 1}"', { a: 1 }],
  [
    'a list of maps',
    "- id_: '5'\n  people:\n  - a@b.example\n  - c@d.example\n  none: []\n- id_: '6'\n  people: []\n  none: {}\n",
    [
      { id_: '5', people: ['a@b.example', 'c@d.example'], none: [] },
      { id_: '6', people: [], none: {} },
    ],
  ],
  [
    'text folded between single quotes',
    "body: 'Hi,\n\n\n  it''s me\n  again: yes'\nread: true",
    { body: "Hi,\n\nit's me again: yes", read: true },
  ],
  [
    'text folded between double quotes, its lines joined',
    'body: "one\\\n  \\ two\\n\\n- three: \\"four\\"\\\n  \\ five"\nid: 7',
    { body: 'one two\n\n- three: "four" five', id: 7 },
  ],
  ['lines kept', 'text: |-\n  a: 1\n    b\n\n  c\nn: 2', { text: 'a: 1\n  b\n\nc', n: 2 }],
  [
    'plain text over two lines',
    'a: one\n  two\nb: 2024-05-15 10:00:00',
    { a: 'one two', b: '2024-05-15 10:00:00' },
  ],
  ['names that are addresses', 'shared:\n  a@b.example: rw', { shared: { 'a@b.example': 'rw' } }],
])('%s is read', (_name, text, read) => {
  expect(readResult(text)).toEqual(read);
});

test.each<[why: string, text: string]>([
  ['a sentence', 'Dear Emma, the rent goes up.'],
  ['a letter with one line like a field', 'Subject: rent\n\nDear Emma, the rent goes up.'],
  ['a single value', '2024-05-15'],
  ['a number', '1810.0'],
  ['a member twice', 'payee: one\npayee: two'],
  ['a member twice, as JSON', '{"payee": "one", "payee": "two"}'],
  ['text after its end', '{"a": 1} and more'],
  ['a string that somebody broke out of', "{'text': 'see 'here', 'payee': 'x'}"],
  ['an anchor', 'a: &x one\nb: *x'],
  ['a tag', 'a: !!str 1'],
  ['a comment', 'a: 1 # not really'],
  ['a map within a line', 'a: b: c'],
  ['a quoted text that goes on to the left of its name', "a:\n  b: 'one\ntwo'"],
  ['the prototype', '{"__proto__": {"a": 1}}'],
  ['what is longer than is read', `a: ${'x'.repeat(maxStructured)}`],
  ['what is deeper than is read', '['.repeat(500) + ']'.repeat(500)],
])('%s is prose', (_why, text) => {
  expect(readResult(text)).toBeUndefined();
});

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    'a: b',
    '- x',
    '# no',
    'true',
    '12',
    'a\nb',
    '  lead',
    "it's",
    '"q"',
    'long '.repeat(40),
    '@x',
    '~',
    '.5',
  ),
);
const name = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
  fc.constantFrom('City Hub', 'a@b.example', 'id_'),
);
const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const structure = fc.oneof(
  fc.array(tree, { minLength: 1 }),
  fc.dictionary(name, tree, { minKeys: 1, noNullPrototype: true }),
);

describe('for every structure', () => {
  test('what `yaml` writes is read as it was, or not at all', () => {
    fc.assert(
      fc.property(structure, (value) => {
        const read = readResult(stringify(value));
        if (read !== undefined) expect(read).toEqual(value);
      }),
    );
  });

  test('what JSON writes is read as it was', () => {
    fc.assert(
      fc.property(structure, (value) => {
        expect(readResult(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  test('what is cut off or has something put into it is read as `yaml` reads it, or not at all', () => {
    fc.assert(
      fc.property(structure, fc.nat(), fc.string({ maxLength: 12 }), (value, at, put) => {
        const written = stringify(value);
        const from = at % (written.length + 1);
        for (const changed of [written.slice(0, from), written.slice(0, from) + put + written.slice(from)]) {
          const read = readResult(changed);
          if (read === undefined || /^\s*[[{("]/.test(changed)) continue;
          // Of trailing blanks nothing is said: the text is trimmed before.
          expect(blunt(read)).toEqual(blunt(parse(changed.trim(), { schema: 'core' })));
        }
      }),
      { numRuns: 500 },
    );
  });
});

function blunt(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'string' ? one.trim() : one));
}
