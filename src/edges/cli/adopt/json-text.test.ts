// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readText, withMember } from './json-text.ts';

const value = (text: string) => {
  const read = readText(text);
  return read.ok ? read.value : read.message;
};

describe('reading', () => {
  test.each<[what: string, text: string, want: unknown]>([
    ['plain', '{"a": 1}', { a: 1 }],
    ['comments of both kinds', '// x\n{"a": /* 1, */ 2} // y', { a: 2 }],
    ['commas at the end', '{"a": [1, 2, /* z */ ], }', { a: [1, 2] }],
    [
      'what only looks like a comment',
      '{"a": "http://x/*y*/,]", "b": "\\"//,}"}',
      { a: 'http://x/*y*/,]', b: '"//,}' },
    ],
    ['two lines in the comment', '{/*\n,\n*/"a": 1}', { a: 1 }],
  ])('%s', (_what, text, want) => expect(value(text)).toEqual(want));

  test.each<[what: string, text: string, want: RegExp]>([
    ['the place of a mistake', '{\n  "a": 1,\n  b: 2\n}', /^line 3, column 3: /],
    ['its place behind a comment', '/* ü\n */ {"a": x}', /^line 2, column 11: /],
    ['a key twice', '{"a": 1, "a": 2}', /twice/],
    ['no object', '[]', /one JSON object/],
    ['nothing', '', /line 1, column 1/],
    ['two commas', '{"a": [1,,]}', /line 1/],
    ['only a comma', '{,}', /line 1/],
    ['a comment without end', '{"a": 1} /* x', /line 1, column 10/],
  ])('refuses %s', (_what, text, want) => expect(value(text)).toMatch(want));
});

describe('setting a member', () => {
  test('leaves every other byte as it is', () => {
    const text = `{
    // what we like
    "theme": "dark",   "n": 1.50,
    "mcpServers": {
        "a": { "command": "x" }, // ours
    },
    "z": [ 1,2 ]
}
`;
    expect(withMember(text, ['mcpServers'], { c: { command: 'y' } })).toBe(`{
    // what we like
    "theme": "dark",   "n": 1.50,
    "mcpServers": {
        "c": {
            "command": "y"
        }
    },
    "z": [ 1,2 ]
}
`);
  });

  test.each<[what: string, text: string, path: string[], want: string]>([
    ['on one line', '{"s":{},"b":1}', ['s'], '{"s":{"x":1},"b":1}'],
    ['in an empty object', '{}', ['s'], '{\n  "s": {\n    "x": 1\n  }\n}'],
    ['that is missing', '{\n\t"a": 1\n}', ['s'], '{\n\t"a": 1,\n\t"s": {\n\t\t"x": 1\n\t}\n}'],
    ['deep', '{"p":{"/d":{"s":2}}}', ['p', '/d', 's'], '{"p":{"/d":{"s":{"x":1}}}}'],
    ['behind a name that is spelt otherwise', '{"\\u0073":2}', ['s'], '{"\\u0073":{"x":1}}'],
  ])('%s', (_what, text, path, want) => expect(withMember(text, path, { x: 1 })).toBe(want));

  test('not inside something that is no object', () => {
    expect(withMember('{"a": [1]}', ['a', 'b'], 1)).toBeUndefined();
  });

  test('means the same as setting it in what was read, whatever the text', () =>
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((k) => k !== '__proto__'),
          fc.jsonValue({ noUnicodeString: false }),
          { maxKeys: 5 },
        ),
        fc.constantFrom(undefined, 1, 2, '\t'),
        fc.boolean(),
        (object, space, isThere) => {
          const full = isThere ? { ...object, s: { a: 1 } } : object;
          const text = JSON.stringify(full, null, space);
          const before = readText(text);
          fc.pre(before.ok);
          const after = withMember(text, ['s'], { c: [true] });
          expect(after === undefined ? undefined : value(after)).toEqual({
            ...(before.ok ? before.value : {}),
            s: { c: [true] },
          });
        },
      ),
      { numRuns: 500 },
    ));
});
