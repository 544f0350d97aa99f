// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exact, type Hole, html } from './html.ts';

describe('what is put in', () => {
  test.each<[what: string, hole: Hole, want: string]>([
    ['is text', '<b>&"\'', '<p>&lt;b&gt;&amp;&quot;&#39;</p>'],
    ['is a number', 1.5, '<p>1.5</p>'],
    ['is markup only where we made it', html`<b>${'<'}</b>`, '<p><b>&lt;</b></p>'],
    ['is each of a list', ['<', html`<i>a</i>`, [1]], '<p>&lt;<i>a</i>1</p>'],
    ['is nothing where there is nothing', [undefined, false, []], '<p></p>'],
    ['is shown where it would hide or turn', 'a\u202e\u200b\n', '<p>a\\u{202e}\\u{200b}\\u{a}</p>'],
  ])('%s', (_what, hole, want) => expect(html`<p>${hole}</p>`.toString()).toBe(want));

  test('is no markup because it looks like ours', () => {
    const forged = JSON.parse('{"toString":"<b>"}');
    expect(() => html`<p>${forged}</p>`.toString()).toThrow();
  });

  test('leaves as it is what is sent back', () => {
    expect(html`<input value="${exact('a"\n\u202e<')}">`.toString()).toBe(
      '<input value="a&quot;&#10;\u202e&lt;">',
    );
  });
});

describe('a hole is allowed', () => {
  const x = 'x';
  test.each<[where: string, make: () => unknown]>([
    ['between elements', () => html`<p class="a > b" id=c>${x}</p>${x}`],
    ['as a value in double quotes', () => html`<p title="a" class="${x}">`],
    ['at the end of one that we begin', () => html`<label for="edit-${x}">`],
    ['after a script that is closed', () => html`<script src="/a.js" defer></script><p>${x}`],
    ['as a link into the desk', () => html`<a href="${'/a?b=c'}">`],
  ])('%s', (_where, make) => expect(make).not.toThrow());

  test.each<[where: string, make: () => unknown]>([
    ['in a value without quotes', () => html`<p class=${x}>`],
    ['in single quotes', () => html`<p class='${x}'>`],
    ['as the name of an attribute', () => html`<p ${x}>`],
    ['as the name of an element', () => html`<${x}>`],
    ['in a script', () => html`<script>${x}</script>`],
    ['in a style', () => html`<style>${x}</style>`],
    ['in a comment', () => html`<!-- ${x} -->`],
    ['in a handler', () => html`<p onclick="${x}">`],
    ['in a style of an element', () => html`<p style="${x}">`],
    ['in a document of its own', () => html`<iframe srcdoc="${x}">`],
    ['in the middle of a link', () => html`<a href="/a/${x}">`],
  ])('but not %s', (_where, make) => expect(make).toThrow(TypeError));

  test.each([
    'javascript:alert(1)',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/a b',
    '/\u0000',
    '',
    ' /a',
    '#" onclick',
  ])('as a link, but not to %j', (link) => expect(() => html`<a href="${link}">`).toThrow(TypeError));

  test('for markup between elements only', () => {
    expect(() => html`<p title="${html`<b>`}">`).toThrow(TypeError);
  });
});

test('no text ever ends what it stands in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const made = html`<p title="${text}">${text}</p>`.toString();
      expect(made.match(/[<>"]/g)?.join('')).toBe('<""><>');
      expect(made.isWellFormed()).toBe(true);
    }),
    { numRuns: 500 },
  );
});
