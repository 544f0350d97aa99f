// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { opsEntry } from '../../../test/builders/tools.ts';
import type { CatalogueEntry } from '../catalogue/entry.ts';
import type { JsonObject } from '../json/value.ts';
import { covers, overlap, touchedBy } from './items.ts';
import { nothingRead } from './label.ts';

const pseudonym = (text: string) => `hash-of-${text.length}`.padEnd(64, '0');
const entry = (resource: Partial<CatalogueEntry['resource']>, more: Partial<CatalogueEntry> = {}) =>
  opsEntry('x', {}, {}, { resource: { type: 'Tool', label: nothingRead, ...resource }, ...more });
const items = (of: CatalogueEntry, args: JsonObject) => touchedBy(of, args, pseudonym).items;

const ticket = entry({ type: 'Ticket', idArgument: 'id' });
const file = entry({ type: 'File', idArgument: 'path' }, { args: { path: { role: 'path' } } });
const move = entry({ type: 'File' }, { args: { from: { role: 'path' }, to: { role: 'path' } } });

describe('what a call touches', () => {
  test.each<[rule: string, of: CatalogueEntry, args: JsonObject, want: readonly string[]]>([
    ['anything, where nobody gave the tool a type', entry({}), { id: '1' }, ['*']],
    ['anything of its type, where nothing names which', entry({ type: 'Note' }), { text: 'a' }, ['Note']],
    ['what is named', ticket, { id: '42' }, ['Ticket 42']],
    ['what is named by a number', ticket, { id: 42 }, ['Ticket 42']],
    ['the same, however it is spelled', ticket, { id: ' ABC４2 ' }, ['Ticket abc42']],
    ['each of what is named', ticket, { id: ['b', 'a', 'b'] }, ['Ticket a', 'Ticket b']],
    ['any, where which one is left out', ticket, {}, ['Ticket']],
    ['any, where it is not one', ticket, { id: { or: '1' } }, ['Ticket']],
    ['any, where it is empty', ticket, { id: '  ' }, ['Ticket']],
    ['any, where there are many', ticket, { id: ['1', '2', '3', '4', '5', '6', '7', '8', '9'] }, ['Ticket']],
    ['a long name by its hash', ticket, { id: 'x'.repeat(200) }, ['Ticket hash-of-205000000000000000000000']],
    ['a path', file, { path: '/srv/Data/a.txt' }, ['File /srv/data/a.txt']],
    ['a directory', file, { path: '/srv/data/' }, ['File /srv/data']],
    ['any file, where a path climbs', file, { path: '/srv/data/../secret' }, ['File']],
    ['any file, where a path has a second reading', file, { path: '/srv/%64ata' }, ['File']],
    ['any file, where nobody knows from where', file, { path: 'a.txt' }, ['File']],
    ['any file, for the root', file, { path: '/' }, ['File']],
    ['any, for a name that may be a path', ticket, { id: '../1' }, ['Ticket']],
    [
      'a long path by a directory above',
      file,
      { path: `/a/${'b'.repeat(60)}/${'c'.repeat(60)}/d` },
      [`File /a/${'b'.repeat(60)}`],
    ],
    ['both ends of a move', move, { from: '/b', to: '/a' }, ['File /a', 'File /b']],
    ['any file, where one of the ends is not clear', move, { from: '/b', to: 'a' }, ['File']],
    ['the end that is there', move, { to: '/a' }, ['File /a']],
    ['any file, where neither is', move, {}, ['File']],
  ])('is %s', (_rule, of, args, want) => expect(items(of, args)).toEqual(want));

  test.each<[rule: string, of: CatalogueEntry, want: object]>([
    ['of a store of its server', ticket, { store: 'ops' }],
    ['of the store that several servers reach', entry({ store: 'disk' }), { store: 'disk' }],
    [
      'a change stores and may show what was there',
      entry({}, { class: 'write' }),
      { stores: true, reads: true },
    ],
    ['what only reads stores nothing', entry({}, { class: 'read' }), { stores: false, reads: true }],
    ['what sends stores nothing here', entry({}, { class: 'send' }), { stores: false }],
    [
      'unless the catalogue says so',
      entry({ stores: true, reads: false }, { class: 'send' }),
      { stores: true, reads: false },
    ],
  ])('%s', (_rule, of, want) => expect(touchedBy(of, {}, pseudonym)).toMatchObject(want));
});

describe('two items', () => {
  test.each<[a: string, b: string, inside: boolean, may: boolean]>([
    ['*', 'File /a', true, true],
    ['File', 'File /a', true, true],
    ['File', 'Files /a', false, false],
    ['File /a', 'File /a/b', true, true],
    ['File /a/b', 'File /a', false, true],
    ['File /a', 'File /ab', false, false],
    ['File /a', 'Folder /a', false, false],
    ['Ticket 1', 'Ticket 1', true, true],
    ['Ticket 1', 'Ticket 1/2', false, false],
    ['Ticket 1', 'Ticket 12', false, false],
    ['Ticket 1', 'Ticket', false, true],
    ['Ticket', '*', false, true],
  ])('%s and %s', (a, b, inside, may) => {
    expect(covers(a, b)).toBe(inside);
    expect([overlap(a, b), overlap(b, a)]).toEqual([may, may]);
  });

  // Names that a file system would take for the same file, or for one within the other, are found again.
  test('are found again by every spelling of a path', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'B', '..', '.', '', 'c '), { maxLength: 5 }),
        fc.boolean(),
        (parts, absolute) => {
          const spelled = `${absolute ? '/' : ''}${parts.join('/')}`;
          const meant: string[] = [];
          for (const part of parts) {
            if (part === '..') meant.pop();
            else if (part !== '.' && part !== '') meant.push(part.trimEnd());
          }
          const [one] = items(file, { path: spelled });
          const [other] = items(file, { path: `/${meant.join('/')}` });
          expect(overlap(one ?? '', other ?? '')).toBe(true);
        },
      ),
      { numRuns: 2000 },
    ));
});
