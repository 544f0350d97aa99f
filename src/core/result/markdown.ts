// SPDX-License-Identifier: Apache-2.0
/**
 * Images and links in text: what a client may fetch, or a person may click, because a stranger wrote it. In Markdown and HTML.
 *
 * An address that stands in the open stays: whoever reads it sees where it leads.
 */

const images: readonly RegExp[] = [
  /!\[[^\][\n]{0,500}\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)|\[[^\][\n]{0,200}\])/g,
  /<img\b[^<>]{0,4000}>/gi,
];
const links: readonly RegExp[] = [
  /(?<!!)\[([^\][\n]{0,500})\]\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)/g,
  /^[ \t]{0,3}\[[^\][\n]{1,200}\]:[ \t]{1,8}\S{1,2000}[^\n]{0,500}$/gm,
  /<\/?a\b[^<>]{0,4000}>/gi,
];

export const countImages = (text: string): number => count(text, images);
export const countLinks = (text: string): number => count(text, links);

export function withoutImages(text: string): string {
  return settled(text, (before) =>
    images.reduce((rest, pattern) => rest.replace(pattern, '{image removed}'), before),
  );
}

/** What a link says stays. */
export function withoutLinks(text: string): string {
  const label = (_all: string, said: unknown): string => (typeof said === 'string' ? said : '');
  return settled(text, (before) => links.reduce((rest, pattern) => rest.replace(pattern, label), before));
}

/** What is left may be one again, put together for that: what is not done by then is found, and the result is not shown. */
const maxPasses = 8;
function settled(text: string, pass: (text: string) => string): string {
  if (!/[[<]/.test(text)) return text;
  let before = text;
  for (let i = 0; i < maxPasses; i++) {
    const after = pass(before);
    if (after === before) break;
    before = after;
  }
  return before;
}

function count(text: string, patterns: readonly RegExp[]): number {
  if (!/[[<]/.test(text)) return 0;
  return patterns.reduce((sum, pattern) => sum + (text.match(pattern)?.length ?? 0), 0);
}
