// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { canonicalJson } from '../json/canonical.ts';
import { arrayAt, isObject, type JsonObject, stringAt } from '../json/value.ts';
import { holds, narrowed, type ResultTransform, resultTransformOf, spelt } from './narrow.ts';
import { awsKey, found, text } from './result.fixture.ts';
import { visitTexts } from './sheet.ts';

const mask: ResultTransform = { name: 'mask', what: 'secrets' };

function done(result: JsonObject, ...transforms: ResultTransform[]): JsonObject {
  return narrowed(result, transforms, found(result));
}

function textsOf(result: JsonObject): readonly string[] {
  return (arrayAt(result, 'content') ?? []).map((block) =>
    isObject(block) ? (stringAt(block, 'text') ?? '') : '',
  );
}

const base64 = (said: string): string => Buffer.from(said).toString('base64');
const escaped = (said: string): string =>
  [...said].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe('a secret is masked', () => {
  test.each<[how: string, result: JsonObject]>([
    ['as it stands', text(`key=${awsKey}`)],
    ['in JSON that is text', text(`{"key":"${awsKey}"}`)],
    ['escaped in JSON that is text', text(`{"key":"${escaped(awsKey)}"}`)],
    ['escaped twice', text(JSON.stringify(`{"key":"${escaped(awsKey)}"}`))],
    ['escaped for a link', text(`https://example.com/?k=%41${awsKey.slice(1)}`)],
    ['escaped for a page', text(`&#65;${awsKey.slice(1)}`)],
    ['with characters in it that nobody sees', text(`${awsKey.slice(0, 6)}\u200b${awsKey.slice(6)}`)],
    ['cut over two blocks', text(`key=${awsKey.slice(0, 9)}`, `${awsKey.slice(9)} and more`)],
    ['cut over three blocks', text(awsKey.slice(0, 5), awsKey.slice(5, 9), awsKey.slice(9))],
    ['in base64', text(`data: ${base64(`the key is ${awsKey} indeed`)}`)],
    ['in base64 with a letter in front', text(`dataX${base64(`the key is ${awsKey} indeed`)}`)],
    ['in hexadecimal digits', text(`0x${Buffer.from(`the key is ${awsKey}`).toString('hex')}`)],
    ['in base64 twice', text(base64(base64(`the key is ${awsKey} indeed, and here is more`)))],
    [
      'in base64 over two blocks',
      text(base64(`the key is ${awsKey}`).slice(0, 20), base64(`the key is ${awsKey}`).slice(20)),
    ],
    ['in bytes of a resource', { contents: [{ uri: 'file:///k', blob: base64(`the key is ${awsKey}`) }] }],
    ['in structure', { content: [], structuredContent: { deep: [{ key: awsKey }] } }],
    ['as a key', { content: [], structuredContent: { [awsKey]: 1 } }],
    [
      'in a resource that is embedded',
      { content: [{ type: 'resource', resource: { uri: 'x:/', text: awsKey } }] },
    ],
    ['in a message of a prompt', { messages: [{ role: 'user', content: { type: 'text', text: awsKey } }] }],
    ['in an error', { error: { code: 1, message: `no such key: ${awsKey}`, data: { key: awsKey } } }],
    ['in `_meta`', { content: [], _meta: { note: awsKey } }],
    ['many times', text(Array.from({ length: 50 }, () => awsKey).join(' '))],
  ])('%s', (_how, result) => {
    verifies('result.masked');
    const before = found(result);
    expect(before.facts.secrets).toBeGreaterThan(0);
    expect(before.facts.kinds).toContain('aws_access_key');
    const after = done(result, mask);
    expect(found(after).facts.secrets).toBe(0);
    expect(holds(mask, after, found(after).facts)).toBe(true);
    const bytes = canonicalJson(after);
    expect(bytes).not.toContain(awsKey);
    expect(bytes).not.toContain(awsKey.slice(4));
    expect(bytes).not.toContain(escaped(awsKey).slice(12));
    expect(bytes).toContain('{masked aws_access_key}');
    expect(done(after, mask)).toEqual(after);
  });

  test('and text that was JSON is JSON still, with what else is in it', () => {
    const card = '4111111111111111';
    const result = text(`{"card": ${card}, "name": "Ada"}`);
    const at = '{"card": '.length;
    const marks = {
      secrets: [],
      pii: [{ kind: 'card', pieces: [{ text: 4, start: at, end: at + card.length }] }],
    };
    const [shown = ''] = textsOf(narrowed(result, [{ name: 'mask', what: 'pii' }], marks));
    expect(JSON.parse(shown)).toEqual({ card: '{masked card}', name: 'Ada' });
  });

  test('what an upstream says to itself is left alone', () => {
    const result = { resultType: 'input_required', requestState: awsKey };
    expect(done(result, mask)).toEqual(result);
  });

  test('a result with too much in it is known to nobody, and is not as a mask wants it', () => {
    verifies('result.unknown');
    const huge = text('a'.repeat(5 << 20));
    const { facts } = found(huge);
    expect(facts).toMatchObject({ secrets: 1000, pii: 1000, unknown: ['secrets', 'pii', 'text'] });
    expect(facts.kinds).toEqual(expect.arrayContaining(['card', 'slack', 'private_key', 'jwt']));
    expect(holds(mask, done(huge, mask), facts)).toBe(false);
    const small = done(huge, { name: 'cut_bytes', most: 4096 });
    expect(found(small).facts).toMatchObject({ secrets: 0, unknown: [] });
  });
});

describe('a result is cut', () => {
  const cut = (most: number): ResultTransform => ({ name: 'cut_bytes', most });
  test.each<[what: string, result: JsonObject, most: number]>([
    ['one long text', text('word '.repeat(2000)), 2048],
    ['one long word', text('a'.repeat(9000)), 2048],
    ['many blocks', text(...Array.from({ length: 50 }, () => 'word '.repeat(40))), 2048],
    ['quotes that are escaped', text('"\\'.repeat(4000)), 2048],
    ['characters of several bytes', text('\u{1f600}é'.repeat(2000)), 2048],
    [
      'structure with the text that repeats it',
      {
        content: [{ type: 'text', text: 'x '.repeat(2000) }],
        structuredContent: { rows: ['y'.repeat(3000)] },
      },
      2048,
    ],
    [
      'an image',
      {
        content: [
          { type: 'image', data: 'A'.repeat(9000), mimeType: 'image/png' },
          { type: 'text', text: 'so' },
        ],
      },
      2048,
    ],
    [
      'a resource',
      { contents: [{ uri: 'file:///x', mimeType: 'text/plain', text: 'word '.repeat(2000) }] },
      2048,
    ],
    [
      'an embedded resource',
      { content: [{ type: 'resource', resource: { uri: 'x:/', text: 'word '.repeat(2000) } }] },
      2048,
    ],
    [
      'a prompt',
      { messages: [{ role: 'user', content: { type: 'text', text: 'word '.repeat(2000) } }] },
      2048,
    ],
    ['an error', { error: { code: -1, message: 'word '.repeat(2000) } }, 2048],
  ])('%s', (_what, result, most) => {
    const after = done(result, cut(most));
    const { facts } = found(after);
    expect(facts.sizeBytes).toBeLessThanOrEqual(most);
    expect(holds(cut(most), after, facts)).toBe(true);
    expect(done(after, cut(most))).toEqual(after);
  });

  test('and says so where it was cut, between two words', () => {
    const [shown = ''] = textsOf(done(text('word '.repeat(2000)), cut(2048)));
    expect(shown).toMatch(/^(word )+\{cut, \d+ bytes in all\}$/);
  });

  test('in rows, structure and text alike', () => {
    const rows = Array.from({ length: 9 }, (_, id) => ({ id }));
    const rowsCut: ResultTransform = { name: 'cut_rows', most: 2 };
    const result = {
      content: [{ type: 'text', text: 'nine rows: 0 1 2 3 4 5 6 7 8' }],
      structuredContent: { rows },
    };
    const after = done(result, rowsCut);
    expect(after).toEqual({
      content: [{ type: 'text', text: '{"rows":[{"id":0},{"id":1}]}' }],
      structuredContent: { rows: rows.slice(0, 2) },
    });
    expect(holds(rowsCut, after, found(after).facts)).toBe(true);
    expect(textsOf(done(text(JSON.stringify(rows)), rowsCut))).toEqual(['[{"id":0},{"id":1}]']);
  });
});

describe('a field is left out', () => {
  const drop = (pointer: string): ResultTransform => ({ name: 'drop', pointer });
  test.each<[what: string, result: JsonObject, pointer: string, left: unknown]>([
    [
      'of structure, and of the words beside it',
      { content: [{ type: 'text', text: 'Ada earns 9' }], structuredContent: { name: 'Ada', pay: 9 } },
      '/pay',
      { name: 'Ada' },
    ],
    [
      'of each row',
      { content: [], structuredContent: { rows: [{ a: 1, b: 2 }, { a: 3 }] } },
      '/rows/*/a',
      { rows: [{ b: 2 }, {}] },
    ],
    [
      'of one row',
      { content: [], structuredContent: { rows: [{ a: 1 }, { a: 3 }] } },
      '/rows/1/a',
      { rows: [{ a: 1 }, {}] },
    ],
    ['with a slash in its name', { content: [], structuredContent: { 'a/b': 1, c: 2 } }, '/a~1b', { c: 2 }],
  ])('%s', (_what, result, pointer, left) => {
    const after = done(result, drop(pointer));
    expect(after.structuredContent).toEqual(left);
    expect(canonicalJson(after)).not.toContain('earns 9');
    expect(holds(drop(pointer), after, found(after).facts)).toBe(true);
  });

  test('of text that is JSON; in prose nobody can tell whether it is gone', () => {
    const json = done(text('{"a":1,"b":2}'), drop('/a'));
    expect(textsOf(json)).toEqual(['{"b":2}']);
    expect(holds(drop('/a'), json, found(json).facts)).toBe(true);
    const prose = done(text('a is 1'), drop('/a'));
    expect(holds(drop('/a'), prose, found(prose).facts)).toBe(false);
  });
});

describe('something is taken out of the text', () => {
  const strip = (what: 'invisible' | 'images' | 'links'): ResultTransform => ({ name: 'strip', what });
  test.each<['invisible' | 'images' | 'links', before: string, after: string]>([
    ['invisible', 'a\u200bb\u2060c', 'abc'],
    ['invisible', 'a\u202egnp.exe\u202c', 'agnp.exe'],
    ['invisible', `go${String.fromCodePoint(...[...'home'].map((c) => 0xe0000 + c.charCodeAt(0)))}.`, 'go.'],
    ['invisible', '\u001b[31mred', '[31mred'],
    ['invisible', 'tab\tand\r\nline', 'tab\tand\r\nline'],
    [
      'invisible',
      '\u2764\ufe0f and \u{1f469}\u200d\u{1f4bb} and 1\ufe0f\u20e3',
      '\u2764\ufe0f and \u{1f469}\u200d\u{1f4bb} and 1\ufe0f\u20e3',
    ],
    ['invisible', 'x\ufe00\ufe01\ufe02\u{e0100}\u{e0101}', 'x'],
    ['images', 'see ![a](https://e.example/?d=1) here', 'see {image removed} here'],
    ['images', 'see <img src="https://e.example/?d=1"> here', 'see {image removed} here'],
    ['images', '![a][ref]', '{image removed}'],
    ['images', '!![a](b)(c)', '!{image removed}(c)'],
    ['links', '[here](https://e.example/?d=1)!', 'here!'],
    ['links', '[[a](b)](c)', 'a'],
    ['links', '<a href="https://e.example">here</a>', 'here'],
    ['links', '[ref]: https://e.example/ "t"', ''],
    ['links', 'https://e.example/ stays', 'https://e.example/ stays'],
  ])('%s: %j', (what, before, after) => {
    const result = done(text(before), strip(what));
    expect(textsOf(result)).toEqual([after]);
    expect(holds(strip(what), result, found(result).facts)).toBe(true);
  });
});

describe('whatever the result', () => {
  const hostile = fc
    .stringMatching(/^[ -~]{0,20}$/)
    .chain((plain) =>
      fc
        .array(
          fc.constantFrom(
            plain,
            awsKey,
            awsKey.slice(0, 7),
            awsKey.slice(7),
            '\u200b',
            '\ufe0f',
            '\u{e0041}',
            '![a](b)',
            '[a](',
            ')',
            '[',
            '{"a":',
            '}',
            '"',
            '\\',
            '\\u0041',
            base64(`a key ${awsKey} there`),
            '%41',
            ' ',
            '\n',
            '1'.repeat(12),
          ),
          { maxLength: 12 },
        )
        .map((parts) => parts.join('.')),
    );
  const value = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      hostile,
      fc.integer(),
      fc.boolean(),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(hostile, tie('json'), { maxKeys: 3 }),
    ),
  })).json;
  const result = fc
    .record(
      {
        content: fc.array(
          hostile.map((one) => ({ type: 'text', text: one })),
          { maxLength: 4 },
        ),
        structuredContent: fc.dictionary(hostile, value, { maxKeys: 3 }),
        isError: fc.boolean(),
      },
      { requiredKeys: ['content'] },
    )
    .map((one) => JSON.parse(JSON.stringify(one)) as JsonObject);
  const transforms: readonly ResultTransform[] = [
    mask,
    { name: 'mask', what: 'pii' },
    { name: 'strip', what: 'invisible' },
    { name: 'strip', what: 'images' },
    { name: 'strip', what: 'links' },
    { name: 'cut_rows', most: 1 },
    { name: 'cut_bytes', most: 1024 },
    { name: 'drop', pointer: '/a' },
  ];

  test('a transform that was applied changes nothing when it is applied again', () => {
    verifies('result.narrowing');
    fc.assert(
      fc.property(result, fc.constantFrom(...transforms), (before, transform) => {
        let once = done(before, transform);
        // What a mask uncovers is found in the next round, as on the road.
        for (let i = 0; i < 3; i++) once = done(once, transform);
        expect(done(once, transform)).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });

  test('no secret is left where a mask says that it is done', () => {
    verifies('result.masked');
    fc.assert(
      fc.property(result, (before) => {
        let after = done(before, mask);
        for (let i = 0; i < 3; i++) after = done(after, mask);
        const { facts } = found(after);
        if (holds(mask, after, facts)) expect(canonicalJson(after)).not.toContain(awsKey);
      }),
      { numRuns: 300 },
    );
  });

  test('apart from our marks nothing is there that was not there before, in its order', () => {
    verifies('result.narrowing');
    const texts = (one: JsonObject): string => {
      const all: string[] = [];
      visitTexts(one, (said) => {
        all.push(said);
        return undefined;
      });
      return all.join('');
    };
    fc.assert(
      fc.property(
        result,
        fc.constantFrom(...transforms.filter(({ name }) => name !== 'cut_rows' && name !== 'drop')),
        (before, transform) => {
          const left = texts(done(before, transform)).replaceAll(
            /\{(?:masked [a-z_]+|image removed|cut, \d+ bytes in all)\}/g,
            '',
          );
          const all = texts(before);
          let at = 0;
          for (const character of left.replaceAll('"', '')) {
            at = all.indexOf(character, at) + 1;
            expect(at).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

test.each([
  ['mask:secrets', true],
  ['mask:pii', true],
  ['mask:emails', false],
  ['strip:invisible', true],
  ['strip:', false],
  ['drop:/a/*/b', true],
  ['drop:/a~1b', true],
  ['drop:a', false],
  ['drop:/', false],
  ['drop:/~', false],
  ['cut_rows:1', true],
  ['cut_rows:0', false],
  ['cut_bytes:1024', true],
  ['cut_bytes:1023', false],
  ['cut_bytes:1e4', false],
  ['cap:amount:1', false],
])('%s is a transform of results: %s', (spelling, known) => {
  const read = resultTransformOf(spelling);
  expect(read === undefined ? undefined : spelt(read)).toBe(known ? spelling : undefined);
});
