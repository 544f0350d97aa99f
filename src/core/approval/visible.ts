// SPDX-License-Identifier: Apache-2.0
/**
 * Text that somebody else wrote, as it is shown to whoever has to decide about it: every character that hides, turns
 * or merely looks like space stands as its number. What was written so, `\u{202e}` in letters, cannot be told from it,
 * which does no harm: it only looks worse than it is.
 *
 * The adversary writes arguments. What a person sees has to be all of what is done.
 */

// Controls, formats (bidirectional ones and tags among them), separators, halves, private and unassigned ones; marks
// and letters that show nothing; and every space but the usual one.
const hidden =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

export interface Shown {
  readonly text: string;
  /** Characters that would not have been seen. */
  readonly hidden: number;
}

export function visible(text: string): Shown {
  let count = 0;
  const shown = text.replaceAll(hidden, (char) => {
    count += 1;
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return { text: shown, hidden: count };
}
