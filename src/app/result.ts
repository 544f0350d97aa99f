// SPDX-License-Identifier: Apache-2.0
/**
 * Deciding a result: looked at outside of the road, judged in the same commit that makes its observation durable.
 *
 * Detectors say what is in it; policy alone says what becomes of it. A transform is made between two rounds, and what it left is looked
 * at and judged anew. Whatever fails keeps the result back. Never throws in a judgement.
 *
 * Source: docs/adr/0024-results.md.
 */
import { foldResult, type ResultOutcome } from '../core/decision/fold-result.ts';
import type { Verdict } from '../core/decision/verdict.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import { own } from '../core/json/value.ts';
import { join, type Label } from '../core/label/label.ts';
import { resultQuestion } from '../core/policy/context.ts';
import { cedarArgs } from '../core/policy/values.ts';
import type { ResultDecided } from '../core/record/events/observation.ts';
import { named, projectedObject, type SecretSpan } from '../core/record/secret.ts';
import { type Found, foundIn, labelOf, type ResultFacts } from '../core/result/facts.ts';
import { tellingNames } from '../core/result/instructions.ts';
import { holds, maskedBy, narrowed, type ResultTransform, spelt } from '../core/result/narrow.ts';
import { type Sheet, sheetOf } from '../core/result/sheet.ts';
import type { Circumstances } from '../core/session/circumstances.ts';
import type { LiveCall } from './live.ts';
import type { Finder } from './ports.ts';
import type { InForce, Road } from './road.ts';

/** Rounds of transforms; what is not as it should be after them is not shown. */
const maxRounds = 4;

/** A result while it is decided. */
export interface InHand {
  /** What came back, secrets replaced: as it is recorded. */
  readonly came: JsonObject;
  readonly cameFound: ResultFacts;
  /** What would be shown now, and the same with its secrets replaced. */
  readonly now: JsonObject;
  readonly nowRecorded: JsonObject;
  readonly found: Found;
  readonly applied: readonly ResultTransform[];
  /** What asked for them. */
  readonly askedBy: readonly Verdict[];
  readonly rounds: number;
  /** The last round changed nothing. */
  readonly stuck: boolean;
  readonly error: boolean;
  readonly changedTools: number;
}

type Looking = Pick<Road, 'finders' | 'clock' | 'pseudonym' | 'published'>;

export interface CameBack {
  readonly result: JsonObject;
  readonly error: boolean;
  readonly changedTools: number;
}

export async function takeInHand(road: Looking, { result, error, changedTools }: CameBack): Promise<InHand> {
  const found = await lookAt(road, result, error, changedTools);
  const came = recorded(road, result, found);
  return {
    came,
    cameFound: found.facts,
    now: result,
    nowRecorded: came,
    found,
    applied: [],
    askedBy: [],
    rounds: 0,
    stuck: false,
    error,
    changedTools,
  };
}

/** What has to be done to a result before it is judged again, and by whose will. */
export interface Round {
  readonly transforms: readonly ResultTransform[];
  readonly because: readonly Verdict[];
}

/** After one more round of transforms. */
export async function further(road: Looking, hand: InHand, { transforms, because }: Round): Promise<InHand> {
  const now = narrowed(hand.now, transforms, hand.found);
  const found = await lookAt(road, now, hand.error, hand.changedTools);
  const applied = transforms.filter((one) => !hand.applied.some((done) => spelt(done) === spelt(one)));
  return {
    ...hand,
    now,
    nowRecorded: recorded(road, now, found),
    found,
    applied: [...hand.applied, ...applied],
    askedBy: eachOnce([...hand.askedBy, ...because]),
    rounds: hand.rounds + 1,
    stuck: canonicalJson(now) === canonicalJson(hand.now),
  };
}

async function lookAt(
  road: Looking,
  result: JsonObject,
  error: boolean,
  changedTools: number,
): Promise<Found> {
  const sheet = sheetOrNot(result);
  const { finders } = road;
  const kinds = { secrets: finders?.secrets.kinds ?? [], pii: finders?.pii.kinds ?? [] };
  const said =
    sheet === undefined || finders === undefined
      ? { secrets: [], pii: [] }
      : await together(road, finders, sheet.text);
  const tools = tellingNames(
    road.published().catalogue.entries.flatMap(({ kind, target }) => (kind === 'tool' ? [target] : [])),
  );
  const about = { error, changedTools, tools };
  try {
    return foundIn(result, sheet, said, kinds, about);
  } catch {
    return foundIn(result, undefined, said, kinds, about);
  }
}

function sheetOrNot(result: JsonObject): Sheet | undefined {
  try {
    return sheetOf(result);
  } catch {
    return undefined;
  }
}

type Spans = readonly SecretSpan[] | undefined;

async function together(
  { clock }: Looking,
  { secrets, pii, timeoutMs }: NonNullable<Looking['finders']>,
  text: string,
): Promise<{ readonly secrets: Spans; readonly pii: Spans }> {
  let stop: (() => void) | undefined;
  const late = new Promise<undefined>((resolve) => {
    stop = clock.after(timeoutMs, () => resolve(undefined));
  });
  const asked = async (finder: Finder): Promise<Spans> => {
    try {
      return await Promise.race([finder.find(text), late]);
    } catch {
      return undefined;
    }
  };
  try {
    const [secret, personal] = await Promise.all([asked(secrets), asked(pii)]);
    return { secrets: secret, pii: personal };
  } finally {
    stop?.();
  }
}

/** Secrets that show themselves go whoever found them. */
function recorded({ pseudonym }: Looking, result: JsonObject, { secrets }: Found): JsonObject {
  const without =
    secrets.length === 0
      ? result
      : maskedBy(result, secrets, ({ kind }, secret) => named(kind, secret, pseudonym));
  return projectedObject(without, pseudonym);
}

/** Why a result is not shown, where no policy says so by itself. */
export type ResultCode =
  | 'permitted'
  | 'forbidden'
  | 'forbid_errored'
  | 'pending_approval'
  | 'deferred'
  | 'engine_failed'
  | 'unsettled_transforms'
  | 'does_not_fit';

export interface Judged {
  readonly outcome: ResultOutcome['outcome'];
  readonly code: ResultCode;
  readonly because: readonly Verdict[];
  /** What has to be done first: then it is judged again. */
  readonly again?: Round;
}

/** What policy in force says of a result as it is now. */
export function judgeResult(
  force: InForce,
  call: Pick<LiveCall, 'entry' | 'args' | 'resource'>,
  hand: InHand,
  who: Circumstances,
): Judged {
  const passes = { outcome: 'allow', code: 'permitted', because: [] } as const;
  const said = force.policies.speaksOfResults ? verdictsOn(force, call, hand.found.facts, who) : [];
  if (said === undefined) return { outcome: 'deny', code: 'engine_failed', because: [] };
  const folded = foldResult(said, (one) => holds(one, hand.now, hand.found.facts));
  const { because } = folded;
  switch (folded.outcome) {
    case 'deny':
      return { outcome: 'deny', code: folded.code, because };
    case 'step_up':
      return { outcome: 'step_up', code: 'pending_approval', because };
    case 'defer':
      return { outcome: 'defer', code: 'deferred', because };
    case 'modify':
      return hand.stuck || hand.rounds >= maxRounds
        ? { outcome: 'deny', code: 'unsettled_transforms', because }
        : {
            outcome: 'modify',
            code: 'permitted',
            because,
            again: { transforms: folded.transforms, because },
          };
    case 'allow': {
      if (hand.applied.length === 0) return passes;
      const structured = own(hand.now, 'structuredContent');
      return hand.error || force.catalogue.fitsResult(call.entry, structured)
        ? { outcome: 'modify', code: 'permitted', because: eachOnce([...hand.askedBy, ...because]) }
        : { outcome: 'deny', code: 'does_not_fit', because };
    }
  }
}

function eachOnce(verdicts: readonly Verdict[]): readonly Verdict[] {
  return [...new Map(verdicts.map((one) => [one.policy.id, one])).values()];
}

/** @returns undefined where the engine failed, or cannot be asked */
export function verdictsOn(
  force: InForce,
  { entry, args, resource }: Pick<LiveCall, 'entry' | 'args' | 'resource'>,
  facts: ResultFacts,
  who: Circumstances,
): readonly Verdict[] | undefined {
  const shape = entry.kind === 'tool' ? force.shapes.get(entry.action) : undefined;
  const values = shape === undefined ? { ok: true as const, args: {}, opaque: true } : cedarArgs(args, shape);
  // The shapes in force are no longer those that the call was decided by.
  if (!values.ok) return undefined;
  const described = { entry, action: entry.action, resource, args: values.args, opaque: values.opaque };
  const label = join(entry.result, labelOf(facts, sourceOf(entry)));
  const answer = force.policies.evaluate(resultQuestion(described, who, facts, label));
  if (!answer.ok) return undefined;
  const verdicts: Verdict[] = [];
  for (const [kind, ids] of [
    ['satisfied', answer.satisfied],
    ['errored', answer.errored],
  ] as const) {
    for (const id of ids) {
      const policy = force.policies.policies.get(id);
      if (policy === undefined) return undefined;
      verdicts.push({ policy, kind });
    }
  }
  return verdicts;
}

/** What is found raises the label of what the agent reads; the catalogue's stands whatever is found. */
export function raisedBy({ found }: InHand, label: Label, entry: LiveCall['entry']): Label {
  return join(label, labelOf(found.facts, sourceOf(entry)));
}

function sourceOf({ server, target }: LiveCall['entry']): string {
  return `${server}/${target}`;
}

/** @returns undefined where there is nothing to say */
export function decidedRecord(
  force: InForce,
  hand: InHand,
  { outcome, code, because, again }: Judged,
  shadow: boolean,
): Omit<ResultDecided, 'released'> | undefined {
  if (!force.policies.speaksOfResults && !isNotable(hand.cameFound)) return undefined;
  return {
    outcome,
    code,
    policy: force.policies.digest,
    by: because.map(({ policy }) => ({ policy: policy.id, text: policy.textDigest })),
    transforms: [...hand.applied, ...(again?.transforms ?? [])].map(spelt),
    found: factsRecorded(hand.cameFound),
    ...(hand.applied.length === 0 ? {} : { left: factsRecorded(hand.found.facts) }),
    ...(shadow ? { shadow: true } : {}),
  };
}

/** Sizes, links and addresses are in nearly everything. */
function isNotable({ secrets, pii, signs, invisible, changedTools, unknown }: ResultFacts): boolean {
  return secrets + pii + signs.length + invisible + changedTools + unknown.length > 0;
}

function factsRecorded(facts: ResultFacts): ResultDecided['found'] {
  const { sizeBytes, kinds, signs, unknown, structured, error, ...counts } = facts;
  const counted = Object.entries(counts).filter(([, count]) => count > 0);
  return {
    bytes: sizeBytes,
    ...Object.fromEntries(counted),
    ...(structured ? { structured: true } : {}),
    ...(error ? { error: true } : {}),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(signs.length === 0 ? {} : { signs }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** As they were told then. */
export function factsOf(recorded: ResultDecided['found']): ResultFacts {
  const { bytes, kinds = [], signs = [], unknown = [] } = recorded;
  const { rows = 0, secrets = 0, pii = 0, emails = 0, invisible = 0 } = recorded;
  const { images = 0, links = 0, changedTools = 0 } = recorded;
  return {
    ...{
      sizeBytes: bytes,
      kinds,
      signs,
      unknown,
      rows,
      secrets,
      pii,
      emails,
      invisible,
      images,
      links,
      changedTools,
    },
    structured: recorded.structured === true,
    error: recorded.error === true,
  };
}
