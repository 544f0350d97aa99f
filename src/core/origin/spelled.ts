// SPDX-License-Identifier: Apache-2.0
/**
 * A text in the ways in which something may be hidden in it: as it stands, decoded, turned round, with what is
 * between its letters taken out.
 *
 * The adversary is an agent that was told to carry a secret out where nobody looks. Whoever invents a spelling of
 * their own gets past this; it raises a doubt and is never a reason. Bounded: each way at most once over, two deep.
 */

/** Of one call; what lies behind it is not looked through. */
export const maxSpelled = 1 << 16;

const maxDepth = 2;
const maxSpellings = 48;

/** The text itself first. */
export function spellingsOf(text: string): readonly string[] {
  const found = new Set<string>([text.slice(0, maxSpelled)]);
  let last: readonly string[] = [...found];
  for (let depth = 0; depth < maxDepth; depth++) {
    const next: string[] = [];
    for (const one of last)
      for (const decoded of decodedOf(one)) {
        if (found.size >= maxSpellings) break;
        if (decoded === '' || found.has(decoded)) continue;
        found.add(decoded);
        next.push(decoded);
      }
    last = next;
  }
  return [...found];
}

/** Letters and digits alone, small: a secret that was cut into pieces stands there in one. */
export function squeezed(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

export function reversed(text: string): string {
  return Array.from(text).reverse().join('');
}

function decodedOf(text: string): readonly string[] {
  // Labels of a host name, and lines: cut where whoever decodes puts them together again.
  const joined = text.replace(/[.\r\n]+/g, '');
  const runs = runsOf(joined, base64, 8);
  // Letters of the smaller alphabets are letters of this one.
  const runsIn = (alphabet: Alphabet, least: number): readonly string[] =>
    runs.flatMap((run) => (run.length < least ? [] : runsOf(run, alphabet, least)));
  return [
    percent(text),
    read(runsOf(text, base64, 8), (run) => shifted(run, base64, 4)),
    ...(joined === text ? [] : [read(runs, (run) => shifted(run, base64, 4))]),
    read(runsIn(base16, 12), (run) => [fromHex(run), fromHex(run.slice(1))]),
    read(runsIn(base32, 13), (run) => shifted(run, base32, 8)),
    read(text.match(/(?:\b\d{2,3}[,\s]{1,2}){5,}\d{2,3}\b/g) ?? [], (run) => [fromCodes(run)]),
    text.includes('&') ? fromEntities(text) : '',
  ];
}

/** Of what was no text before it was decoded little is text afterwards. */
const legible = /[ -~]{5,}/g;
const leastLegible = 5;

function read(runs: readonly string[], decode: (run: string) => readonly string[]): string {
  const found: string[] = [];
  for (const run of runs) for (const decoded of decode(run)) found.push(...(decoded.match(legible) ?? []));
  return found.join('\n');
}

/** The longest runs of letters of an alphabet. By hand: a pattern tries each letter of each word anew. */
function runsOf(text: string, { values }: Alphabet, least: number): readonly string[] {
  const runs: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (valueAt(values, text, i) >= 0) continue;
    if (i - from >= least) runs.push(text.slice(from, i));
    from = i + 1;
  }
  if (text.length - from >= least) runs.push(text.slice(from));
  return runs;
}

/** Whoever puts a letter before it moves where the groups begin. */
function shifted(run: string, alphabet: Alphabet, groups: number): readonly string[] {
  const found: string[] = [];
  for (let by = 0; by < groups; by++) {
    const decoded = decodedFrom(run, by, alphabet);
    if (decoded !== '') found.push(decoded);
  }
  return found;
}

interface Alphabet {
  readonly bits: number;
  /** By code of a character, -1 where it is none of its letters. */
  readonly values: Int8Array;
}

function alphabetOf(bits: number, ...spellings: readonly string[]): Alphabet {
  const values = new Int8Array(128).fill(-1);
  for (const letters of spellings)
    for (let value = 0; value < letters.length; value++) values[letters.charCodeAt(value)] = value;
  return { bits, values };
}

function valueAt(values: Int8Array, text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 0x80 ? (values[code] ?? -1) : -1;
}

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const small = capitals.toLowerCase();
/** Source: RFC 4648, sections 4, 5 and 6. */
const base64 = alphabetOf(6, `${capitals}${small}0123456789+/`, `${capitals}${small}0123456789-_`);
const base16 = alphabetOf(4, '0123456789ABCDEF', '0123456789abcdef');
const base32 = alphabetOf(5, `${capitals}234567`, `${small}234567`);

/**
 * The legible parts of what a run says from one character on, a line each.
 *
 * Every word of eight letters is one, so nothing is made of what is not legible.
 */
function decodedFrom(run: string, from: number, { bits, values }: Alphabet): string {
  let held = 0;
  let have = 0;
  let part = '';
  let parts = '';
  for (let i = from; i < run.length; i++) {
    const value = valueAt(values, run, i);
    if (value < 0) break;
    held = ((held << bits) | value) & 0xfff;
    have += bits;
    if (have < 8) continue;
    have -= 8;
    const code = (held >> have) & 0xff;
    if (code >= 0x20 && code <= 0x7e) part += String.fromCharCode(code);
    else {
      if (part.length >= leastLegible) parts += `${part}\n`;
      part = '';
    }
  }
  return part.length >= leastLegible ? parts + part : parts;
}

function percent(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return '';
  return text.replaceAll('+', ' ').replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => byte(parseInt(hex, 16)));
}

function byte(code: number): string {
  return String.fromCharCode(code);
}

function fromHex(run: string): string {
  return Buffer.from(run, 'hex').toString('latin1');
}

function fromCodes(run: string): string {
  return run
    .split(/[,\s]+/)
    .map((code) => byte(Number(code) & 0xff))
    .join('');
}

function fromEntities(text: string): string {
  return text.replace(/&#(?:x([0-9a-fA-F]{1,4})|(\d{1,5}));/g, (_, hex?: string, decimal?: string) =>
    byte(hex === undefined ? Number(decimal) : parseInt(hex, 16)),
  );
}
