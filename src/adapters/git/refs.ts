// SPDX-License-Identifier: Apache-2.0
// Refs as `git ls-remote --symref` tells them, and what a name among them means.

export interface Refs {
  readonly byName: ReadonlyMap<string, string>;
  /** `refs/heads/fix`; absent where no branch is checked out. */
  readonly head?: string;
}

/** @returns undefined for what is no such list */
export function refsOf(text: string): Refs | undefined {
  const byName = new Map<string, string>();
  let head: string | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, symbolic] = /^ref: (refs\/heads\/\S+)\tHEAD$/.exec(line) ?? [];
    const [, id, name] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$/.exec(line) ?? [];
    if (symbolic !== undefined) head = symbolic;
    else if (id !== undefined && name !== undefined) byName.set(name, id);
    else if (!/^ref: /.test(line)) return undefined;
  }
  return { byName, ...(head === undefined ? {} : { head }) };
}

export interface Meant {
  readonly commit: string;
  /** Absent for a commit by its id, and for `HEAD` of no branch. */
  readonly ref?: string;
  readonly pinned: boolean;
}

const whole = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** @returns undefined where there is none, or more than one */
export function meantBy(name: string, { byName, head }: Refs): Meant | undefined {
  if (whole.test(name)) return { commit: name, pinned: true };
  if (name === 'HEAD' || name === '@') {
    const commit = byName.get('HEAD');
    if (commit === undefined) return undefined;
    return { commit, pinned: false, ...(head === undefined ? {} : { ref: head }) };
  }
  const candidates = [
    name,
    `refs/${name}`,
    `refs/tags/${name}`,
    `refs/heads/${name}`,
    `refs/remotes/${name}`,
  ];
  const found = candidates.filter((one) => one.startsWith('refs/') && byName.has(one));
  const [ref, ...others] = found;
  // A tag and a branch of one name: git warns, and takes one of them.
  if (ref === undefined || others.length > 0) return undefined;
  // Of a tag that is an object of its own, the commit that it is of.
  return { commit: byName.get(`${ref}^{}`) ?? byName.get(ref) ?? '', ref, pinned: false };
}
