// SPDX-License-Identifier: Apache-2.0
/**
 * Runs git on behalf of nobody: with an environment and a configuration of our own, in a repository of our own.
 *
 * The adversary owns the repositories that are asked about, and a repository's configuration names programs that git runs
 * (`core.fsmonitor`, `gpg.program`, `core.sshCommand`, hooks, filters, aliases, promisor remotes). So no command runs in
 * theirs. What they have is fetched by `git upload-pack`, the one command that is made for serving a repository that
 * nobody trusts, and each object that it sends is named anew by its content.
 *
 * Source: git(1), "SECURITY"; git-upload-pack(1), "SECURITY"; docs/adr/0031-operands.md.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ran {
  readonly code: number;
  readonly stdout: Buffer;
}

/** A repository of our own that lasts for one look. */
export interface Scratch extends AsyncDisposable {
  /** Never rejects: what cannot be run, says too much, or takes too long has code -1. */
  git(args: readonly string[], input?: string | Buffer): Promise<Ran>;
  /** What it may fetch from, by their paths, and how their objects are named. */
  point(
    remotes: { readonly here: string; readonly there?: string },
    format: 'sha1' | 'sha256',
  ): Promise<void>;
}

const maxOutputBytes = 8 << 20;

export interface ScratchParts {
  /** The operator's list of keys. */
  readonly signersFile?: string | undefined;
  /** Ends with this, whatever runs. */
  readonly until: AbortSignal;
  readonly path: string;
}

export async function openScratch({ signersFile, until, path }: ScratchParts): Promise<Scratch> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-git-'));
  const repository = join(home, 'r.git');
  const config = join(home, 'config');
  for (const folder of ['objects', 'refs']) await mkdir(join(repository, folder), { recursive: true });
  await writeFile(join(repository, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(
    config,
    [
      // Ours to decide, not whose files they are: that is what is asked about.
      ...['[safe]', 'directory = *'],
      ...['[uploadpack]', 'allowFilter = true', 'allowAnySHA1InWant = true'],
      ...['[protocol]', 'allow = never', '[protocol "file"]', 'allow = always'],
      ...['[core]', 'hooksPath = /dev/null', 'commitGraph = false', 'fsmonitor = false'],
      // Signatures by SSH keys are looked at, and no others.
      ...['[gpg]', 'program = /bin/false', '[gpg "x509"]', 'program = /bin/false'],
      ...['[gpg "ssh"]', 'program = ssh-keygen'],
      ...(signersFile === undefined ? [] : [`allowedSignersFile = ${quoted(signersFile)}`]),
    ].join('\n'),
  );
  const env = {
    PATH: path,
    HOME: home,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_DIR: repository,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'file',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
  return {
    git: (args, input = '') => run(args, input, { cwd: home, env, until }),
    async point(remotes, format) {
      const lines = [
        ...['[core]', `repositoryformatversion = 1`, 'bare = true'],
        ...['[extensions]', 'partialClone = here', ...(format === 'sha256' ? ['objectFormat = sha256'] : [])],
        // Commits and folders are wanted, and no contents of files.
        ...Object.entries(remotes).flatMap(([name, at]) => [
          `[remote "${name}"]`,
          ...[`url = ${quoted(at)}`, 'promisor = true', 'partialCloneFilter = blob:none'],
        ]),
      ];
      await writeFile(join(repository, 'config'), lines.join('\n'));
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

function quoted(text: string): string {
  if (/[\n\0]/.test(text)) throw new Error('a path that git cannot be told of');
  return `"${text.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
}

interface Running {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly until: AbortSignal;
}

function run(args: readonly string[], input: string | Buffer, { cwd, env, until }: Running): Promise<Ran> {
  const failed: Ran = { code: -1, stdout: Buffer.alloc(0) };
  return new Promise((resolve) => {
    if (until.aborted) return resolve(failed);
    // A group of its own: what it has started ends with it.
    const child = spawn('git', [...args], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (ran: Ran): void => {
      until.removeEventListener('abort', stop);
      resolve(ran);
    };
    const stop = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      end(failed);
    };
    until.addEventListener('abort', stop, { once: true });
    child.on('error', () => end(failed));
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxOutputBytes) stop();
      else chunks.push(chunk);
    });
    child.on('close', (code) => end({ code: code ?? -1, stdout: Buffer.concat(chunks) }));
    child.stdin.end(input);
  });
}
