// SPDX-License-Identifier: Apache-2.0
/**
 * What a push or a merge means as things stand: which refs, which commits, and where to. Cheap enough to be asked again
 * right before the call is let go.
 *
 * Reads configuration as text and refs through `upload-pack`; runs nothing of the repository's (run.ts).
 */
import { hash } from 'node:crypto';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestJson } from '../../core/json/canonical.ts';
import type { GitUnseen, GitUpdate } from '../../core/operand/git.ts';
import type { GitAct, GitRef } from '../../core/program/git-act.ts';
import { lookAt, readWhole } from '../files/look.ts';
import { type Meant, meantBy, type Refs, refsOf } from './refs.ts';
import type { Scratch } from './run.ts';
import { routeOf, type Settings, settingsOf } from './settings.ts';

export interface Surveyed {
  readonly state: string;
  readonly repository: string;
  readonly url: string;
  /** Where it is on this machine, if it is. */
  readonly there?: string;
  readonly updates: readonly GitUpdate[];
  /** Commits that are there already, the likeliest first. */
  readonly bases: readonly string[];
  readonly base: 'remote' | 'tracking' | 'here';
  readonly pinned: boolean;
  readonly hooks: readonly string[];
}

export interface SurveyParts {
  readonly home: string;
  readonly signersFile?: string | undefined;
  readonly isOver: () => boolean;
}

/** Why it cannot be told. */
export class Untold extends Error {
  readonly code = 'git_untold';
  readonly why: GitUnseen;
  constructor(why: GitUnseen) {
    super(why);
    this.why = why;
  }
}

const maxConfigBytes = 256 << 10;
const maxBases = 16;
const hooksOf = {
  push: ['pre-push', 'reference-transaction'],
  merge: ['pre-merge-commit', 'prepare-commit-msg', 'commit-msg', 'post-merge', 'reference-transaction'],
} as const;

/** @throws {Untold} */
export async function survey(
  git: Scratch['git'],
  act: GitAct,
  directory: string,
  parts: SurveyParts,
): Promise<Surveyed> {
  const { repository, folder, shared } = await repositoryAt(directory);
  const [read, refs] = await Promise.all([
    configuration(git, folder, shared, parts.home),
    listed(git, repository),
  ]);
  const branch = refs.head?.replace(/^refs\/heads\//, '');
  const meant =
    act.does === 'merge'
      ? merged(act, refs)
      : await pushed(
          git,
          act,
          refs,
          repository,
          routeOf(read.own, read.users, branch, act.remote, act.refs.length === 0),
        );
  const hooksPath = [...read.users, ...read.own].findLast(([name]) => name === 'core.hookspath')?.[1];
  const hooks = await hooksIn(resolve(repository, hooksPath ?? join(shared, 'hooks')), act, parts);
  const signers = parts.signersFile === undefined ? null : await digestOf(parts.signersFile);
  const { updates, url, bases } = meant;
  const state = digestJson({
    v: 1,
    ...{ repository, url, hooks, signers },
    updates: updates.map(({ to, commit, was }) => [to, commit, was]),
    // Of a remote that is asked, only what is moved; of the repository's own word for it, all of that.
    bases: meant.base === 'tracking' ? bases : null,
    config: read.digest,
    forced: act.forced,
  });
  return { ...meant, state, repository, hooks };
}

type Meaning = Omit<Surveyed, 'state' | 'repository' | 'hooks'>;

function merged(act: GitAct, refs: Refs): Meaning {
  const was = refs.byName.get('HEAD');
  const to = refs.head;
  if (was === undefined || to === undefined) throw new Untold('no_ref');
  const meant = act.refs.map(({ from }) => meaning(from, refs));
  return {
    ...{ url: '', base: 'here', bases: [was] },
    updates: meant.map(({ commit }) => ({ to, commit, was })),
    pinned: meant.every((one) => one.pinned),
  };
}

function meaning(name: string, refs: Refs): Meant {
  const found = meantBy(name, refs);
  if (found === undefined || found.commit === '') throw new Untold('no_ref');
  return found;
}

async function pushed(
  git: Scratch['git'],
  act: GitAct,
  refs: Refs,
  repository: string,
  route: ReturnType<typeof routeOf>,
): Promise<Meaning> {
  if (route === undefined) throw new Untold('configured');
  const there = pathOf(route.url, repository);
  const prefix = `refs/remotes/${route.remote}/`;
  const known: Refs =
    there === undefined
      ? {
          byName: new Map(
            [...refs.byName].flatMap(([name, id]) =>
              name.startsWith(prefix) ? [[`refs/heads/${name.slice(prefix.length)}`, id] as const] : [],
            ),
          ),
        }
      : await listed(git, there);
  const wanted: readonly GitRef[] = act.refs.length > 0 ? act.refs : [{ from: 'HEAD', forced: act.forced }];
  const updates: GitUpdate[] = [];
  let pinned = true;
  for (const { from, to } of wanted) {
    const meant = from === '' ? undefined : meaning(from, refs);
    if (meant !== undefined) pinned &&= meant.pinned;
    const name = nameThere(to, meant, known);
    updates.push({ to: name, commit: meant?.commit ?? '', was: known.byName.get(name) ?? '' });
  }
  const usual = ['HEAD', 'refs/heads/main', 'refs/heads/master'].map((name) => known.byName.get(name) ?? '');
  const bases = [...updates.map(({ was }) => was), ...usual, ...known.byName.values()].filter(
    (id) => id !== '',
  );
  return {
    ...{ url: route.url, updates, pinned, base: there === undefined ? 'tracking' : 'remote' },
    ...(there === undefined ? {} : { there }),
    bases: [...new Set(bases)].slice(0, maxBases),
  };
}

function nameThere(to: string | undefined, meant: Meant | undefined, known: Refs): string {
  if (to === undefined) {
    // Without a name of its own it goes to where it comes from.
    if (meant?.ref === undefined || /^refs\/remotes\//.test(meant.ref)) throw new Untold('no_ref');
    return meant.ref;
  }
  if (to.startsWith('refs/')) return to;
  const there = [`refs/heads/${to}`, `refs/tags/${to}`].filter((name) => known.byName.has(name));
  if (there.length > 1) throw new Untold('no_ref');
  return there[0] ?? (meant?.ref?.startsWith('refs/tags/') === true ? `refs/tags/${to}` : `refs/heads/${to}`);
}

/** Only what is here is asked: a remote somewhere else would be told something before anything was decided. */
function pathOf(url: string, repository: string): string | undefined {
  if (/^file:\/\//i.test(url)) {
    try {
      return fileURLToPath(url);
    } catch {
      throw new Untold('configured');
    }
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || /^[^/]*:/.test(url)) return undefined;
  return isAbsolute(url) ? url : resolve(repository, url);
}

async function listed(git: Scratch['git'], path: string): Promise<Refs> {
  const { code, stdout } = await git(['ls-remote', '--quiet', '--symref', '--', path]);
  const refs = code === 0 ? refsOf(stdout.toString('utf8')) : undefined;
  if (refs === undefined) throw new Untold('failed');
  return refs;
}

/** Where a repository begins, its own folder, and the one that its work trees share. */
async function repositoryAt(
  from: string,
): Promise<{ readonly repository: string; readonly folder: string; readonly shared: string }> {
  for (let at = from; ; at = dirname(at)) {
    const { state } = await lookAt('.git', { directory: at, home: at, isOver: () => true });
    const here = join(at, '.git');
    if (state.is === 'folder') return { repository: at, folder: here, shared: here };
    if (state.is !== 'absent') {
      const folder = pointer('gitdir: ', await text(here), at);
      const shared = await readWhole(join(folder, 'commondir'), 4096).catch(() => undefined);
      const common = shared === undefined ? folder : resolve(folder, shared.toString('utf8').trim());
      return { repository: at, folder, shared: common };
    }
    if (dirname(at) === at) throw new Untold('no_repository');
  }
}

function pointer(start: string, content: string, base: string): string {
  if (!content.startsWith(start)) throw new Untold('no_repository');
  return resolve(base, content.slice(start.length).trim());
}

async function text(path: string): Promise<string> {
  const bytes = await readWhole(path, 4096).catch(() => undefined);
  if (bytes === undefined) throw new Untold('no_repository');
  return bytes.toString('utf8');
}

interface Configuration {
  readonly own: Settings;
  readonly users: Settings;
  readonly digest: string;
}

async function configuration(
  git: Scratch['git'],
  folder: string,
  shared: string,
  home: string,
): Promise<Configuration> {
  const digests = new Map<string, string>();
  const read = async (path: string): Promise<Settings> => {
    const bytes = await readWhole(path, maxConfigBytes).catch(() => {
      throw new Untold('configured');
    });
    digests.set(path, bytes === undefined ? '' : hash('sha256', bytes, 'hex'));
    if (bytes === undefined) return [];
    // What was read is what is understood: git is handed the bytes and no name.
    const { code, stdout } = await git(['config', '--file', '-', '--list', '--null', '--no-includes'], bytes);
    if (code !== 0) throw new Untold(code < 0 ? 'failed' : 'configured');
    return settingsOf(stdout.toString('utf8'));
  };
  const usual = ['/etc/gitconfig', join(home, '.config/git/config'), join(home, '.gitconfig')];
  const [common = [], ...ofUsers] = await Promise.all([join(shared, 'config'), ...usual].map(read));
  const perTree = common.some(([name, value]) => name === 'extensions.worktreeconfig' && value !== 'false');
  const own = perTree ? [...common, ...(await read(join(folder, 'config.worktree')))] : common;
  const users: (readonly [string, string])[] = [];
  for (const [i, settings] of ofUsers.entries())
    for (const [name, value] of settings) {
      users.push([name, value]);
      if (!/^include(?:if\..*)?\.path$/s.test(name)) continue;
      // Whether a condition holds is not asked: what may be read along counts as if it were.
      const file = value.startsWith('~/')
        ? join(home, value.slice(2))
        : resolve(dirname(usual[i] ?? home), value);
      const more = await read(file);
      if (more.some(([one]) => one.startsWith('include'))) throw new Untold('configured');
      users.push(...more);
    }
  return { own, users, digest: digestJson([...digests].sort()) };
}

/** Programs of the repository that the act runs, each with what is in it. */
async function hooksIn(folder: string, { does }: GitAct, parts: SurveyParts): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of hooksOf[does]) {
    const { path, state } = await lookAt(name, { directory: folder, home: parts.home, isOver: parts.isOver });
    if (state.is === 'file') found.push(`${path} ${state.digest}`);
    else if (state.is !== 'absent') throw new Untold('failed');
  }
  return found;
}

async function digestOf(path: string): Promise<string> {
  const bytes = await readWhole(path, 1 << 20).catch(() => undefined);
  if (bytes === undefined) throw new Untold('failed');
  return hash('sha256', bytes, 'hex');
}
