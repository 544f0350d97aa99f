// SPDX-License-Identifier: Apache-2.0
// What came back of a call is not known: an answer is only given where it does not depend on that.
import { expect, test } from 'vitest';
import type { TemporalEvent } from '../../src/core/temporal/event.ts';
import type { Formula } from '../../src/core/temporal/formula.ts';
import { compileHistory } from '../../src/core/temporal/history.ts';
import { type Chance, chanceOf } from '../simulator/chance.ts';
import {
  actionNames,
  actionType,
  drawAsked,
  drawEvents,
  drawFormula,
  pathOf,
  valuesOf,
  withPredicates,
} from './draw.ts';
import { drawIdiom } from './idioms.ts';
import { holds } from './reference.ts';

const cases = 1_500;
const seed = 20_260_302;

/** A call of an action that is asked about. */
function unknown(event: TemporalEvent, actionId: string): TemporalEvent {
  const fields = new Map(event.fields);
  fields.delete('output');
  return { ...event, actionType, actionId, kind: 'response', fields, outputUnknown: true };
}

/** With some predicates about what came back. */
function aboutOutput(chance: Chance, formula: Formula): Formula {
  return withPredicates(formula, (predicate) => {
    if (chance.happens(0.3)) return predicate;
    const term = { kind: 'value', value: chance.pick(valuesOf('flag')) } as const;
    return {
      ...predicate,
      event: 'response',
      fields: [...predicate.fields.filter(({ path }) => path[1] !== 'flag'), { path: pathOf('flag'), term }],
    };
  });
}

/** The event with something that may have come back, or nothing. */
function completed(chance: Chance, event: TemporalEvent): TemporalEvent {
  const output = chance.happens(0.8) ? drawEvents(chance, 1)[0]?.fields.get('output') : undefined;
  return output === undefined ? event : { ...event, fields: new Map(event.fields).set('output', output) };
}

test('whatever came back, an answer that is given is the answer', () => {
  let [given, withheld, rightly] = [0, 0, 0];
  for (let i = 0; i < cases; i++) {
    const chance = chanceOf(seed + i);
    const formula = aboutOutput(chance, chance.happens(0.6) ? drawIdiom(chance) : drawFormula(chance));
    const drawn = drawEvents(chance, chance.between(2, 10));
    const lost = chance.between(0, drawn.length - 2);
    const events = drawn.map((event, k) =>
      k === lost ? unknown(event, chance.pick(actionNames.slice(0, 2))) : event,
    );
    const plan = compileHistory([{ id: 'leaf', formula }]);
    const history = plan.start({ maxSteps: Number.POSITIVE_INFINITY });
    const asked = drawAsked(chance);
    for (const event of events) history.push(event);
    const answer = history.answer('leaf', asked);
    expect(history.ask(plan.panel(['leaf']), asked).of(0)).toEqual(answer);
    if ('unresolved' in answer) continue;
    const possible = Array.from({ length: 6 }, () =>
      holds(
        formula,
        events.map((event, k) => (k === lost ? completed(chance, event) : event)),
        asked,
      ),
    );
    if ('holds' in answer) {
      given += 1;
      expect(new Set(possible), `seed ${seed + i}`).toEqual(new Set([answer.holds]));
    } else {
      withheld += 1;
      rightly += Number(new Set(possible).size > 1);
    }
  }
  expect(given).toBeGreaterThan(cases / 4);
  expect(withheld).toBeGreaterThan(cases / 20);
  expect(rightly).toBeGreaterThan(cases / 100);
});
