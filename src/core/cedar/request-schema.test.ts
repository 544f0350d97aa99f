// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { readRequestSchema } from './request-schema.ts';

const schema = {
  '': {
    commonTypes: {
      Label: {
        type: 'Record',
        attributes: { level: { type: 'Long' }, note: { type: 'String', required: false } },
      },
    },
    entityTypes: {
      User: {
        memberOfTypes: ['Team'],
        shape: { type: 'Record', attributes: { owner: { type: 'String' } } },
        tags: { type: 'String' },
      },
      Team: {},
    },
    actions: {
      group: {},
      read: {
        memberOf: [{ id: 'group' }],
        appliesTo: {
          principalTypes: ['User'],
          resourceTypes: ['Files::Doc'],
          context: {
            type: 'Record',
            attributes: {
              calls: { type: 'Long' },
              label: { type: 'Label' },
              who: { type: 'Entity', name: 'User' },
              rate: { type: 'Extension', name: 'decimal', required: false },
              names: { type: 'Set', element: { type: 'String' }, required: false },
            },
          },
        },
      },
    },
  },
  Files: {
    entityTypes: { Doc: { shape: { type: 'Record', attributes: { label: { type: 'Label' } } } } },
    actions: {},
  },
};

const user = { type: 'User', id: 'u' };
const doc = { type: 'Files::Doc', id: 'd' };
const context = { calls: 1, label: { level: 2 }, who: { __entity: user } };
const request = {
  principal: user,
  action: { type: 'Action', id: 'read' },
  resource: doc,
  context,
  entities: [
    { uid: user, attrs: { owner: 'o' }, parents: [{ type: 'Team', id: 't' }], tags: { a: 'b' } },
    { uid: doc, attrs: { label: { level: 1, note: 'n' } }, parents: [] },
  ],
};

function whyUnfit(changes: object): string | undefined {
  const read = readRequestSchema(schema);
  if (read === undefined) throw new Error('the schema is understood');
  return read.whyUnfit({ ...request, ...changes });
}

test('what fits, fits', () => {
  expect(whyUnfit({})).toBeUndefined();
  const rate = { __extn: { fn: 'decimal', arg: '1.5' } };
  expect(whyUnfit({ context: { ...context, rate, names: ['a', 'b'] } })).toBeUndefined();
});

test.each<[what: string, changes: object]>([
  ['an action that nobody declared', { action: { type: 'Action', id: 'write' } }],
  ['a group', { action: { type: 'Action', id: 'group' } }],
  ['another type of principal', { principal: { type: 'Team', id: 't' } }],
  ['another type of resource', { resource: user }],
  ['a missing attribute', { context: { ...context, calls: undefined } }],
  ['an attribute that nobody declared', { context: { ...context, more: 1 } }],
  ['an attribute of another type', { context: { ...context, calls: '1' } }],
  ['one further in', { context: { ...context, label: { level: true } } }],
  ['an entity of another type', { context: { ...context, who: { __entity: doc } } }],
  ['an entity that is not written out', { context: { ...context, who: user } }],
  [
    'an extension value of another type',
    { context: { ...context, rate: { __extn: { fn: 'ip', arg: '::1' } } } },
  ],
  ['a set that holds something else', { context: { ...context, names: ['a', 1] } }],
  ['prototype names', { context: { ...context, constructor: 1 } }],
  ['no context', { context: [] }],
  ['an entity of no type', { entities: [{ uid: { type: 'Robot', id: 'r' }, attrs: {}, parents: [] }] }],
  [
    'an action among the entities',
    { entities: [{ uid: { type: 'Action', id: 'read' }, attrs: {}, parents: [] }] },
  ],
  ['an entity without its attributes', { entities: [{ uid: user, attrs: {}, parents: [] }] }],
  [
    'an entity in one that it cannot be in',
    { entities: [{ uid: user, attrs: { owner: 'o' }, parents: [doc] }] },
  ],
  ['tags of another type', { entities: [{ uid: user, attrs: { owner: 'o' }, parents: [], tags: { a: 1 } }] }],
  [
    'tags where there are none',
    { entities: [{ uid: { type: 'Team', id: 't' }, attrs: {}, parents: [], tags: { a: 'b' } }] },
  ],
])('%s does not fit', (_what, changes) => expect(whyUnfit(changes)).toEqual(expect.any(String)));

test('actions come with the groups that they are in', () => {
  expect(readRequestSchema(schema)?.actions).toContainEqual({
    uid: { type: 'Action', id: 'read' },
    attrs: {},
    parents: [{ type: 'Action', id: 'group' }],
  });
});

describe('a schema that is not understood in full is none', () => {
  test.each<[what: string, json: unknown]>([
    ['no object', 'entity A;'],
    ['an enumerated entity', { '': { entityTypes: { Colour: { enum: ['red'] } }, actions: {} } }],
    [
      'a type of tomorrow',
      {
        '': {
          entityTypes: { A: { shape: { type: 'Record', attributes: { x: { type: 'Map' } } } } },
          actions: {},
        },
      },
    ],
    [
      'an open record',
      {
        '': {
          entityTypes: { A: { shape: { type: 'Record', attributes: {}, additionalAttributes: true } } },
          actions: {},
        },
      },
    ],
    [
      'a type in circles',
      {
        '': { commonTypes: { C: { type: 'C' } }, entityTypes: { A: { shape: { type: 'C' } } }, actions: {} },
      },
    ],
  ])('%s', (_what, json) => expect(readRequestSchema(json)).toBeUndefined());
});
