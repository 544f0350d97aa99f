// SPDX-License-Identifier: Apache-2.0

/** A host and words: no place for what was read. */
export function isBareLink(link: string): boolean {
  const parsed = URL.parse(link);
  if (parsed === null || parsed.search !== '' || parsed.hash !== '' || parsed.username !== '') return false;
  const parts = [...parsed.hostname.split('.'), ...parsed.pathname.split('/')];
  return (
    parts.length <= 8 &&
    parts.every((part) => /^(?:[a-z]{0,24}|[a-z-]{0,40}|\d{1,4}|[a-z-]{1,24}\.[a-z]{2,5})$/i.test(part))
  );
}
