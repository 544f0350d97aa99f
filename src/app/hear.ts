// SPDX-License-Identifier: Apache-2.0
/**
 * What history says to one question: every condition that can matter, as a boolean in its context.
 *
 * A condition that cannot be told is left out, so that a policy which reads it errs: a permit gives
 * nothing then, and a forbid that errs denies. Every condition asked is a fact of the record, and what it
 * rests on is read, so that nothing that happens meanwhile can be missed.
 *
 * Source: docs/temporal.md.
 */
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import type { CedarValue, Question } from '../core/policy/question.ts';
import type { Fact, Kept } from '../core/record/events/decision.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { Caller } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { Together } from '../core/temporal/condition.ts';
import type { Asked, Scope } from '../core/temporal/event.ts';
import type { Reference } from '../core/temporal/formula.ts';
import { temporalOfCedar } from '../core/temporal/kept.ts';
import { EntityValue, type RecordValue, type TemporalValue } from '../core/temporal/value.ts';
import type { Asking } from './happening.ts';
import type { Past } from './past.ts';
import type { Conditions } from './ports.ts';

export interface Heard {
  readonly question: Question;
  /** Absent where there are none, or nobody wants them. */
  readonly facts?: { readonly [name: string]: Fact };
}

interface Hearing {
  readonly entry: CatalogueEntry;
  readonly caller: Caller;
  readonly at: number;
  readonly kept: Kept;
  readonly question: Question;
}

/** Facts of more conditions than this would make a record too long; how many there were is one. */
const maxFacts = 32;

export function hear(
  road: { readonly pseudonym: Pseudonym; readonly replayed?: boolean },
  conditions: Conditions,
  view: View,
  past: Pick<Past, 'ask'>,
  { entry, caller, at, kept, question }: Hearing,
): Heard {
  const which = conditions.for(question.action.id);
  if (which.conditions.length === 0) return { question };
  rest(view, which, caller);
  const { action, class: of, server, target } = entry;
  const asking: Asking = {
    ...caller,
    action,
    asked: question.action.id,
    class: of,
    ...(entry.kind === 'tool' ? { tool: { server, name: target } } : {}),
    resource: question.resource,
    kept,
    at,
  };
  const { holding, untold } = past.ask(
    conditions,
    which,
    asking,
    askedFrom(question, which.references, road.pseudonym),
  );
  const asked = { ...question, history: { holding, untold: new Set(untold.keys()) } };
  if (road.replayed === true) return { question: asked };

  const facts: { [name: string]: Fact } = {};
  const note = (name: string, value: Fact['value']): void => {
    facts[`history.${name}`] = { value, source: 'ledger', t: at };
  };
  // What decides comes first, where there is more than a record should carry.
  let left = maxFacts;
  for (const [name, why] of untold) if (left-- > 0) note(name, why);
  for (const name of holding) if (left-- > 0) note(name, true);
  if (left > 0)
    for (const { name } of which.conditions) {
      if (holding.has(name) || untold.has(name)) continue;
      if (left-- <= 0) break;
      note(name, false);
    }
  if (which.conditions.length > maxFacts) note('asked', which.conditions.length);
  return { question: asked, facts };
}

/** Reads what the conditions rest on, so that the decision waits for it. */
function rest(view: View, { session, agent, tenant }: Together, caller: Caller): void {
  if (session) view.get(facets.didInSession(caller.session));
  if (agent) view.get(facets.didByAgent(caller.agent));
  for (const name of tenant) view.get(facets.didByAnybody(name));
}

/** Only what some condition looks at: most of a context is never compared with history. */
function askedFrom(question: Question, wanted: readonly Reference[], pseudonym: Pseudonym): Asked {
  const of = (root: Reference['root']) =>
    wanted.filter((reference) => reference.root === root).map(({ path }) => path);
  const scope = (uid: Question['principal'], paths: readonly (readonly string[])[]): Scope => {
    const entity =
      paths.length === 0
        ? undefined
        : question.entities.find((one) => one.uid.type === uid.type && one.uid.id === uid.id);
    return {
      uid: new EntityValue(uid.type, uid.id),
      attrs: recordOf(entity?.attrs ?? {}, paths, pseudonym),
    };
  };
  // The arguments are Dogwood's `context.input` as well, so that conditions can move between engines.
  const context = { ...question.context, input: question.context.args ?? {} };
  return {
    context: recordOf(context, of('context'), pseudonym),
    principal: scope(question.principal, of('principal')),
    resource: scope(question.resource, of('resource')),
  };
}

/** The parts of a record that lie on the paths; what is not there, or has no counterpart, is absent. */
function recordOf(
  record: { readonly [name: string]: CedarValue },
  paths: readonly (readonly string[])[],
  pseudonym: Pseudonym,
): RecordValue {
  const out = new Map<string, TemporalValue>();
  for (const [name] of paths) {
    const value = name === undefined || !Object.hasOwn(record, name) ? undefined : record[name];
    if (name === undefined || value === undefined || out.has(name)) continue;
    const plain = temporalOfCedar(value, pseudonym);
    if (plain !== undefined) {
      out.set(name, plain);
      continue;
    }
    const deeper = paths.flatMap(([first, ...rest]) => (first === name && rest.length > 0 ? [rest] : []));
    if (deeper.length > 0 && isRecord(value)) out.set(name, recordOf(value, deeper, pseudonym));
  }
  return out;
}

function isRecord(value: CedarValue): value is { readonly [name: string]: CedarValue } {
  return typeof value === 'object' && !Array.isArray(value);
}
