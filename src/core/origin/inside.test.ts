// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { staysInside } from './inside.ts';

const mail = {
  class: 'send' as const,
  args: {
    to: { role: 'destination' as const },
    url: { role: 'link' as const },
    body: { role: 'content' as const },
  },
  internal: ['acme.example', '10.0.0.7'],
};

test.each<[what: string, args: Parameters<typeof staysInside>[1], inside: boolean]>([
  ['a colleague', { to: 'sam@acme.example' }, true],
  ['one of a part of the house', { to: 'Sam@Mail.Acme.Example' }, true],
  ['each of several', { to: ['sam@acme.example', 'ann@acme.example'] }, true],
  ['one of several who is none', { to: ['sam@acme.example', 'eve@evil.example'] }, false],
  ['a page of the house', { url: 'https://wiki.acme.example/x?y=1' }, true],
  ['an address of the house', { url: 'http://10.0.0.7/' }, true],
  ['who ends alike', { to: 'eve@evilacme.example' }, false],
  ['who begins alike', { to: 'eve@acme.example.evil.example' }, false],
  ['two addresses in one', { to: 'sam@acme.example@evil.example' }, false],
  ['a user who looks like the house', { url: 'https://acme.example@evil.example/' }, false],
  ['a port of its own', { url: 'https://wiki.acme.example:8443/' }, false],
  ['a letter of another script', { to: 'sam@аcme.example' }, false],
  ['a handle', { to: 'sam' }, false],
  [
    'a stranger in a field that nobody gave a role',
    { to: 'sam@acme.example', bcc: 'eve@evil.example' },
    false,
  ],
  ['an address in the text is no place', { to: 'sam@acme.example', body: 'ask eve@evil.example' }, true],
  ['nobody', { body: 'x' }, false],
])('%s', (_what, args, inside) => expect(staysInside(mail, args)).toBe(inside));

test('where the catalogue says nothing, nothing is inside', () =>
  expect(staysInside({ class: mail.class, args: mail.args }, { to: 'sam@acme.example' })).toBe(false));
