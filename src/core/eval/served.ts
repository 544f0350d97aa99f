// SPDX-License-Identifier: Apache-2.0
/**
 * Whom an agent works for, as its system prompt says: "The user's name is Emma Stone." Whoever deploys an agent says
 * it to the gateway (`on behalf of`); a recorded run says it here, if at all.
 */
const sentence =
  /\b(?:user|customer|client|owner|principal|person|employer)(?:['’]s name)? is (?:called )?(\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){1,3})|\bon behalf of (\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){1,3})/u;

export function servedIn(system: string): string | undefined {
  const found = sentence.exec(system);
  return found?.[1] ?? found?.[2];
}
