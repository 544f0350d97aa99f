// SPDX-License-Identifier: Apache-2.0
/**
 * Reads XML 1.0 as strictly as a parser has to, of what our reports may contain: a declaration, elements,
 * attributes, text, the five named references and numbers. Throws at everything else.
 *
 * Source: XML 1.0, 2.1 (well-formed), 2.2 (characters), 2.11 (line ends), 3.1, 3.3.3 (attribute values), 4.1.
 */

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** All text directly in it, one after another. */
  readonly text: string;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const isCharacter = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

export function readXml(given: string): Element {
  const declared = /^<\?xml version="1\.0" encoding="UTF-8"\?>/.exec(given);
  if (declared === null) throw new Error('no declaration');
  if (!given.isWellFormed() || !isCharacter.test(given))
    throw new Error('a character that XML does not have');
  const text = given.replaceAll(/\r\n?/g, '\n');
  let at = declared[0].length;

  function take(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern, 'uy');
    sticky.lastIndex = at;
    const found = sticky.exec(text);
    if (found !== null) at = sticky.lastIndex;
    return found ?? undefined;
  }

  function must(pattern: RegExp, what: string): RegExpExecArray {
    const found = take(pattern);
    if (found === undefined) throw new Error(`no ${what} at ${at}: ${text.slice(at, at + 40)}`);
    return found;
  }

  function element(): Element {
    const [, name = ''] = must(/<([a-z][a-z-]*)/, 'element');
    const attributes = new Map<string, string>();
    for (let found = take(attribute); found !== undefined; found = take(attribute)) {
      const [, key = '', value = ''] = found;
      if (attributes.has(key)) throw new Error(`two attributes \`${key}\``);
      attributes.set(key, resolved(value.replaceAll(/[\t\n]/g, ' ')));
    }
    if (take(/\s*\/>/) !== undefined) return { name, attributes, children: [], text: '' };
    must(/\s*>/, 'end of a tag');
    const children: Element[] = [];
    let own = '';
    for (;;) {
      const [run = ''] = take(/[^<]+/) ?? [];
      if (run.includes(']]>')) throw new Error('`]]>` in text');
      own += resolved(run);
      const end = take(/<\/([a-z][a-z-]*)\s*>/);
      if (end === undefined) children.push(element());
      else if (end[1] === name) return { name, attributes, children, text: own };
      else throw new Error(`\`${end[1]}\` ends \`${name}\``);
    }
  }

  take(/\s+/);
  const root = element();
  must(/\s*$/, 'end');
  return root;
}

const attribute = /\s+([a-z]+)="([^<"]*)"/;

function resolved(text: string): string {
  return text.replaceAll(/&(?:#(\d+);|([a-z]+);)?/g, (reference, code, name) => {
    const character = code === undefined ? named[name] : String.fromCodePoint(Number(code));
    if (character === undefined || !isCharacter.test(character))
      throw new Error(`reference \`${reference}\``);
    return character;
  });
}
