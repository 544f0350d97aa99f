// SPDX-License-Identifier: Apache-2.0
/**
 * Text that somebody else wrote, on a page: what does not show stands marked, what turns stays in its place, and what
 * looks like other letters is said.
 *
 * Reads what `visible` made (core/approval/visible.ts). What somebody wrote so in letters, `\u{202e}`, is marked too:
 * it looks worse than it is, and never better.
 */
import { type Hole, type Html, html } from './html.ts';

const mark = /\\u\{([0-9a-f]{1,6})\}/g;
/** Line feed, carriage return, tab: they are shown, and nobody is alarmed by them. */
const layout = new Set(['9', 'a', 'd']);

/** More marks on one letter than any language has: they would be painted over what stands above and below. */
const heaped = /(?<=\p{M}{4})\p{M}/gu;

function flat(text: string): string {
  return text.replaceAll(heaped, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** In its own box, broken where lines are. */
export function foreign(said: string): Html {
  const text = flat(said);
  const parts: Hole[] = [];
  let from = 0;
  for (const found of text.matchAll(mark)) {
    const [whole, code = ''] = found;
    const kind = layout.has(code) ? 'layout' : 'hidden';
    parts.push(text.slice(from, found.index), html`<mark class="${kind}">${whole}</mark>`);
    if (code === 'a') parts.push(html`<br>`);
    from = found.index + whole.length;
  }
  parts.push(text.slice(from));
  return html`<bdi dir="ltr">${parts}</bdi>`;
}

export interface Marks {
  /** Characters that hide or turn text, or look like space. */
  readonly hidden: number;
  /** Line breaks and tabs. */
  readonly layout: number;
}

export function marksIn(texts: readonly string[]): Marks {
  let hidden = 0;
  let breaks = 0;
  for (const text of texts)
    for (const [, code = ''] of flat(text).matchAll(mark))
      if (layout.has(code)) breaks += 1;
      else hidden += 1;
  return { hidden, layout: breaks };
}

const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** Alphabets with letters that cannot be told from Latin ones. */
const alphabets = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  ['Lisu', /\p{Script=Lisu}/u],
] as const;
/** Letters in a form of their own: `ａ`, `𝐚`, `ⓐ`. */
const styled = /[\u{ff01}-\u{ff5e}\u{1d400}-\u{1d7ff}\u{249c}-\u{24e9}\u{1f130}-\u{1f189}]/u;

/** What a reader should know before believing what a value looks like. */
export function remarksOn(value: string): readonly string[] {
  const found = alphabets.filter(([, letters]) => letters.test(value)).map(([name]) => name);
  return [
    ...(found.length > 1 ? [`letters of several alphabets: ${found.join(', ')}`] : []),
    ...(styled.test(value) ? ['letters in special forms'] : []),
    ...(rightToLeft.test(value)
      ? ['letters that are read from right to left: their order on the page is not the order that is sent']
      : []),
  ];
}
