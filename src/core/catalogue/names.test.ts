// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { actionFault, serverNameFault, targetNameFault } from './names.ts';

describe('names that are taken as they are', () => {
  test.each(['crm', 'My-Server.2', 'a', 'constructor'])('server %s', (name) =>
    expect(serverNameFault(name)).toBeUndefined(),
  );
  test.each(['refund', '__proto__', 'constructor', 'a/b', '日本', 'x'.repeat(256)])('target %s', (name) =>
    expect(targetNameFault(name)).toBeUndefined(),
  );
  test.each(['refund', 'crm.refund', 'a-b_c'])('action %s', (name) =>
    expect(actionFault(name)).toBeUndefined(),
  );
});

describe('names that are refused', () => {
  test.each([
    ['', '1 to 64'],
    ['../etc', '1 to 64'],
    ['.hidden', '1 to 64'],
    ['a/b', '1 to 64'],
    ['a'.repeat(65), '1 to 64'],
    ['countersign', 'built-in'],
    ['resources', 'family of MCP methods'],
    ['tools', 'family of MCP methods'],
  ])('server %s', (name, why) => expect(serverNameFault(name)).toContain(why));

  test.each([
    ['', '1 to 256'],
    ['x'.repeat(257), '1 to 256'],
    ['re fund', 'spaces'],
    ['re\u200bfund', 'invisible'],
    ['re\u202efund', 'invisible'],
    ['refund\n', 'control'],
    ['\ud800', 'invisible'],
  ])('target %j', (name, why) => expect(targetNameFault(name)).toContain(why));

  test.each([
    ['crm/refund', 'letters'],
    ['resources/read', 'letters'],
    ['egress', 'group or class'],
    ['delete', 'group or class'],
    ['countersign.canary', "Countersign's own"],
    ['policy.publish', "Countersign's own"],
    ['policy.future', "Countersign's own"],
    ['revoke', "Countersign's own"],
    ['', 'letters'],
  ])('action %s', (name, why) => expect(actionFault(name)).toContain(why));
});
