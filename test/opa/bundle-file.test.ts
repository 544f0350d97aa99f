// SPDX-License-Identifier: Apache-2.0
// What a file has to be to be asked: `opa build` writes it so, and everything else is refused before any of it runs.
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maxFileBytes, readBundle, readBundleFile } from '../../src/adapters/opa/bundle-file.ts';
import { bundleOf, compiledPolicy } from './compiled-policy.fixture.ts';

let dir: string;
let module: Uint8Array;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cs-bundle-file-'));
  module = await compiledPolicy({});
});
afterAll(() => rmSync(dir, { recursive: true }));

const tarred = async (entries: readonly TarEntry[]): Promise<Uint8Array> => gzipSync(await packTar(entries));
const file = (name: string, body: string | Uint8Array = '', more: object = {}): TarEntry => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return { header: { name, size: bytes.length, ...more }, body: bytes };
};

test('a bundle gives its module and its data, and is named by all of its bytes', async () => {
  const rego = 'package countersign';
  const bytes = await bundleOf({
    '/data.json': '{"a":1}',
    '/policy.rego': rego,
    '/policy.wasm': module,
    '/.manifest': '{}',
  });
  const read = await readBundle(bytes);
  expect(read).toMatchObject({ ok: true, bundle: { digest: `sha256:${hash('sha256', bytes, 'hex')}` } });
  expect(read.ok && Buffer.from(read.bundle.module).equals(module)).toBe(true);
  expect(read.ok && Buffer.from(read.bundle.data ?? []).toString()).toBe('{"a":1}');
});

test('a bare module is one too', async () => {
  const read = await readBundle(module);
  expect(read).toMatchObject({ ok: true, bundle: { digest: `sha256:${hash('sha256', module, 'hex')}` } });
  expect(read.ok && read.bundle.data).toBeUndefined();
});

test('names may begin as `tar` writes them, and directories are passed over', async () => {
  const directory = { header: { name: './', size: 0, type: 'directory' as const } };
  expect(await readBundle(await tarred([directory, file('./policy.wasm', module)]))).toMatchObject({
    ok: true,
  });
});

test.each<[what: string, entries: () => readonly TarEntry[], message: string]>([
  ['no module', () => [file('/data.json', '{}')], 'it has no `policy.wasm`'],
  ['a module elsewhere', () => [file('/a/policy.wasm', module)], 'only `/policy.wasm` is understood'],
  ['two modules', () => [file('/policy.wasm', module), file('/b.wasm', module)], 'only `/policy.wasm`'],
  ['one name twice', () => [file('/policy.wasm', module), file('policy.wasm', module)], 'in it twice'],
  ['a name that leads out', () => [file('/policy.wasm', module), file('../data.json', '{}')], 'leads out'],
  ['one that does so later', () => [file('/a/../../policy.wasm', module)], 'leads out'],
  [
    'a link',
    () => [file('/policy.wasm', '', { type: 'symlink', linkname: '/etc/passwd' })],
    '`/policy.wasm` in it is a symlink',
  ],
  [
    'a hard link',
    () => [file('/policy.wasm', module), file('/data.json', '', { type: 'link', linkname: 'policy.wasm' })],
    'is a link',
  ],
  ['data in parts', () => [file('/policy.wasm', module), file('/a/data.json', '{}')], 'only `/data.json`'],
  ['data as YAML', () => [file('/policy.wasm', module), file('/data.yaml', '')], 'only `/data.json`'],
  [
    'signatures, which nobody here checks',
    () => [file('/policy.wasm', module), file('/.signatures.json', '{}')],
    'signatures of bundles are not checked here',
  ],
  ['a delta', () => [file('/policy.wasm', module), file('/patch.json', '{}')], 'a delta'],
  [
    'more files than a policy has',
    () => [file('/policy.wasm', module), ...Array.from({ length: 1000 }, (_, i) => file(`/${i}.rego`))],
    'more than 1000 files',
  ],
  ['a name without an end', () => [file(`/${'a/'.repeat(600)}b`)], 'a name in it is too long'],
  ['a module that is none', () => [file('/policy.wasm', 'wasm')], 'neither a bundle'],
  ['a module cut short', () => [file('/policy.wasm', module.subarray(0, -1))], 'neither a bundle'],
])('%s is refused', async (_what, entries, message) => {
  const read = await readBundle(await tarred(entries()));
  expect(read).toEqual({ ok: false, message: expect.stringContaining(message) });
});

test('a bundle that is small and unpacks to more than there is room for', async () => {
  const bomb = gzipSync(Buffer.alloc(49 << 20));
  expect(bomb.length).toBeLessThan(100_000);
  expect(await readBundle(bomb)).toEqual({ ok: false, message: 'it unpacks to more than 48 MiB' });
});

test.each<[what: string, change: (bytes: Uint8Array) => Uint8Array]>([
  ['cut short', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['of which a header is damaged', (bytes) => gzipSync(gunzipSync(bytes).fill(0x41, 3, 4))],
  ['of which the tar is cut short', (bytes) => gzipSync(gunzipSync(bytes).subarray(0, 600))],
  ['that is no gzip but for its first bytes', () => Uint8Array.of(0x1f, 0x8b, 1, 2, 3)],
])('a bundle %s is refused', async (_what, change) => {
  const read = await readBundle(change(await bundleOf({ '/policy.wasm': module })));
  expect(read).toMatchObject({ ok: false });
});

test('a module that brings a memory without our bound is refused', async () => {
  expect(await readBundle(await compiledPolicy({ ownMemory: true }))).toEqual({
    ok: false,
    message: 'its module brings a memory of its own',
  });
});

test.each<[what: string, path: () => string, message: string]>([
  ['nothing', () => join(dir, 'nothing'), 'it cannot be read (ENOENT)'],
  ['a directory', () => dir, 'it is not a file'],
  ['a device without an end', () => '/dev/zero', 'it is not a file'],
  [
    'a file that is too large',
    () => {
      writeFileSync(join(dir, 'large'), Buffer.alloc(maxFileBytes + 1));
      return join(dir, 'large');
    },
    'it is larger than 16 MiB',
  ],
  [
    'a file with nothing in it',
    () => {
      writeFileSync(join(dir, 'empty'), '');
      return join(dir, 'empty');
    },
    'it is neither a bundle (`.tar.gz`) nor a WebAssembly module',
  ],
])('%s is refused', async (_what, path, message) => {
  expect(await readBundleFile(path())).toEqual({ ok: false, message });
});
