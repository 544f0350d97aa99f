// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { usualTypes } from '../../core/message/telling.ts';
import { readMessages } from './load.ts';

const read = (text: string) => readMessages('messages.yaml', text);

test('targets, what they are told of and what they may see', () => {
  const loaded = read(`targets:
  pager:
    kind: webhook
    url: https://hooks.example.com/countersign
    secret: { env: PAGER_SECRET }
    old-secret: { file: pager.old }
    events: [approval.requested]
    shows: id
    network: private
  team: { kind: slack, url: { env: SLACK_URL } }
`);
  expect(loaded).toEqual({
    ok: true,
    targets: [
      {
        ...{ name: 'pager', kind: 'webhook', url: 'https://hooks.example.com/countersign' },
        ...{ secret: { env: 'PAGER_SECRET' }, oldSecret: { file: 'pager.old' } },
        ...{ events: ['approval.requested'], shows: 'id', network: 'private' },
      },
      {
        ...{ name: 'team', kind: 'slack', url: { env: 'SLACK_URL' } },
        ...{ events: usualTypes, shows: 'deed', network: 'public' },
      },
    ],
  });
});

test.each<[what: string, text: string, told: RegExp]>([
  ['a key that nobody knows', 'target: {}', /has no `target`/],
  ['a target that is no mapping', 'targets: { a: 1 }', /must be a mapping/],
  ['a name that is none', 'targets: { "A b": { kind: slack, url: { env: U } } }', /must be a name such as/],
  ['no kind', 'targets: { a: { url: { env: U } } }', /needs `kind`/],
  ['another kind', 'targets: { a: { kind: email, url: { env: U } } }', /is not a kind/],
  ['no URL', 'targets: { a: { kind: slack } }', /needs `url`/],
  [
    'a webhook without a secret',
    'targets: { a: { kind: webhook, url: "https://h.example" } }',
    /needs `secret`/,
  ],
  [
    'a secret in the file',
    'targets: { a: { kind: webhook, url: "https://h.example", secret: whsec_AAAA } }',
    /`secret` is `\{ env: NAME \}` or `\{ file: PATH \}`/,
  ],
  [
    "Slack's URL in the file",
    'targets: { a: { kind: slack, url: "https://hooks.slack.com/x" } }',
    /is a secret/,
  ],
  [
    'a signature for Slack',
    'targets: { a: { kind: slack, url: { env: U }, secret: { env: S } } }',
    /Slack verifies no signature/,
  ],
  [
    'a secret of two places',
    'targets: { a: { kind: slack, url: { env: U, file: f } } }',
    /`url` is `\{ env: NAME \}` or/,
  ],
  [
    'a variable with no name',
    'targets: { a: { kind: slack, url: { env: "A B" } } }',
    /`url` is `\{ env: NAME \}` or/,
  ],
  [
    'an event that nobody is told of',
    'targets: { a: { kind: slack, url: { env: U }, events: [decision] } }',
    /nobody is told of `decision`/,
  ],
  [
    'an event twice',
    'targets: { a: { kind: slack, url: { env: U }, events: [approval.decided, approval.decided] } }',
    /stands twice/,
  ],
  [
    'too many',
    `targets:\n${Array.from({ length: 9 }, (_, i) => `  t${i}: { kind: slack, url: { env: U } }\n`).join('')}`,
    /at most 8 targets/,
  ],
])('%s refuses the file', (_what, text, told) => {
  const loaded = read(text);
  if (loaded.ok) throw new Error('it was read');
  const messages = loaded.problems.map(({ message }) => message).join('\n');
  expect(messages).toMatch(told);
  expect(messages).not.toContain('AAAA');
});

test('a file with nothing in it tells nobody', () => expect(read('')).toEqual({ ok: true, targets: [] }));
