// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import { unlabelled } from '../../core/label/label.ts';
import { questionFor } from '../../core/policy/context.ts';
import type { Circumstances } from '../../core/session/circumstances.ts';
import { compilePolicies } from './compile.ts';

const entry: CatalogueEntry = {
  kind: 'tool',
  server: 'mail',
  target: 'send',
  action: 'mail/send',
  class: 'send',
  resource: { type: 'Tool', label: unlabelled },
  args: {},
  result: unlabelled,
  reversible: false,
  stateless: false,
  pinned: {
    digest: `sha256:${'0'.repeat(64)}`,
    definition: {
      name: 'send',
      inputSchema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
    },
  },
};

const who = (untrusted: boolean): Circumstances => ({
  at: 1_700_000_000_000,
  agent: { id: 'a', owner: 'o', autonomy: 'semi', verifiedSecondsAgo: 1 },
  task: { id: 't', type: 'support', params: {}, ageSeconds: 1, hasPrompt: false, depth: 0 },
  session: {
    id: 's',
    ageSeconds: 1,
    idleSeconds: 0,
    calls: 0,
    labels: {
      level: 'internal',
      categories: [],
      integrity: untrusted ? 'untrusted' : 'trusted',
      sources: [],
    },
  },
});

const permitAll = '@id("p") permit (principal, action, resource);';

test.each<[rule: string, policies: string, untrusted: boolean, shown: boolean]>([
  ['nothing permits it', '', false, false],
  ['a permit that does not look at arguments', permitAll, false, true],
  [
    'a permit for some arguments',
    '@id("p") permit (principal, action == Action::"mail/send", resource) when { context.args.to == "a@b" };',
    false,
    true,
  ],
  [
    'a permit for its group of actions',
    '@id("p") permit (principal, action in Action::"egress", resource);',
    false,
    true,
  ],
  [
    'a permit for another group',
    '@id("p") permit (principal, action in Action::"observe", resource);',
    false,
    false,
  ],
  [
    'a final forbid for every argument',
    `${permitAll} @id("f") forbid (principal, action in Action::"egress", resource) when { context.session.labels.untrusted };`,
    true,
    false,
  ],
  [
    'the same forbid while it does not hold',
    `${permitAll} @id("f") forbid (principal, action in Action::"egress", resource) when { context.session.labels.untrusted };`,
    false,
    true,
  ],
  [
    'a final forbid with an exception for some arguments',
    `${permitAll} @id("f") forbid (principal, action == Action::"mail/send", resource) when { context.session.labels.untrusted } unless { context.args.to like "*@acme.example" };`,
    true,
    true,
  ],
  [
    'a forbid that a person can lift',
    `${permitAll} @id("f") @outcome("step_up") @approvers("x") @quorum("1") @expires("15m") forbid (principal, action, resource);`,
    false,
    true,
  ],
  [
    'a final forbid for what policy cannot see',
    `${permitAll} @id("f") forbid (principal, action == Action::"mail/send", resource) when { context.args_opaque };`,
    false,
    true,
  ],
  [
    'a permit for one resource: which one is not known yet',
    '@id("p") permit (principal, action, resource == Tool::"other");',
    false,
    true,
  ],
])('%s', (_rule, text, untrusted, shown) => {
  const compiled = compilePolicies({ files: [{ name: 'p.cedar', text }], entries: [entry] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const described = {
    entry,
    action: entry.action,
    resource: { type: 'Tool', id: join('mail', 'send') },
    args: {},
    opaque: true,
  };
  expect(compiled.set.mayAllow(questionFor(described, who(untrusted)), entry.class)).toBe(shown);
});
