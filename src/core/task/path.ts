// SPDX-License-Identifier: Apache-2.0
/**
 * Paths that every reader takes for the same thing, as segments.
 *
 * The path comes from the agent. What has a second reading (`..`, `//`, `%2e`, a backslash, a full-width
 * dot, `~`) is no path here: it lies within nothing. Refuses more than any one file system would.
 */

const maxPathLength = 4096;

/** @returns the segments, an empty one first for an absolute path; undefined for what is not canonical */
export function segmentsOf(path: string): readonly string[] | undefined {
  if (path === '' || path.length > maxPathLength) return undefined;
  // A `%` may be an encoded dot or slash, once or many times over; a `:` a drive or a stream.
  if (/[\p{C}\\%:~]/u.test(path) || path.normalize('NFKC') !== path) return undefined;
  if (path === '/') return [''];
  const segments = (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  const named = segments[0] === '' ? segments.slice(1) : segments;
  // Some systems drop dots and spaces at the end of a name: `.. ` is `..` to them.
  if (named.some((segment) => segment === '' || /[. ]$/.test(segment))) return undefined;
  return segments;
}

/** Whether `path` is `prefix` or lies under it: a prefix ends where a segment ends. */
export function isWithinPath(path: string, prefix: string): boolean {
  const inner = segmentsOf(path);
  const outer = segmentsOf(prefix);
  if (inner === undefined || outer === undefined || inner.length < outer.length) return false;
  return outer.every((segment, i) => segment === inner[i]);
}
