// SPDX-License-Identifier: Apache-2.0
// Text for terminals. What agents, servers and callers wrote is on its way to a person's screen:
// escape sequences, line breaks and characters that hide or turn others are shown and not obeyed.

const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** One line, with everything visible. */
export function printable(text: string): string {
  return text.replaceAll(hidden, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A value as one line of JSON that is safe on a terminal and for readers that end lines at U+2028. */
export function jsonLine(value: unknown): string {
  return visibleJson(JSON.stringify(value));
}

/** The same, laid out. */
export function jsonLines(value: unknown): string {
  return JSON.stringify(value, null, 2).split('\n').map(visibleJson).join('\n');
}

function visibleJson(line: string): string {
  const escaped = (char: string) =>
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`);
  return line.replaceAll(hidden, (char) => escaped(char).join(''));
}

/** Every line by itself. */
export function printableLines(text: string): readonly string[] {
  return text.split('\n').map(printable);
}

/** The end of an id: its beginning is the time, which many share. */
export function shortId(id: string): string {
  const [prefix = '', rest = ''] = id.split(/-(.*)/s);
  return rest.length > 8 && prefix.length <= 2 ? `${prefix}..${rest.slice(-6)}` : id;
}

export type Hue = 'red' | 'green' | 'yellow' | 'dim' | 'bold';
export type Paint = (hue: Hue, text: string) => string;

const codes: Record<Hue, readonly [on: number, off: number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Colours only where somebody looks, and nobody has said no. Source: no-color.org */
export function paintFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const plain =
    stream.isTTY !== true || (env.NO_COLOR ?? '') !== '' || (env.CI ?? '') !== '' || env.TERM === 'dumb';
  return plain
    ? (_hue, text) => text
    : (hue, text) => `\u001b[${codes[hue][0]}m${text}\u001b[${codes[hue][1]}m`;
}

/** The hue of an outcome or a status. */
export function hueOf(word: string): Hue {
  if (word === 'allow' || word === 'ok') return 'green';
  if (word === 'deny' || word === 'error' || word === 'withheld' || word === 'ambiguous') return 'red';
  return 'yellow';
}
