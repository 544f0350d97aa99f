// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled policy out of one file: a bundle as `opa build -t wasm` writes it (`.tar.gz`), or the bare module.
 *
 * Nothing of it runs here, nothing is written, and no name in it is ever a path. What `opa build` would not have
 * written is refused rather than left out, or less would decide than somebody thinks.
 *
 * Source: OPA, "Bundles", "Bundle File Format"; WebAssembly core specification, "Binary Format", "Modules".
 */
import { hash } from 'node:crypto';
import { constants, open } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';

export interface Bundle {
  /** Of the file as it was read: `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly module: Uint8Array;
  /** The data beside the rules, as JSON. */
  readonly data?: Uint8Array;
}

export type BundleRead =
  | { readonly ok: true; readonly bundle: Bundle }
  | { readonly ok: false; readonly message: string };

export const maxFileBytes = 16 << 20;
const maxUnpackedBytes = 48 << 20;
const maxModuleBytes = 16 << 20;
const maxEntries = 1000;
const maxNameLength = 1024;

const moduleName = 'policy.wasm';
const dataName = 'data.json';

/** Never throws: what cannot be read is refused in words. */
export async function readBundleFile(path: string): Promise<BundleRead> {
  try {
    // A pipe that nobody writes to is not waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile()) return refused('it is not a file');
    const { size } = stat;
    if (size > maxFileBytes) return refused(`it is larger than ${maxFileBytes >> 20} MiB`);
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytesRead === size ? await readBundle(bytes) : refused('it changed while it was read');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return refused(`it cannot be read (${code})`);
  }
}

/** Never throws. */
export async function readBundle(bytes: Uint8Array): Promise<BundleRead> {
  const digest = `sha256:${hash('sha256', bytes, 'hex')}`;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const unpacked = await unpack(bytes);
    if (!unpacked.ok) return unpacked;
    const { files } = unpacked;
    const module = files.get(moduleName);
    if (module === undefined)
      return refused(`it has no \`${moduleName}\`: \`opa build -t wasm -e <entrypoint>\` writes one`);
    const data = files.get(dataName);
    return judged({ digest, module, ...(data === undefined ? {} : { data }) });
  }
  return judged({ digest, module: bytes });
}

async function unpack(
  bytes: Uint8Array,
): Promise<{ ok: true; files: ReadonlyMap<string, Uint8Array> } | { ok: false; message: string }> {
  let tar: Uint8Array;
  try {
    tar = gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes });
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return refused(tooLarge ? `it unpacks to more than ${maxUnpackedBytes >> 20} MiB` : 'it is no gzip');
  }
  let problem: string | undefined;
  let count = 0;
  const found = (what: string): boolean => {
    problem ??= what;
    return false;
  };
  const names = new Set<string>();
  try {
    const entries = await unpackTar(tar, {
      strict: true,
      filter({ name, type = 'file' }) {
        count += 1;
        if (count > maxEntries) throw new Error('too many');
        if (name.length > maxNameLength) return found('a name in it is too long');
        if (type !== 'file' && type !== 'directory') return found(`\`${shown(name)}\` in it is a ${type}`);
        const plain = plainName(name);
        if (plain === undefined) return found(`\`${shown(name)}\` in it leads out of it`);
        if (type === 'directory') return false;
        if (names.has(plain)) return found(`\`${shown(plain)}\` is in it twice`);
        names.add(plain);
        const odd = oddity(plain);
        if (odd !== undefined) return found(`\`${shown(plain)}\` is in it: ${odd}`);
        return plain === moduleName || plain === dataName;
      },
    });
    if (problem !== undefined) return refused(problem);
    const files = entries.map(
      ({ header, data }) => [plainName(header.name) ?? '', data ?? new Uint8Array()] as const,
    );
    return { ok: true, files: new Map(files) };
  } catch {
    return refused(count > maxEntries ? `more than ${maxEntries} files are in it` : 'it is no whole tar');
  }
}

/** Names begin with a slash where `opa` wrote them. */
function plainName(name: string): string | undefined {
  const segments = name
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/+$/, '')
    .split('/');
  return segments.some((segment) => segment === '..') ? undefined : segments.join('/');
}

/** What changes what the policy says, and is not looked at here. */
function oddity(name: string): string | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (base === '.signatures.json') return 'signatures of bundles are not checked here';
  if (base === 'patch.json') return 'a delta needs the bundle that it changes';
  if (base.endsWith('.wasm') && name !== moduleName) return `only \`/${moduleName}\` is understood`;
  if (/^data\.(?:json|ya?ml)$/.test(base) && name !== dataName)
    return `only \`/${dataName}\` is understood, which \`opa build\` makes of all data`;
  return undefined;
}

function judged(bundle: Bundle): BundleRead {
  const { module } = bundle;
  if (module.length > maxModuleBytes) return refused(`its module is larger than ${maxModuleBytes >> 20} MiB`);
  const sections = sectionsOf(module);
  if (sections === undefined) return refused('it is neither a bundle (`.tar.gz`) nor a WebAssembly module');
  // It gets a memory with a bound. One of its own has none.
  if (sections.has(memorySection)) return refused('its module brings a memory of its own');
  return { ok: true, bundle };
}

const memorySection = 5;

/** Ids of the sections of a module; undefined where it is none. */
function sectionsOf(module: Uint8Array): ReadonlySet<number> | undefined {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (header.some((byte, i) => module[i] !== byte)) return undefined;
  const ids = new Set<number>();
  for (let at = header.length; at < module.length; ) {
    ids.add(module[at] ?? 0);
    at += 1;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at];
      if (byte === undefined || shift > 28) return undefined;
      at += 1;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += size;
    if (at > module.length) return undefined;
  }
  return ids;
}

function shown(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80).toWellFormed()}...` : name;
}

function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
