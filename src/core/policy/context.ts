// SPDX-License-Identifier: Apache-2.0
/**
 * The question that is put to the policy engine about one request, in full.
 *
 * Whatever policy may ever look at stands here, typed as `layout.ts` says. Never reads the world:
 * facts were gathered before. An adapter may leave out what no policy looks at.
 *
 * Source: docs/policy-reference.md.
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { builtinServer } from '../catalogue/names.ts';
import { type Label, nothingRead, rank } from '../label/label.ts';
import { type Seen, seenContext } from '../operand/seen.ts';
import { intentRecord } from '../origin/distance.ts';
import { isUrged, type OriginFacts, unasked, worstDoubt } from '../origin/facts.ts';
import { type Program, programContext } from '../program/of-call.ts';
import { factsRecord, type ResultFacts } from '../result/facts.ts';
import type { Circumstances } from '../session/circumstances.ts';
import { firsts } from '../session/seen.ts';
import { utcClock } from '../signal/local-time.ts';
import { askedAction } from './actions.ts';
import { type AdminAction, continueAction, sessionType } from './layout.ts';
import type { CedarValue, Entity, EntityUid, Question } from './question.ts';
import type { CedarRecord } from './values.ts';

/** A request as the catalogue understands it: what is left to ask is who asks, and when. */
export interface Described {
  readonly entry: CatalogueEntry;
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  /** From `cedarArgs`: never the caller's own JSON. */
  readonly args: CedarRecord;
  /** Something was sent that policy does not see. */
  readonly opaque: boolean;
  /** All that it names as a place it goes to is one's own. */
  readonly inside?: boolean;
  /** Of what is asked for, with what was written there. Default: as the catalogue has it. */
  readonly label?: Label;
}

/** What holds at the moment, whoever asks. */
export interface Live {
  /** Of those that policies read: what counts. */
  readonly signals: CedarRecord;
  readonly time: CedarRecord;
}

/**
 * @param fresh what the agent uses for the first time ever: core/session/seen.ts
 * @param origin where the values come from; by default nobody knows anything
 * @param program what the call would run, if anything
 * @param live by default no signal was said, and the clock is that of UTC
 * @param seen what it names and others can change, as it was found
 */
export function questionFor(
  described: Described,
  who: Circumstances,
  fresh: readonly string[] = [],
  origin: OriginFacts = unasked,
  program?: Program,
  live: Live = { signals: {}, time: { ...utcClock(who.at) } },
  seen: Seen = {},
): Question {
  const { entry } = described;
  const label = labelRecord(described.label ?? entry.resource.label);
  const task = { type: 'Task', id: who.task.id };
  return {
    principal: { type: 'Agent', id: who.agent.id },
    action: { type: 'Action', id: askedAction(entry, described.action) },
    resource: described.resource,
    context: {
      args: described.args,
      args_opaque: described.opaque,
      session: {
        id: who.session.id,
        ageSeconds: who.session.ageSeconds,
        idleSeconds: who.session.idleSeconds,
        calls: who.session.calls,
        labels: labelRecord(who.session.labels),
      },
      agent: { autonomy: who.agent.autonomy, verifiedSecondsAgo: who.agent.verifiedSecondsAgo },
      task: reference(task),
      tool: {
        server: entry.server,
        name: entry.target,
        kind: entry.kind,
        class: entry.class,
        reversible: entry.reversible,
      },
      resource: { label },
      first: firsts(fresh),
      origin: {
        ...Object.fromEntries(
          Object.entries(origin.roles).map(([role, { doubt, from }]) => [role, { doubt, from }]),
        ),
        doubt: worstDoubt(origin),
        urged: isUrged(origin),
      },
      intent: intentRecord(origin),
      destination: { inside: described.inside === true },
      ...(program === undefined ? {} : { program: programContext(program) }),
      signals: live.signals,
      time: live.time,
      ...seenContext(seen),
      now: { __extn: { fn: 'datetime', arg: new Date(who.at).toISOString() } },
    },
    entities: [
      {
        uid: { type: 'Agent', id: who.agent.id },
        attrs: { owner: who.agent.owner, autonomy: who.agent.autonomy },
        parents: [],
      },
      taskEntity(task, who.task),
      { uid: described.resource, attrs: { label }, parents: [] },
    ],
  };
}

function taskEntity(uid: EntityUid, task: Circumstances['task']): Entity {
  return {
    uid,
    attrs: {
      type: task.type,
      ...(task.purpose === undefined ? {} : { purpose: task.purpose }),
      ...(task.onBehalfOf === undefined ? {} : { onBehalfOf: task.onBehalfOf }),
      ageSeconds: task.ageSeconds,
      hasPrompt: task.hasPrompt,
      depth: task.depth,
    },
    parents: [],
    tags: task.params,
  };
}

function labelRecord(label: Label): CedarRecord {
  return {
    level: rank(label.level),
    categories: label.categories,
    everyone: label.readers === undefined,
    readers: label.readers ?? [],
    untrusted: label.integrity === 'untrusted',
    sources: label.sources,
  };
}

function reference(uid: EntityUid): CedarValue {
  return { __entity: { type: uid.type, id: uid.id } };
}

/**
 * The same about what came back. What was new, where values came from and what was asked for were decided with the call: of a
 * result they say nothing.
 */
export function resultQuestion(
  described: Described,
  who: Circumstances,
  facts: ResultFacts,
  label: Label,
): Question {
  const question = questionFor(described, who);
  const result = { ...factsRecord(facts), label: labelRecord(label) };
  return { ...question, context: { ...question.context, result }, history: noHistory };
}

/** Whether a session goes on: who asks, what signals say, and nothing of any call. */
export function continueQuestion(who: Circumstances, live?: Live): Question {
  const described: Described = {
    entry: {
      ...{ kind: 'method', server: builtinServer, target: continueAction, action: continueAction },
      ...{ class: 'unknown', resource: { type: sessionType, label: who.session.labels } },
      ...{ args: {}, result: nothingRead, reversible: true, stateless: true },
    },
    action: continueAction,
    resource: { type: sessionType, id: who.session.id },
    args: {},
    opaque: false,
  };
  const question = questionFor(described, who, [], unasked, undefined, live);
  return { ...question, history: noHistory };
}

const noHistory = { holding: new Set<string>(), untold: new Set<string>() };

/** An act of administration: who, through what, does what to which thing. */
export interface Administration {
  readonly operator: string;
  readonly channel: string;
  readonly action: AdminAction;
  /** What sort of thing it is done to: `task`, `agent`, `session`, `policy`, `tool`, `record` ... */
  readonly kind: string;
  readonly id: string;
}

export function adminQuestion({ operator, channel, action, kind, id }: Administration): Question {
  const principal = { type: 'Operator', id: operator };
  return {
    principal,
    action: { type: 'Action', id: action },
    resource: { type: 'Administered', id: `${kind}/${id}` },
    context: { channel, kind },
    entities: [{ uid: principal, attrs: { channel }, parents: [] }],
  };
}
