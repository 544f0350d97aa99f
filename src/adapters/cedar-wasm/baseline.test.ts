// SPDX-License-Identifier: Apache-2.0
// The baseline pack, rule by rule: one question that trips it and the nearest one that does not. Then every
// rule is damaged in every small way, and each damage must make one of these rows fail.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ActionClass } from '../../core/catalogue/taxonomy.ts';
import { questionFor } from '../../core/policy/context.ts';
import { caller, describedCall, toolEntry } from '../../core/policy/sample.ts';
import { type PolicyFile, splitPolicies } from '../../core/policy/source.ts';
import type { Circumstances } from '../../core/session/circumstances.ts';
import { compilePolicies } from './compile.ts';

const dir = join(import.meta.dirname, '../../../policies/baseline');
const files: readonly PolicyFile[] = readdirSync(dir)
  .filter((name) => name.endsWith('.cedar'))
  .map((name) => ({ name, text: readFileSync(join(dir, name), 'utf8') }));

const classes: readonly ActionClass[] = [
  ...(['read', 'search', 'create', 'write', 'delete', 'send', 'publish', 'fetch', 'pay', 'execute'] as const),
  ...(['deploy', 'configure', 'grant', 'credential', 'delegate', 'unknown'] as const),
];
const entries = classes.flatMap((of) => [
  toolEntry(of, {}, { class: of }),
  toolEntry(`${of}-for-good`, {}, { class: of, reversible: false }),
]);

interface Asked {
  readonly of: ActionClass;
  readonly forGood?: boolean;
  readonly opaque?: boolean;
  readonly level?: 'public' | 'internal' | 'confidential' | 'restricted';
  readonly untrusted?: boolean;
  readonly categories?: readonly string[];
  readonly autonomy?: 'supervised' | 'semi' | 'full';
  readonly verifiedSecondsAgo?: number;
  readonly ageSeconds?: number;
  readonly idleSeconds?: number;
  readonly calls?: number;
  readonly first?: readonly string[];
  /** UTC, as in `07:00`. */
  readonly time?: string;
}

function question(asked: Asked) {
  const { of, forGood, opaque = false, first = [], time = '12:00' } = asked;
  const name = forGood === true ? `${of}-for-good` : of;
  const entry = entries.find(({ target }) => target === name);
  if (entry === undefined) throw new Error(name);
  const who: Circumstances = {
    ...caller,
    at: Date.parse(`2026-11-20T${time}:00Z`),
    agent: {
      ...caller.agent,
      autonomy: asked.autonomy ?? 'semi',
      verifiedSecondsAgo: asked.verifiedSecondsAgo ?? 0,
    },
    session: {
      ...caller.session,
      ageSeconds: asked.ageSeconds ?? 0,
      idleSeconds: asked.idleSeconds ?? 0,
      calls: asked.calls ?? 0,
      labels: {
        level: asked.level ?? 'public',
        categories: asked.categories ?? [],
        integrity: asked.untrusted === true ? 'untrusted' : 'trusted',
        sources: [],
      },
    },
  };
  return questionFor({ ...describedCall(entry), opaque }, who, first);
}

const rows: readonly (readonly [rule: string, trips: Asked, doesNot: Asked])[] = [
  ['observe', { of: 'read' }, { of: 'write' }],
  ['observe', { of: 'search' }, { of: 'send' }],
  ['change', { of: 'write' }, { of: 'read' }],
  ['change', { of: 'send' }, { of: 'search' }],
  ['change', { of: 'deploy' }, { of: 'credential' }],
  [
    'no-way-out',
    { of: 'send', level: 'confidential', untrusted: true },
    { of: 'send', level: 'internal', untrusted: true },
  ],
  ['no-way-out', { of: 'fetch', level: 'restricted', untrusted: true }, { of: 'send', level: 'restricted' }],
  [
    'no-way-out',
    { of: 'publish', level: 'confidential', untrusted: true },
    { of: 'write', level: 'restricted', untrusted: true },
  ],
  ['no-secrets-out', { of: 'send', categories: ['pii', 'secret'] }, { of: 'send', categories: ['pii'] }],
  ['no-secrets-out', { of: 'publish', categories: ['secret'] }, { of: 'write', categories: ['secret'] }],
  ['no-authority', { of: 'grant' }, { of: 'write' }],
  ['no-authority', { of: 'unknown' }, { of: 'read' }],
  ['no-authority', { of: 'credential' }, { of: 'pay' }],
  ['no-opaque-value', { of: 'pay', opaque: true }, { of: 'pay' }],
  ['no-opaque-value', { of: 'pay', opaque: true }, { of: 'write', opaque: true }],
  ['ask-destructive', { of: 'delete' }, { of: 'write' }],
  ['ask-destructive', { of: 'execute' }, { of: 'send' }],
  ['ask-irreversible', { of: 'write', forGood: true }, { of: 'write' }],
  ['ask-irreversible', { of: 'deploy', forGood: true }, { of: 'send', forGood: true }],
  ['ask-money', { of: 'pay' }, { of: 'write' }],
  ['first-destination', { of: 'send', first: ['destination x'] }, { of: 'send', first: ['tool x'] }],
  ['first-destination', { of: 'fetch', first: ['destination x'] }, { of: 'write', first: ['destination x'] }],
  ['first-class', { of: 'write', first: ['class write'] }, { of: 'write', first: ['tool x'] }],
  ['first-class', { of: 'deploy', first: ['class deploy'] }, { of: 'read', first: ['class read'] }],
  ['supervised', { of: 'write', autonomy: 'supervised' }, { of: 'write' }],
  ['supervised', { of: 'deploy', autonomy: 'supervised' }, { of: 'send', autonomy: 'supervised' }],
  [
    'full-autonomy-trusts-nobody',
    { of: 'write', autonomy: 'full', untrusted: true },
    { of: 'write', autonomy: 'full' },
  ],
  [
    'full-autonomy-trusts-nobody',
    { of: 'send', autonomy: 'full', untrusted: true },
    { of: 'write', untrusted: true },
  ],
  [
    'full-autonomy-trusts-nobody',
    { of: 'create', autonomy: 'full', untrusted: true },
    { of: 'read', autonomy: 'full', untrusted: true },
  ],
  [
    'full-autonomy-new-tool',
    { of: 'send', autonomy: 'full', first: ['tool x'] },
    { of: 'send', first: ['tool x'] },
  ],
  [
    'full-autonomy-new-tool',
    { of: 'write', autonomy: 'full', first: ['tool x'] },
    { of: 'write', autonomy: 'full' },
  ],
  [
    'full-autonomy-new-tool',
    { of: 'write', autonomy: 'full', first: ['tool x'] },
    { of: 'read', autonomy: 'full', first: ['tool x'] },
  ],
  ...(['write', 'send', 'pay'] as const).flatMap((of): [string, Asked, Asked][] => [
    ['stale-identity', { of, verifiedSecondsAgo: 86_401 }, { of, verifiedSecondsAgo: 86_400 }],
    ['stale-session', { of, ageSeconds: 28_801 }, { of, ageSeconds: 28_800 }],
    ['idle-session', { of, idleSeconds: 3601 }, { of, idleSeconds: 3600 }],
  ]),
  ['stale-identity', { of: 'write', verifiedSecondsAgo: 86_401 }, { of: 'read', verifiedSecondsAgo: 86_401 }],
  ['stale-session', { of: 'write', ageSeconds: 28_801 }, { of: 'read', ageSeconds: 28_801 }],
  ['idle-session', { of: 'write', idleSeconds: 3601 }, { of: 'read', idleSeconds: 3601 }],
  ['many-calls', { of: 'write', calls: 501 }, { of: 'write', calls: 500 }],
  ['many-calls', { of: 'send', calls: 501 }, { of: 'read', calls: 501 }],
  ...(['deploy', 'configure'] as const).flatMap((of): [string, Asked, Asked][] => [
    ['change-window', { of, time: '06:59' }, { of, time: '07:00' }],
    ['change-window', { of, time: '17:00' }, { of, time: '16:59' }],
  ]),
  ['change-window', { of: 'deploy', time: '03:00' }, { of: 'write', time: '03:00' }],
  ['no-money-at-night', { of: 'pay', time: '05:59' }, { of: 'pay', time: '06:00' }],
  ['no-money-at-night', { of: 'pay', time: '20:00' }, { of: 'pay', time: '19:59' }],
  ['no-money-at-night', { of: 'pay', time: '23:00' }, { of: 'write', time: '23:00' }],
];

/** The rows that do not say what they should of this set; undefined when it does not compile. */
function wrong(set: readonly PolicyFile[]): readonly string[] | undefined {
  const compiled = compilePolicies({ files: set, entries });
  if (!compiled.ok) return undefined;
  const satisfied = (asked: Asked) => {
    const answer = compiled.set.evaluate(question(asked));
    return answer.ok ? answer.satisfied : [answer.reason];
  };
  return rows.flatMap(([rule, trips, doesNot]) => {
    const id = `baseline.${rule}`;
    const right = satisfied(trips).includes(id) && !satisfied(doesNot).includes(id);
    return right ? [] : [`${rule}: ${JSON.stringify([trips, doesNot])}`];
  });
}

const policies = files.flatMap((file) => {
  const split = splitPolicies(file);
  if (!split.ok) throw new Error(file.name);
  return split.policies.map(({ text, at, annotations }) => ({
    file,
    text,
    at,
    id: annotations.find(({ name }) => name === 'id')?.value ?? '',
  }));
});

test('every rule trips where it should and nowhere near', () => {
  expect(wrong(files)).toEqual([]);
});

test('every rule has an owner, a reason for the model, controls, and a row', () => {
  for (const { id, text } of policies) {
    expect(text).toMatch(/@owner\("[^"]+"\)[\s\S]*@control\("[^"]+"\)[\s\S]*@reason\("[^"]{20,}"\)/);
    expect(
      rows.some(([rule]) => `baseline.${rule}` === id),
      id,
    ).toBe(true);
  }
});

/** Every way in which one small slip could change what a policy says. */
function damages(text: string): readonly string[] {
  const start = /(?:permit|forbid) \(/.exec(text)?.index ?? 0;
  const swaps: readonly (readonly [RegExp, (found: string) => readonly string[]])[] = [
    [/(?<![<>=!])>(?!=)/g, () => ['>=', '<']],
    [/>=/g, () => ['>', '<']],
    [/(?<![<>=!])<(?!=)/g, () => ['<=', '>']],
    [/==(?= "(?:supervised|full)")/g, () => ['!=']],
    [/&&/g, () => ['||']],
    [/\|\|/g, () => ['&&']],
    [/!(?=context)/g, () => ['']],
    [/(?<=[<>=] )\d+/g, (n) => [`${Number(n) - 1}`, `${Number(n) + 1}`]],
    [/(?<=duration\(")\d+(?=h)/g, (n) => [`${Number(n) - 1}`, `${Number(n) + 1}`]],
    [
      /"(?:observe|change|egress|destroy|value|authority|deploy|configure)"/g,
      (group) => ['"read"', '"create"'].filter((other) => other !== group),
    ],
  ];
  const out: string[] = [];
  for (const [pattern, others] of swaps) {
    for (const match of text.matchAll(pattern)) {
      if (match.index < start) continue;
      for (const other of others(match[0]))
        out.push(`${text.slice(0, match.index)}${other}${text.slice(match.index + match[0].length)}`);
    }
  }
  return out;
}

test('no small damage to any clause goes unnoticed', { timeout: 120_000 }, () => {
  let tried = 0;
  const unnoticed: string[] = [];
  for (const { file, text, at, id } of policies) {
    for (const damaged of ['', ...damages(text)]) {
      const whole = `${file.text.slice(0, at)}${damaged}${file.text.slice(at + text.length)}`;
      const set = files.map((one) => (one === file ? { ...one, text: whole } : one));
      tried += 1;
      if (wrong(set)?.length === 0) unnoticed.push(`${id}: ${damaged.slice(damaged.indexOf('forbid'))}`);
    }
  }
  expect(unnoticed).toEqual([]);
  expect(tried).toBeGreaterThan(100);
});
