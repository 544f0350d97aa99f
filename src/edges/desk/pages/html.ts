// SPDX-License-Identifier: Apache-2.0
/**
 * HTML as a template: what stands in the source is markup, what is put in is text.
 *
 * The adversary writes arguments, names and reasons. Whatever they are, they arrive as text: quoted, and with every
 * character shown that hides or turns text (core/approval/visible.ts). A hole is only allowed where that is enough:
 * between elements, or as a whole value in double quotes; a link leads to this desk. Anything else throws when the
 * template is first used, which is a fault of ours.
 */
import { visible } from '../../../core/approval/visible.ts';

class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

/** Nobody makes one but the functions of this file: a parsed JSON never is one. */
export type Html = Markup;

/** Nothing is shown of `undefined` and `false`, so that a part can be left out. */
export type Hole = Html | string | number | undefined | false | readonly Hole[];

export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  const kinds = kindsOf(parts);
  return new Markup(
    parts.map((part, i) => (i === 0 ? part : filled(kinds[i - 1], holes[i - 1]) + part)).join(''),
  );
}

/** Text as it is, for fields whose bytes are sent back: quoted, and nothing else is done to it. */
export function exact(text: string): Html {
  return new Markup(quoted(text.toWellFormed()));
}

export const nothing: Html = new Markup('');

type Kind = 'text' | 'value' | 'link';

function filled(kind: Kind | undefined, hole: Hole): string {
  if (hole === undefined || hole === false) return '';
  const isText = typeof hole === 'string' || typeof hole === 'number';
  if (kind === 'link' && !(isText && isOwnPath(String(hole))))
    throw new TypeError('a link leads to this desk');
  if (isText) return quoted(visible(String(hole)).text);
  if (hole instanceof Markup) {
    const text = hole.toString();
    if (kind !== 'text' && /[<>"]/.test(text)) throw new TypeError('no markup in a value');
    return text;
  }
  return hole.map((one) => filled(kind, one)).join('');
}

/** `//host` and `/\host` are somewhere else. */
function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path) || /^#[\w-]+$/.test(path);
}

const quotes: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  // As they are they would be folded in a value.
  ...{ '\n': '&#10;', '\r': '&#13;' },
};

function quoted(text: string): string {
  return text.replaceAll(/[&<>"'\n\r]/g, (char) => quotes[char] ?? '');
}

const known = new WeakMap<TemplateStringsArray, readonly Kind[]>();
const links = new Set(['href', 'src', 'action', 'formaction', 'data-options']);

/** What stands at each hole: read once for each template of the source. */
function kindsOf(parts: TemplateStringsArray): readonly Kind[] {
  const read = known.get(parts);
  if (read !== undefined) return read;
  let before = '';
  const kinds = parts.slice(0, -1).map((part) => {
    before += part;
    const kind = kindAfter(before);
    if (kind === undefined) throw new TypeError(`nothing may be put in after \`${before.slice(-40)}\``);
    before += 'x';
    return kind;
  });
  known.set(parts, kinds);
  return kinds;
}

function kindAfter(before: string): Kind | undefined {
  // Every element and value that is closed is out of the way; what is left says where we are.
  const rest = before.replaceAll(/<\/?[a-z!](?:[^<>"']|"[^"]*")*>/gi, '');
  if (/<(script|style)\b[^>]*>(?!.*<\/\1)/is.test(before) || before.includes('<!--')) return undefined;
  if (!rest.includes('<')) return 'text';
  const name = /<[a-z][^<>"']*(?:"[^"]*"[^<>"']*)*\s([a-z][a-z-]*)="$/i.exec(rest)?.[1];
  if (name !== undefined) return links.has(name) ? 'link' : isPlain(name) ? 'value' : undefined;
  // After a beginning of ours: `id="why-`.
  const begun = /\s([a-z][a-z-]*)="[^"<>]*$/i.exec(rest)?.[1];
  return begun !== undefined && !links.has(begun) && isPlain(begun) ? 'value' : undefined;
}

/** Neither a handler nor a style. */
function isPlain(name: string): boolean {
  return !/^on|^style$|^srcdoc$/i.test(name);
}
