// SPDX-License-Identifier: Apache-2.0
/**
 * Cedar's `like`: literals and `*`, which stands for any text, line breaks included.
 *
 * Linear in the text for each piece of literal, whatever the pattern: no backtracking to drive mad.
 * Compares UTF-16 units, which is the same as characters while both sides are well-formed.
 */
/** @param pieces the literals between wildcards: one more than there are wildcards, empty ones too */
export function matcher(pieces: readonly string[]): (text: string) => boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  const middle = rest.filter((piece) => piece !== '');
  const fewest = first.length + last.length;
  if (middle.length === 0)
    return (text) => text.length >= fewest && text.startsWith(first) && text.endsWith(last);
  return (text) => {
    if (text.length < fewest || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let from = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, from);
      if (found === -1 || found + piece.length > end) return false;
      from = found + piece.length;
    }
    return true;
  };
}
