// SPDX-License-Identifier: Apache-2.0
/**
 * Characters that a model reads and a person does not see: zero-width, direction marks, tags, controls, and variation selectors
 * and joiners where there is nothing to vary or to join.
 *
 * Source: Unicode 16, general categories Cf and Cc; UTS 51 (emoji); UAX 9 (bidi).
 */

/** Units, first and last; what lies beyond them in planes of its own follows below. */
const ranges = [
  '0000-0008 000b-000c 000e-001f 007f-009f 00ad-00ad 034f-034f 061c-061c 115f-1160 17b4-17b5 180b-180f',
  '200b-200f 202a-202e 2060-206f 3164-3164 fe00-fe0f feff-feff ffa0-ffa0 fff9-fffb',
]
  .join(' ')
  .split(' ')
  .map((range) => range.replace(/[0-9a-f]{4}/g, (unit) => `\\u${unit}`));
/** Tags, and the selectors after them. */
const suspicious = new RegExp(`[${ranges.join('')}]|\\udb40[\\udc00-\\uddef]`);

export function hasInvisible(text: string): boolean {
  return suspicious.test(text);
}

/** Whether the character that begins at this unit is one of them. */
export function isInvisibleAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f;
  if (code === 0xdb40) {
    const low = text.charCodeAt(at + 1);
    return low >= 0xdc00 && low <= 0xddef;
  }
  if (!suspicious.test(text[at] ?? '')) return false;
  // One joiner or selector after something that it can belong to is how emoji and some scripts are written.
  const joins = code === 0x200c || code === 0x200d || code === 0xfe0e || code === 0xfe0f;
  return !(joins && at > 0 && canCarry(text, at - 1));
}

function canCarry(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0xfe0f) return at > 0 && canCarry(text, at - 1) && text.charCodeAt(at + 1) === 0x200d;
  if (code < 0x80) return /[0-9#*]/.test(text[at] ?? '') && text.charCodeAt(at + 1) === 0xfe0f;
  return (
    !suspicious.test(text[at] ?? '') &&
    code !== 0xdb40 &&
    !(code >= 0xdc00 && text.charCodeAt(at - 1) === 0xdb40)
  );
}

export function countInvisible(text: string): number {
  if (!hasInvisible(text)) return 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isInvisibleAt(text, i)) continue;
    count += 1;
    if (text.charCodeAt(i) === 0xdb40) i += 1;
  }
  return count;
}

export function withoutInvisible(text: string): string {
  if (!hasInvisible(text)) return text;
  const kept: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isInvisibleAt(text, i)) continue;
    kept.push(text.slice(from, i));
    if (text.charCodeAt(i) === 0xdb40) i += 1;
    from = i + 1;
  }
  kept.push(text.slice(from));
  return kept.join('');
}
