// SPDX-License-Identifier: Apache-2.0
// Identifiers that sort by time: a prefix, 48 bits of milliseconds, 80 bits of randomness, in Crockford base 32 (ULID).

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
export const idRandomBytes = 10;

/** @param prefix what it names: `d` decision, `o` observation, `t` task, `s` session, `e` any other event */
export function newId(prefix: string, atMs: number, random: Uint8Array): string {
  let time = '';
  for (let rest = atMs, i = 0; i < 10; i++, rest = Math.floor(rest / 32))
    time = alphabet.charAt(rest % 32) + time;
  let tail = '';
  let bits = 0;
  let held = 0;
  for (const byte of random.subarray(0, idRandomBytes)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      tail += alphabet.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return `${prefix}-${time}${tail}`;
}
