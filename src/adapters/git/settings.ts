// SPDX-License-Identifier: Apache-2.0
/**
 * What the configuration says of where a push goes. Read as text, and only as far as it is understood: what would be another
 * push than it looks like is `configured`, which nobody is asked about.
 *
 * Source: git-config(1), git-push(1) "REMOTES", `push.default`.
 */

/** Names in lower case but for the part in the middle, in the order in which they stand. */
export type Settings = readonly (readonly [name: string, value: string])[];

/** Of `git config --list -z`. */
export function settingsOf(text: string): Settings {
  return text
    .split('\0')
    .filter((one) => one !== '')
    .map((one) => {
      const at = one.indexOf('\n');
      return at < 0 ? [one, 'true'] : [one.slice(0, at), one.slice(at + 1)];
    });
}

export interface Route {
  readonly remote: string;
  readonly url: string;
}

/**
 * @param own of the repository: the agent's
 * @param users of the person at home and of the machine
 * @param named the remote, where the command names one
 * @returns undefined where it cannot be told
 */
export function routeOf(
  own: Settings,
  users: Settings,
  branch: string | undefined,
  named: string | undefined,
  isUsual: boolean,
): Route | undefined {
  const all = [...users, ...own];
  const last = (name: string) => all.findLast(([key]) => key === name)?.[1];
  const every = (name: string) => all.filter(([key]) => key === name).map(([, value]) => value);
  const of = (key: string) => (branch === undefined ? undefined : last(`branch.${branch}.${key}`));
  // Files that are read along may say anything.
  if (own.some(([key]) => key.startsWith('include'))) return undefined;
  const remote = named ?? of('pushremote') ?? last('remote.pushdefault') ?? of('remote') ?? 'origin';
  const isOdd =
    (isUsual && !['simple', 'current'].includes(last('push.default') ?? 'simple')) ||
    (last('push.followtags') ?? 'false') !== 'false' ||
    !['no', 'false', 'check'].includes(last('push.recursesubmodules') ?? 'no') ||
    ['push', 'mirror', 'receivepack', 'vcs', 'proxy'].some(
      (key) => last(`remote.${remote}.${key}`) !== undefined,
    );
  if (isOdd) return undefined;
  const pushed = every(`remote.${remote}.pushurl`);
  const [url, ...others] = pushed.length > 0 ? pushed : every(`remote.${remote}.url`);
  if (url === undefined || others.length > 0 || /::|[\n\0]/.test(url)) return undefined;
  const rewrites = all.flatMap(([key, value]) =>
    /^url\..*\.(?:push)?insteadof$/s.test(key) && url.startsWith(value) ? [value] : [],
  );
  return rewrites.length > 0 ? undefined : { remote, url };
}

/** Without a name and a password in it. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}
