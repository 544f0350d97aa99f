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
  return [
    percent(text),
    runs(text, base64Run, (run) => shifted(run, fromBase64)),
    ...(joined === text ? [] : [runs(joined, base64Run, (run) => shifted(run, fromBase64))]),
    runs(joined, /[0-9a-fA-F]{12,}/g, (run) => [fromHex(run), fromHex(run.slice(1))]),
    runs(joined, /[a-zA-Z2-7]{13,}/g, (run) => shifted(run, fromBase32, 8)),
    runs(text, /(?:\b\d{2,3}[,\s]{1,2}){5,}\d{2,3}\b/g, (run) => [fromCodes(run)]),
    text.includes('&') ? fromEntities(text) : '',
  ];
}

const base64Run = /[A-Za-z0-9+/_-]{8,}={0,2}/g;
/** Of what was no text before it was decoded little is text afterwards. */
const legible = /[ -~]{5,}/g;

function runs(text: string, pattern: RegExp, decode: (run: string) => readonly string[]): string {
  return [...text.matchAll(pattern)]
    .flatMap(([run]) => decode(run))
    .flatMap((decoded) => decoded.match(legible) ?? [])
    .join('\n');
}

/** Whoever puts a letter before it moves where the groups begin. */
function shifted(run: string, decode: (run: string) => string, groups = 4): readonly string[] {
  return Array.from({ length: groups }, (_, by) => decode(run.slice(by)));
}

function percent(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return '';
  return text.replaceAll('+', ' ').replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => byte(parseInt(hex, 16)));
}

function byte(code: number): string {
  return String.fromCharCode(code);
}

function fromBase64(run: string): string {
  return Buffer.from(run, 'base64').toString('latin1');
}

function fromHex(run: string): string {
  return Buffer.from(run, 'hex').toString('latin1');
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Source: RFC 4648, section 6. */
function fromBase32(run: string): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const c of run.toLowerCase()) {
    const value = base32.indexOf(c);
    if (value < 0) break;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    text += byte((held >> bits) & 0xff);
  }
  return text;
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
