// SPDX-License-Identifier: Apache-2.0
import * as core from '@modelcontextprotocol/core';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import {
  isNamed,
  type NotificationTreatment,
  notificationTreatment,
  type RequestTreatment,
  requestTreatment,
  type Sender,
} from './methods.ts';

interface Schema {
  readonly shape?: { readonly method?: { readonly values?: ReadonlySet<unknown> } };
  readonly options?: readonly Schema[];
}

function methodsOf(schema: Schema): readonly string[] {
  const named = [...(schema.shape?.method?.values ?? [])].filter((value) => typeof value === 'string');
  return [...named, ...(schema.options ?? []).flatMap(methodsOf)];
}

const exported = Object.entries(core as unknown as Record<string, Schema>);
const union = (name: string): readonly string[] =>
  methodsOf(exported.find(([key]) => key === name)?.[1] ?? {});

describe('the table names every method that the SDK knows', () => {
  test.each<[union: string, kind: 'request' | 'notification', from: Sender, atLeast: number]>([
    ['ClientRequestSchema', 'request', 'client', 15],
    ['ServerRequestSchema', 'request', 'server', 4],
    ['ClientNotificationSchema', 'notification', 'client', 4],
    ['ServerNotificationSchema', 'notification', 'server', 8],
  ])('%s', (name, kind, from, atLeast) => {
    verifies('mcp.every-method');
    const methods = union(name);
    expect(methods.length).toBeGreaterThanOrEqual(atLeast);
    expect(methods.filter((method) => !isNamed(kind, from, method))).toEqual([]);
  });

  test('each schema that it exports on its own, in one direction at least', () => {
    const alone = exported.flatMap(([, schema]) =>
      methodsOf({ ...(schema.shape && { shape: schema.shape }) }),
    );
    expect(alone.length).toBeGreaterThanOrEqual(30);
    const unnamed = alone.filter((method) => {
      const kind = method.startsWith('notifications/') ? 'notification' : 'request';
      return !isNamed(kind, 'client', method) && !isNamed(kind, 'server', method);
    });
    expect(unnamed).toEqual([]);
  });
});

test.each<[from: Sender, era: 'legacy' | 'modern', method: string, want: RequestTreatment]>([
  ['client', 'legacy', 'tools/call', 'decided'],
  ['client', 'modern', 'tools/call', 'decided'],
  ['client', 'modern', 'initialize', 'denied'],
  ['client', 'legacy', 'server/discover', 'denied'],
  ['client', 'modern', 'resources/subscribe', 'denied'],
  ['client', 'legacy', 'tools/delete', 'denied'],
  ['client', 'legacy', 'constructor', 'denied'],
  ['client', 'legacy', '__proto__', 'denied'],
  ['client', 'legacy', 'sampling/createMessage', 'denied'],
  ['server', 'legacy', 'tools/call', 'denied'],
  ['server', 'legacy', 'sampling/createMessage', 'decided'],
  ['server', 'modern', 'elicitation/create', 'decided'],
])('a %s of the %s era asking `%s` is %s', (from, era, method, want) => {
  expect(requestTreatment(from, era, method)).toBe(want);
});

test.each<[from: Sender, era: 'legacy' | 'modern', method: string, want: NotificationTreatment]>([
  ['client', 'legacy', 'notifications/progress', 'kept'],
  ['client', 'legacy', 'notifications/made-up', 'denied'],
  ['server', 'legacy', 'notifications/message', 'relayed'],
  ['server', 'modern', 'notifications/tasks/status', 'denied'],
  ['server', 'modern', 'toString', 'denied'],
])('a %s of the %s era telling `%s` is %s', (from, era, method, want) => {
  expect(notificationTreatment(from, era, method)).toBe(want);
});
