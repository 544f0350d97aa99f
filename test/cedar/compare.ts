// SPDX-License-Identifier: Apache-2.0
/**
 * Drawn sets of policies, asked of the compiled engine and of the official one.
 *
 * A case is one request. They agree if both refuse it, or if decision, determining policies and
 * erroring policies are the same. Nothing may be left uncovered.
 */
import { createEngine, type Engine } from '../../src/adapters/cedar-wasm/engine.ts';
import { type EntityStore, prepareEntities } from '../../src/core/cedar/entities.ts';
import { type CedarSet, compileSet } from '../../src/core/cedar/set.ts';
import { actionEntities, type Drawn, draw, type Request, requestsPerSet, schemaJson } from './draw-world.ts';
import { type Answer, exactly, listExactly, type OfficialSet, officialSet, readExactly } from './official.ts';

export interface Tally {
  sets: number;
  cases: number;
  allows: number;
  /** A deny that a forbid determined, and one that nothing did. */
  forbidden: number;
  unpermitted: number;
  /** Cases in which some policy erred, and those that both refused. */
  erring: number;
  refused: number;
  /** Cases asked with the world's schema. */
  withSchema: number;
  /** Sets that the official engine did not take: their cases do not count. */
  unread: number;
  /** Operators of the policies asked, and in how many policies. */
  operators: { [name: string]: number };
  mismatches: string[];
}

export function emptyTally(): Tally {
  const counts = { sets: 0, cases: 0, allows: 0, forbidden: 0, unpermitted: 0, erring: 0, refused: 0 };
  return { ...counts, withSchema: 0, unread: 0, operators: {}, mismatches: [] };
}

/** More than a reader looks at. */
const maxReported = 20;

/** Instances grow with what they are given: one is used for so many sets. */
const setsPerInstance = 500;

/** Asks sets until there were so many cases. @param step every which number is drawn, from `first` on */
export function compareDrawn(seed: number, first: number, step: number, cases: number): Tally {
  const tally = emptyTally();
  let engine = createEngine();
  for (let number = first; tally.cases < cases && tally.mismatches.length < maxReported; number += step) {
    if (tally.sets % setsPerInstance === 0) engine = createEngine();
    compareSet(engine, draw(seed, number), `seed ${seed}, set ${number}`, tally);
    tally.sets++;
  }
  return tally;
}

function compareSet(engine: Engine, drawn: Drawn, title: string, tally: Tally): void {
  const texts = (list: readonly { readonly id: string; readonly text: string }[]) =>
    Object.fromEntries(list.map(({ id, text }) => [id, text]));
  const parts = {
    staticPolicies: texts(drawn.policies),
    templates: texts(drawn.templates),
    templateLinks: drawn.links,
  };
  const schema = drawn.world.orderly ? schemaJson(drawn.world) : undefined;
  const official = officialSet(engine, parts, schema);
  const compiled = compileDrawn(engine, drawn, tally);
  if (official === undefined || typeof compiled === 'string') {
    tally.unread++;
    if (official !== undefined) tally.mismatches.push(`${title}: ${compiled}`);
    return;
  }
  const actions = actionEntities(drawn.world);
  const known = prepareEntities(actions);
  drawn.rounds.forEach(({ entities, requests }, round) => {
    // Over a store of the actions, or all at once: it must not matter.
    const prepared =
      known.ok && round % 2 === 0
        ? known.store.withMore(entities)
        : prepareEntities([...actions, ...entities]);
    const sent = listExactly(schema === undefined ? [...entities, ...actions] : entities);
    for (const request of requests) {
      if (tally.cases % requestsPerSet === 0 && tally.mismatches.length > maxReported) return;
      const store = prepared.ok ? prepared.store : undefined;
      const differs = compareRequest(official, compiled, { request, sent, store, schema }, tally);
      if (differs !== undefined && tally.mismatches.length < maxReported)
        tally.mismatches.push(`${title}: ${differs}\n${shown(request)}\n${texted(drawn)}`);
    }
  });
}

interface Case {
  readonly request: Request;
  readonly sent: readonly object[];
  readonly store: EntityStore | undefined;
  readonly schema: object | undefined;
}

function compareRequest(
  official: OfficialSet,
  compiled: CedarSet,
  { request, sent, store, schema }: Case,
  tally: Tally,
): string | undefined {
  const { principal, action, resource, context } = request;
  const theirs = official.ask({
    principal,
    action,
    resource,
    context: Object(exactly(context)),
    entities: sent,
    validateRequest: schema !== undefined,
  });
  const ours = store === undefined ? 'entities refused' : answerOf(compiled, request, store);
  tally.cases++;
  if (schema !== undefined) tally.withSchema++;
  if (typeof theirs === 'string' || typeof ours === 'string') {
    tally.refused++;
    return typeof theirs === typeof ours
      ? undefined
      : `ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`;
  }
  if (theirs.decision === 'allow') tally.allows++;
  else if (theirs.reason.length > 0) tally.forbidden++;
  else tally.unpermitted++;
  if (theirs.errors.length > 0) tally.erring++;
  const same =
    JSON.stringify([ours.decision, ours.reason, ours.errors]) ===
    JSON.stringify([theirs.decision, theirs.reason, theirs.errors]);
  return same ? undefined : `ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`;
}

function answerOf(set: CedarSet, request: Request, entities: EntityStore): Answer | string {
  const answer = set.authorize({ ...request, entities });
  return answer.ok
    ? { decision: answer.decision, reason: answer.reason, errors: answer.errors }
    : answer.reason;
}

function compileDrawn(engine: Engine, drawn: Drawn, tally: Tally): CedarSet | string {
  const read = (kind: 'policy' | 'template', list: Drawn['policies']) => {
    const jsons = list.map(({ id, text }): [string, unknown] => [id, readExactly(engine, text, kind)]);
    for (const [, json] of jsons) for (const operator of operatorsIn(json)) count(tally, operator);
    return new Map(jsons);
  };
  try {
    const compiled = compileSet({
      policies: read('policy', drawn.policies),
      templates: read('template', drawn.templates),
      links: drawn.links,
    });
    if (!compiled.ok) return compiled.reason;
    const [uncovered] = compiled.set.uncovered;
    return uncovered === undefined ? compiled.set : `\`${uncovered.id}\` is not covered: ${uncovered.reason}`;
  } catch (error) {
    return `threw ${error}`;
  }
}

function count(tally: Tally, operator: string): void {
  tally.operators[operator] = (tally.operators[operator] ?? 0) + 1;
}

function operatorsIn(json: unknown, into: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(json)) for (const item of json) operatorsIn(item, into);
  else if (typeof json === 'object' && json !== null)
    for (const [key, value] of Object.entries(json)) {
      if (key === 'Value' || key === 'annotations') into.add(key);
      else if (key === 'Record')
        for (const part of Object.values(Object(value))) operatorsIn(part, into.add(key));
      else {
        if (!noOperators.has(key)) into.add(key);
        if (key === 'op') into.add(`scope ${value}`);
        operatorsIn(value, into);
      }
    }
  return into;
}

const noOperators = new Set(
  'effect principal action resource conditions kind body left right arg attr op entity entities entity_type pattern Literal type id if then else'.split(
    ' ',
  ),
);

function shown(request: Request): string {
  return JSON.stringify(request, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

function texted({ policies, templates, links }: Drawn): string {
  return (
    [...policies, ...templates].map(({ id, text }) => `${id}: ${text}`).join('\n') + JSON.stringify(links)
  );
}
