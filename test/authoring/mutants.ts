// SPDX-License-Identifier: Apache-2.0
/**
 * Every way in which one small slip could change what a policy says: each clause left out, each comparison
 * turned, each bound moved by one, another group, another outcome, another level. Text only; what is no policy any more is
 * for the compiler to say.
 */
import { groups } from '../../src/core/catalogue/taxonomy.ts';

export interface Mutant {
  /** What was done, for people. */
  readonly what: string;
  readonly text: string;
}

/** @param policy with its annotations */
export function mutantsOf(policy: string): readonly Mutant[] {
  const head = policy.search(/(?:permit|forbid) \(/);
  const [annotations, body] = [policy.slice(0, head), policy.slice(head)];
  return [
    ...outcomes(annotations, body),
    ...levels(annotations, body),
    ...[...tokens(body), ...clauses(body), ...fields(body)].map(({ what, text }) => ({
      what,
      text: `${annotations}${text}`,
    })),
  ];
}

const lowering = /^@autonomy\("(supervised|semi)"\)\n/m;

function levels(annotations: string, body: string): readonly Mutant[] {
  const [line, level] = lowering.exec(annotations) ?? [];
  if (line === undefined) return [];
  const other = level === 'semi' ? 'supervised' : 'semi';
  return [
    { what: 'lowers nobody', text: `${annotations.replace(line, '')}${body}` },
    { what: `lowers to ${other}`, text: `${annotations.replace(line, `@autonomy("${other}")\n`)}${body}` },
  ];
}

const remedy = /^@outcome\("step_up"\).*\n/m;

function outcomes(annotations: string, body: string): readonly Mutant[] {
  const plain = annotations.replace(remedy, '');
  const other = body.startsWith('permit')
    ? body.replace('permit', 'forbid')
    : body.replace('forbid', 'permit');
  // A permit lowers nobody, and says so.
  const bare = plain.replace(lowering, '');
  return [
    { what: 'the other effect', text: `${bare}${other}` },
    ...(plain === annotations ? [] : [{ what: 'final', text: `${plain}${body}` }]),
    ...(plain === annotations && body.startsWith('forbid')
      ? [
          {
            what: 'asks',
            text: `${annotations}@outcome("step_up") @approvers("operators") @expires("15m")\n${body}`,
          },
        ]
      : []),
  ];
}

type Swap = readonly [pattern: RegExp, others: (found: string) => readonly string[]];

const near = (n: string) => [`${Number(n) - 1}`, `${Number(n) + 1}`];

const swaps: readonly Swap[] = [
  [/(?<![<>=!])>(?!=)/g, () => ['>=', '<', '<=', '==']],
  [/>=/g, () => ['>', '<', '<=', '==']],
  [/(?<![<>=!])<(?!=)/g, () => ['<=', '>', '>=', '==']],
  [/==(?= ")/g, () => ['!=']],
  [/&&/g, () => ['||']],
  [/\|\|/g, () => ['&&']],
  [/!(?=context)/g, () => ['']],
  [/(?<=[<>=] )\d+/g, near],
  [/(?<=duration\(")\d+(?=h)/g, near],
  [/(?<=count_within\()\d+(?=m)/g, near],
  [/(?<=count_within\()1h/g, () => ['59m', '61m']],
  [
    /(?<=::)(?:request|admitted|response|error)(?=\{)/g,
    (kind) => ['request', 'admitted', 'response', 'error'].filter((other) => other !== kind),
  ],
  [
    /(?<=context\.first\.)\w+/g,
    (kind) => ['tool', 'class', 'resource', 'destination'].filter((other) => other !== kind),
  ],
  [
    /"(?:supervised|semi|full)"/g,
    (autonomy) => ['"supervised"', '"semi"', '"full"'].filter((other) => other !== autonomy),
  ],
  [/(?<=Action::")\w+/g, (name) => [...groups, 'read', 'create'].filter((other) => other !== name)],
  [/"secret"/g, () => ['"pii"']],
];

function tokens(body: string): readonly Mutant[] {
  return swaps.flatMap(([pattern, others]) =>
    [...body.matchAll(pattern)].flatMap((match) =>
      others(match[0]).map((other) => ({
        what: `\`${match[0]}\` (${match.index}) is \`${other}\``,
        text: replaced(body, match.index, match[0].length, other),
      })),
    ),
  );
}

/** The whole condition, each side of `&&` and `||`, and each of the actions in a list. */
function clauses(body: string): readonly Mutant[] {
  const left: Mutant[] = [];
  const without = (from: number, to: number) => {
    const text = body.slice(from, to);
    left.push({ what: `without \`${text.trim()}\``, text: replaced(body, from, to - from, '') });
  };
  const when = body.search(/\nwhen /);
  if (when >= 0) without(when, body.lastIndexOf('}') + 1);
  for (const { index } of body.matchAll(/&&|\|\|/g)) {
    without(edge(body, index - 1, -1) + 1, index + 2);
    without(index, edge(body, index + 2, 1));
  }
  for (const { index, 0: list } of body.matchAll(/(?<=in )\[[^\]]+\]/g))
    for (const one of list.slice(1, -1).split(', '))
      left.push({
        what: `not ${one}`,
        text: replaced(
          body,
          index,
          list.length,
          list.replace(one, '').replace(/\[, |, \]/, (cut) => cut.replace(', ', '')),
        ),
      });
  return left;
}

/** Where the operand ends that lies on one side of an operator: at the bracket around it, or at the next operator. */
function edge(text: string, from: number, step: 1 | -1): number {
  let depth = 0;
  for (let i = from; i >= 0 && i < text.length; i += step) {
    const character = text[i] ?? '';
    if ('([{'.includes(character)) depth += step;
    if (')]}'.includes(character)) depth -= step;
    if (depth < 0 || (depth === 0 && /&&|\|\|/.test(text.slice(i, i + 2)))) return i;
  }
  return from;
}

/** Each field that a predicate over history is held to. */
function fields(body: string): readonly Mutant[] {
  return [...body.matchAll(/::\w+\{([^}]*)\}/g)].flatMap((predicate) => {
    const start = predicate.index + predicate[0].indexOf('{') + 1;
    const [, inside = ''] = predicate;
    const all = inside.split(',');
    return all.map((field, i) => ({
      what: `any ${field.trim()}`,
      text: replaced(body, start, inside.length, all.filter((_, n) => n !== i).join(',')),
    }));
  });
}

function replaced(text: string, from: number, length: number, by: string): string {
  return `${text.slice(0, from)}${by}${text.slice(from + length)}`;
}
