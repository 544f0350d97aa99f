// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { readOpa } from './opa.ts';

const path = '/v1/data/countersign/decision';

test.each<[what: string, flags: Parameters<typeof readOpa>[0], env: NodeJS.ProcessEnv, want: object]>([
  ['nothing is asked unless somebody says so', {}, {}, { ok: true }],
  ['of this machine', { opa: `http://127.0.0.1:8181${path}` }, {}, { opa: { timeoutMs: 500 } }],
  ['of this machine, by its other address', { opa: `http://[::1]:8181${path}` }, {}, { ok: true }],
  [
    'elsewhere with TLS',
    { opa: `https://opa.example${path}` },
    {},
    { opa: { url: `https://opa.example${path}` } },
  ],
  [
    'from the environment',
    {},
    { COUNTERSIGN_OPA: `http://localhost:1${path}`, COUNTERSIGN_OPA_TIMEOUT: '2s' },
    { opa: { timeoutMs: 2000 } },
  ],
  [
    'elsewhere without TLS, when told',
    { opa: `http://opa.example${path}`, opaAllowHttp: true },
    {},
    { ok: true },
  ],
  [
    'a compiled policy',
    { opaBundle: '/b.tar.gz' },
    {},
    { opa: { bundle: '/b.tar.gz', entrypoint: 'countersign/decision', timeoutMs: 500 } },
  ],
  [
    'a rule of one, from the environment',
    {},
    {
      COUNTERSIGN_OPA_BUNDLE: '/b.wasm',
      COUNTERSIGN_OPA_ENTRYPOINT: 'a/b_c',
      COUNTERSIGN_OPA_TIMEOUT: '50ms',
    },
    { opa: { bundle: '/b.wasm', entrypoint: 'a/b_c', timeoutMs: 50 } },
  ],
  [
    'what is empty is not said',
    { opa: `http://127.0.0.1:8181${path}` },
    { COUNTERSIGN_OPA_BUNDLE: '' },
    { opa: { url: `http://127.0.0.1:8181${path}` } },
  ],
])('%s', (_what, flags, env, want) => expect(readOpa(flags, env)).toMatchObject(want));

test.each<[what: string, flags: Parameters<typeof readOpa>[0]]>([
  ['elsewhere without TLS', { opa: `http://opa.example${path}` }],
  ['a name that begins like this machine', { opa: `http://127.0.0.1.example${path}` }],
  ['no URL', { opa: 'opa' }],
  ['another protocol', { opa: `ftp://127.0.0.1${path}` }],
  ['another API', { opa: 'http://127.0.0.1:8181/v0/data/countersign' }],
  ['no document', { opa: 'http://127.0.0.1:8181/v1/data/' }],
  ['a password in it', { opa: `http://a:b@127.0.0.1${path}` }],
  ['a query in it', { opa: `http://127.0.0.1${path}?pretty` }],
  ['a time that is none', { opa: `http://127.0.0.1${path}`, opaTimeout: '500' }],
  ['a time that is too long', { opa: `http://127.0.0.1${path}`, opaTimeout: '1m' }],
  ['a time that is too long for a bundle', { opaBundle: 'b', opaTimeout: '1m' }],
  ['a server and a bundle', { opa: `http://127.0.0.1${path}`, opaBundle: 'b' }],
  ['a rule of no bundle', { opaEntrypoint: 'a/b' }],
  ['a rule of a server', { opa: `http://127.0.0.1${path}`, opaEntrypoint: 'a/b' }],
  ['a rule as a query', { opaBundle: 'b', opaEntrypoint: 'data.countersign.decision[_]' }],
])('%s is refused', (_what, flags) => expect(readOpa(flags, {})).toMatchObject({ ok: false }));

test('one from a flag does not set aside another one from the environment: both are refused', () => {
  const env = { COUNTERSIGN_OPA: `http://127.0.0.1${path}` };
  expect(readOpa({ opaBundle: 'b' }, env)).toMatchObject({ ok: false });
});
