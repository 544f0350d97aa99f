// SPDX-License-Identifier: Apache-2.0
/**
 * Monitors against the reference: `node test/temporal/agreement.ts --cases 100000 --seed 1`.
 * A case is one drawn condition, with variants of it that differ in literals, over one drawn history,
 * and compared at every event. Events are taken back and pushed again, old ones are forgotten, some
 * conditions see a slice only. A case has all its chance from one number, so `--cases 1 --seed N`
 * draws the one that failed again. Prints one JSON object.
 */
import type { Asked, TemporalEvent } from '../../src/core/temporal/event.ts';
import type { Formula, Reference, Term } from '../../src/core/temporal/formula.ts';
import { compileHistory, type Leaf } from '../../src/core/temporal/history.ts';
import { resolve } from '../../src/core/temporal/resolve.ts';
import type { TemporalValue } from '../../src/core/temporal/value.ts';
import { same } from '../../src/core/temporal/value-key.ts';
import { type Chance, chanceOf } from '../simulator/chance.ts';
import { anotherValue, drawAsked, drawEvents, drawFormula, operatorsOf, withPredicates } from './draw.ts';
import { drawIdiom } from './idioms.ts';
import { holds } from './reference.ts';

export interface Statistics {
  readonly cases: number;
  /** One leaf at one event. */
  compared: number;
  held: number;
  takenBack: number;
  forgotten: number;
  sliced: number;
  goingBack: number;
  /** Cases whose answer takes no more with more history. */
  quick: number;
  readonly operators: Record<string, number>;
}

export interface Mismatch {
  readonly seed: number;
  readonly leaf: Leaf;
  readonly events: readonly TemporalEvent[];
  readonly asked: Asked;
  readonly by: string;
  readonly reference: boolean;
}

export function agree(
  cases: number,
  seed: number,
): { statistics: Statistics; mismatch: Mismatch | undefined } {
  const statistics: Statistics = {
    cases,
    compared: 0,
    held: 0,
    takenBack: 0,
    forgotten: 0,
    sliced: 0,
    goingBack: 0,
    quick: 0,
    operators: {},
  };
  for (let i = 0; i < cases; i++) {
    const mismatch = oneCase(seed + i, statistics);
    if (mismatch !== undefined) return { statistics, mismatch };
  }
  return { statistics, mismatch: undefined };
}

const caller: Reference = { kind: 'reference', root: 'context', path: ['user'] };

function oneCase(seed: number, statistics: Statistics): Mismatch | undefined {
  const chance = chanceOf(seed);
  const formula = chance.happens(0.5) ? drawIdiom(chance) : drawFormula(chance);
  const sliced = chance.happens(0.2);
  const slice = sliced ? { slice: [{ path: ['caller'], reference: caller }] } : {};
  const leaves = variants(chance, formula).map((each, i): Leaf => ({ id: `${i}`, formula: each, ...slice }));
  // A leaf of another kind beside them, so that what they share is shared by more than one.
  leaves.push({ id: 'other', formula: drawFormula(chance) });
  const plan = compileHistory(leaves);
  const panel = plan.panel(leaves.map(({ id }) => id));
  const history = plan.start({ maxSteps: Number.POSITIVE_INFINITY });
  const events = drawEvents(chance, chance.happens(0.15) ? chance.between(15, 40) : chance.between(1, 14));
  for (const operator of new Set(operatorsOf(formula)))
    statistics.operators[operator] = (statistics.operators[operator] ?? 0) + 1;
  statistics.sliced += Number(sliced);
  statistics.quick += Number(plan.describe('0').quick);
  statistics.goingBack += Number(events.some(({ at }, i) => at < (events[i - 1]?.at ?? at)));

  let seen: readonly TemporalEvent[] = [];
  let forgottenBefore = Number.NEGATIVE_INFINITY;
  let forgottenAt = 0;
  for (const event of events) {
    if (chance.happens(0.1) && history.size > forgottenAt) {
      const size = chance.between(forgottenAt, history.size);
      statistics.takenBack += history.size - size;
      history.truncate(size);
      seen = seen.slice(0, size);
    }
    history.push(event);
    seen = [...seen, event];
    if (event.at < forgottenBefore) continue;
    const asked = drawAsked(chance);
    const answers = panel.leaves.length > 0 ? history.ask(panel, asked) : undefined;
    const holding = new Set(answers?.holding);
    for (const [i, leaf] of leaves.entries()) {
      const reference = holds(leaf.formula, seenBy(leaf, seen, asked), asked);
      statistics.compared += 1;
      statistics.held += Number(reference);
      const alone = history.holds(i, asked);
      const wrong = (by: string): Mismatch => ({ seed, leaf, events: seen, asked, by, reference });
      if (!('holds' in alone) || alone.holds !== reference) return wrong('holds');
      if (holding.has(i) !== reference) return wrong('ask');
      const answer = answers?.of(i);
      if (answer === undefined || 'unknown' in answer) return wrong('of');
      if ('holds' in answer && answer.holds !== reference) return wrong('of');
    }
    if (chance.happens(0.1)) {
      const until = chance.pick([event.at, event.at - 2000, event.at - 10_000]);
      forgottenBefore = Math.max(forgottenBefore, until);
      const before = history.counts().events;
      history.forget(until);
      statistics.forgotten += before - history.counts().events;
      forgottenAt = history.size;
    }
  }
  return undefined;
}

/** The events of the slice, and the deciding one, which is there even where it disagrees with its own request. */
function seenBy({ slice }: Leaf, events: readonly TemporalEvent[], asked: Asked): readonly TemporalEvent[] {
  if (slice === undefined) return events;
  return events.flatMap((event, i) => {
    const agrees = slice.every(({ path: [name = ''], reference }) => {
      const [field, wanted] = [event.fields.get(name), resolve(reference, asked)];
      return field !== undefined && wanted !== undefined && same(field, wanted);
    });
    if (agrees) return [event];
    return i === events.length - 1
      ? [{ ...event, actionId: 'not in the slice', groups: [], fields: new Map() }]
      : [];
  });
}

function variants(chance: Chance, formula: Formula): readonly Formula[] {
  if (chance.happens(0.5)) return [formula];
  return [formula, ...Array.from({ length: 6 }, () => withOtherLiterals(chance, formula))];
}

/** Other values in the fields of predicates, of the same kind. */
function withOtherLiterals(chance: Chance, formula: Formula): Formula {
  return withPredicates(formula, (predicate) => ({
    ...predicate,
    fields: predicate.fields.map(({ path, term }) => ({ path, term: otherLiteral(chance, term) })),
  }));
}

function otherLiteral(chance: Chance, term: Term): Term {
  if (term.kind !== 'value') return term;
  const value: TemporalValue = anotherValue(chance, term.value);
  return { kind: 'value', value };
}

if (import.meta.main) {
  const option = (name: string, otherwise: number): number => {
    const i = process.argv.indexOf(`--${name}`);
    return i < 0 ? otherwise : Number(process.argv[i + 1]);
  };
  const seed = option('seed', 1);
  const start = performance.now();
  const { statistics, mismatch } = agree(option('cases', 100_000), seed);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  if (mismatch !== undefined) console.dir(mismatch, { depth: 40 });
  console.log(JSON.stringify({ seed, seconds, ...statistics, mismatches: Number(mismatch !== undefined) }));
  process.exitCode = mismatch === undefined ? 0 : 1;
}
