// SPDX-License-Identifier: Apache-2.0
/**
 * What the annotations of a policy mean. The grammar is closed.
 *
 * Cedar itself ignores annotations, so a misspelt one would quietly turn a rule into another: every
 * name, every value and every missing companion that is not understood refuses publication.
 *
 * Source: docs/policy-reference.md.
 */
import { hash } from 'node:crypto';
import { lowered } from '../agent/autonomy.ts';
import { type Assurance, assurances } from '../approval/assurance.ts';
import { obligationOf, transformOf } from '../decision/spelling.ts';
import { type Obligation, type Party, type Policy, parties, type Remedy } from '../decision/verdict.ts';
import { untilOf } from '../deferral/until.ts';
import { minCutBytes, resultTransformOf } from '../result/narrow.ts';
import { type Annotation, type PolicyFile, type Problem, placeAt, type SourcePolicy } from './source.ts';

/** Ids of the policies that are always there. */
export const reservedPrefix = 'countersign.';

const outcomes = ['step_up', 'defer', 'modify'] as const;

/** Which outcome an annotation belongs to; the others go with every policy. */
const companions: ReadonlyMap<string, (typeof outcomes)[number]> = new Map([
  ['approvers', 'step_up'],
  ['quorum', 'step_up'],
  ['expires', 'step_up'],
  ['separate', 'step_up'],
  ['assurance', 'step_up'],
  ['standing', 'step_up'],
  ['until', 'defer'],
  ['timeout', 'defer'],
  ['transform', 'modify'],
]);
const plain = [
  'id',
  'outcome',
  'obligation',
  'autonomy',
  'continue',
  'reason',
  'owner',
  'control',
  'break_glass',
];
const known = new Set([...plain, ...companions.keys()]);

const spellings = [
  'mask:secrets',
  'mask:pii',
  'drop:<pointer>',
  'strip:invisible',
  'strip:images',
  'strip:links',
  'cut_rows:<most>',
  `cut_bytes:<most, at least ${minCutBytes}>`,
];

const maxSentence = 500;
const maxQuorum = 16;
const maxDurationMs = 30 * 86_400_000;
const unitMs: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Annotations of one policy while they are read; every problem is kept, so that one run shows all. */
interface Reading {
  readonly file: PolicyFile;
  readonly policy: SourcePolicy;
  readonly problems: Problem[];
}

export type ReadPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** @param builtIn whether the id may start with `countersign.` */
export function readPolicy(file: PolicyFile, source: SourcePolicy, builtIn = false): ReadPolicy {
  const reading: Reading = { file, policy: source, problems: [] };
  for (const annotation of source.annotations) {
    if (!known.has(annotation.name))
      refuse(reading, annotation, `\`@${annotation.name}\` is not known: use ${quotedList([...known])}`);
  }
  const id = readId(reading, builtIn);
  const remedy = readRemedy(reading);
  const breakGlass = readBreakGlass(reading);
  const obligations = readObligations(reading);
  const lowers = readAutonomy(reading);
  const course = readCourse(reading);
  const reason = readSentence(reading, 'reason');
  const owner = readSentence(reading, 'owner');
  const controls = readList(reading, 'control') ?? [];
  if (reading.problems.length > 0) return { ok: false, problems: reading.problems };
  return {
    ok: true,
    policy: {
      id,
      effect: source.effect,
      textDigest: `sha256:${hash('sha256', source.text, 'hex')}`,
      ...(remedy === undefined ? {} : { remedy }),
      ...(breakGlass === undefined ? {} : { breakGlass }),
      obligations,
      ...(lowers === undefined ? {} : { lowers }),
      ...(course === undefined ? {} : { course }),
      ...(reason === undefined ? {} : { reason }),
      ...(owner === undefined ? {} : { owner }),
      controls,
      file: file.name,
      line: placeAt(file, source.at).line,
    },
  };
}

function refuse(reading: Reading, at: Annotation | undefined, message: string): undefined {
  reading.problems.push({ ...placeAt(reading.file, at?.at ?? reading.policy.at), message });
  return undefined;
}

function annotated(reading: Reading, name: string): Annotation | undefined {
  return reading.policy.annotations.find((annotation) => annotation.name === name);
}

function readId(reading: Reading, builtIn: boolean): string {
  const id = annotated(reading, 'id');
  if (id === undefined)
    reading.problems.push({
      ...placeAt(reading.file, reading.policy.at),
      message: 'every policy needs an `@id("...")`',
      rule: 'CS002',
    });
  else if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id.value))
    refuse(reading, id, `the id \`${id.value}\` must be 1 to 100 letters, digits, \`.\`, \`_\` or \`-\``);
  else if (!builtIn && id.value.startsWith(reservedPrefix))
    refuse(reading, id, `ids that start with \`${reservedPrefix}\` are reserved`);
  return id?.value ?? '';
}

function readRemedy(reading: Reading): Remedy | undefined {
  const outcome = annotated(reading, 'outcome');
  for (const [name, kind] of companions) {
    const stray = annotated(reading, name);
    if (stray !== undefined && outcome?.value !== kind)
      refuse(reading, stray, `\`@${name}\` is for policies with \`@outcome("${kind}")\``);
  }
  if (outcome === undefined) return undefined;
  if (reading.policy.effect === 'permit')
    return refuse(reading, outcome, '`@outcome` is for `forbid` policies: it says how the forbid is lifted');
  switch (outcome.value) {
    case 'step_up':
      return readStepUp(reading, outcome);
    case 'defer':
      return readDefer(reading, outcome);
    case 'modify':
      return readModify(reading, outcome);
    default:
      return refuse(
        reading,
        outcome,
        `the outcome \`${outcome.value}\` must be one of ${quotedList(outcomes)}`,
      );
  }
}

function readStepUp(reading: Reading, outcome: Annotation): Remedy | undefined {
  const approvers = readList(reading, 'approvers', outcome);
  const quorum = annotated(reading, 'quorum');
  const count = Number(quorum?.value ?? '1');
  if (quorum !== undefined && !(/^[1-9][0-9]?$/.test(quorum.value) && count <= maxQuorum))
    refuse(reading, quorum, `the quorum \`${quorum.value}\` must be a whole number from 1 to ${maxQuorum}`);
  const expiresMs = readDuration(reading, 'expires', outcome);
  const separate = readSeparate(reading);
  const assurance = readAssurance(reading);
  const standing = readStanding(reading);
  if (approvers === undefined || expiresMs === undefined) return undefined;
  return {
    ...{ kind: 'step_up', approvers, quorum: count, expiresMs },
    ...(separate === undefined ? {} : { separate }),
    ...(assurance === undefined ? {} : { assurance }),
    ...(standing === undefined ? {} : { standing }),
  };
}

function readAssurance(reading: Reading): Assurance | undefined {
  const annotation = annotated(reading, 'assurance');
  if (annotation === undefined) return undefined;
  return (
    assurances.find((one) => one === annotation.value) ??
    refuse(
      reading,
      annotation,
      `\`@assurance\` must be one of ${quotedList(assurances)}: how sure it is who answers`,
    )
  );
}

function readStanding(reading: Reading): 'no' | 'yes' | undefined {
  const annotation = annotated(reading, 'standing');
  if (annotation === undefined) return undefined;
  if (annotation.value === 'no' || annotation.value === 'yes') return annotation.value;
  return refuse(
    reading,
    annotation,
    `\`@standing\` must be \`no\` or \`yes\`, and not \`${annotation.value}\`: whether it may be approved for a whole task`,
  );
}

/** One group: a glass is broken by people who answer for the same thing. */
function readBreakGlass(reading: Reading): string | undefined {
  const annotation = annotated(reading, 'break_glass');
  if (annotation === undefined) return undefined;
  if (reading.policy.effect === 'permit')
    return refuse(reading, annotation, '`@break_glass` is for `forbid` policies: it says who may break it');
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(annotation.value)
    ? annotation.value
    : refuse(
        reading,
        annotation,
        `\`@break_glass\` must name one group of the file of approvers, and not \`${annotation.value}\``,
      );
}

function readSeparate(reading: Reading): readonly Party[] | undefined {
  const items = readList(reading, 'separate');
  if (items === undefined) return undefined;
  const named = parties.filter((party) => items.includes(party));
  if (named.length === items.length) return named;
  return refuse(
    reading,
    annotated(reading, 'separate'),
    `\`@separate\` must be out of ${quotedList(parties)}: whom an approver must not be`,
  );
}

function readDefer(reading: Reading, outcome: Annotation): Remedy | undefined {
  const until = needed(reading, 'until', outcome);
  const timeoutMs = readDuration(reading, 'timeout', outcome);
  if (until === undefined || timeoutMs === undefined) return undefined;
  if (untilOf(until.value) === undefined)
    return refuse(
      reading,
      until,
      `\`${until.value}\` must be \`signal:<name>=<value>\`, \`signal:<name>\`, \`calendar:<name>\`, \`call:<action>\` or a time such as \`time:2027-01-31T08:00:00Z\``,
    );
  return { kind: 'defer', until: until.value, timeoutMs };
}

function readModify(reading: Reading, outcome: Annotation): Remedy | undefined {
  const annotation = needed(reading, 'transform', outcome);
  if (annotation === undefined) return undefined;
  const transform = transformOf(annotation.value);
  if (transform !== undefined) return { kind: 'modify', transform };
  const narrowing = resultTransformOf(annotation.value);
  return narrowing === undefined
    ? refuse(
        reading,
        annotation,
        `the transform \`${annotation.value}\` must be \`cap:<argument>:<most>\` or \`remove:<argument>\`, or of a result ${quotedList(spellings)}`,
      )
    : { kind: 'narrow', transform: narrowing };
}

function readObligations(reading: Reading): readonly Obligation[] {
  const annotation = annotated(reading, 'obligation');
  if (annotation === undefined) return [];
  if (reading.policy.effect === 'forbid') {
    refuse(reading, annotation, '`@obligation` is for `permit` policies: it binds what is allowed');
    return [];
  }
  const obligation = obligationOf(annotation.value);
  if (obligation === undefined) {
    refuse(
      reading,
      annotation,
      `the obligation \`${annotation.value}\` must be \`max_result_bytes:<bytes>\``,
    );
    return [];
  }
  return [obligation];
}

function readAutonomy(reading: Reading): (typeof lowered)[number] | undefined {
  const annotation = annotated(reading, 'autonomy');
  if (annotation === undefined) return undefined;
  if (reading.policy.effect === 'permit')
    return refuse(
      reading,
      annotation,
      '`@autonomy` is for `forbid` policies: what is permitted lowers nobody',
    );
  return (
    lowered.find((level) => level === annotation.value) ??
    refuse(reading, annotation, `\`@autonomy\` must be one of ${quotedList(lowered)}: a rule only lowers`)
  );
}

const courses = ['narrow', 'pause', 'end'] as const;

function readCourse(reading: Reading): (typeof courses)[number] | undefined {
  const annotation = annotated(reading, 'continue');
  if (annotation === undefined) return undefined;
  return (
    courses.find((course) => course === annotation.value) ??
    refuse(reading, annotation, `\`@continue\` must be one of ${quotedList(courses)}`)
  );
}

function needed(reading: Reading, name: string, outcome: Annotation): Annotation | undefined {
  const annotation = annotated(reading, name);
  if (annotation === undefined)
    return refuse(reading, outcome, `\`@outcome("${outcome.value}")\` needs \`@${name}("...")\``);
  return annotation;
}

function readDuration(reading: Reading, name: string, outcome: Annotation): number | undefined {
  const annotation = needed(reading, name, outcome);
  if (annotation === undefined) return undefined;
  const [, count, unit = ''] = /^([1-9][0-9]{0,6})([smhd])$/.exec(annotation.value) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? Number.NaN);
  return ms <= maxDurationMs
    ? ms
    : refuse(reading, annotation, `\`${annotation.value}\` must be a time such as \`15m\`, at most \`30d\``);
}

/** @param outcome given when the list must be there */
function readList(reading: Reading, name: string, outcome?: Annotation): readonly string[] | undefined {
  const annotation = outcome === undefined ? annotated(reading, name) : needed(reading, name, outcome);
  if (annotation === undefined) return undefined;
  const items = annotation.value.split(',').map((item) => item.trim());
  if (items.some((item) => item === '' || item.length > 100 || !isOneLine(item)))
    return refuse(reading, annotation, `\`@${name}\` must be names with commas between them`);
  if (new Set(items).size < items.length)
    return refuse(reading, annotation, `\`@${name}\` names something twice`);
  return items;
}

function readSentence(reading: Reading, name: string): string | undefined {
  const annotation = annotated(reading, name);
  if (annotation === undefined) return undefined;
  if (annotation.value === '' || annotation.value.length > maxSentence || !isOneLine(annotation.value))
    return refuse(reading, annotation, `\`@${name}\` must be one line of at most ${maxSentence} characters`);
  return annotation.value;
}

function isOneLine(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}

function quotedList(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
