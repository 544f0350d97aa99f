// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nativeName, nativeUri, type Scope, shownName, shownUri } from './namespace.ts';

const all: Scope = { kind: 'all', servers: ['files', 'files__old', 'my-crm'] };
const one: Scope = { kind: 'one', server: 'files' };

test.each<[rule: string, scope: Scope, shown: string, want: readonly [string, string] | undefined]>([
  ['at one server names are its own', one, 'a__b', ['files', 'a__b']],
  ['the prefix names the server', all, 'my-crm__find', ['my-crm', 'find']],
  ['the longest server that fits is meant', all, 'files__old__read', ['files__old', 'read']],
  ['a shorter one where only it fits', all, 'files__older', ['files', 'older']],
  ['no prefix belongs to nobody', all, 'read', undefined],
  ['nor does an unknown one', all, 'mail__send', undefined],
  ['nor does an empty name', all, 'files__', undefined],
])('%s', (_rule, scope, shown, want) => {
  const native = nativeName(scope, shown);
  expect(native === undefined ? undefined : [native.server, native.name]).toEqual(want);
});

test('what is shown is found again', () => {
  fc.assert(
    fc.property(fc.constantFrom('files', 'my-crm'), fc.string({ minLength: 1 }), (server, name) => {
      // `files` followed by `old__` is the name of another server: the one ambiguity, and it is not ours to create.
      fc.pre(!name.startsWith('old__'));
      expect(nativeName(all, shownName(all, server, name))).toEqual({ server, name });
      expect(nativeUri(all, shownUri(all, server, name))).toEqual({ server, name });
    }),
  );
});
