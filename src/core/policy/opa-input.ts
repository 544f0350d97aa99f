// SPDX-License-Identifier: Apache-2.0
/**
 * The input document for a second decision point: the facts of one request as plain JSON, versioned.
 *
 * Made of what Cedar is asked about: arguments are the projection, in which secrets are hidden already. An answer
 * counts only for the document that it answered, so nothing stands here that moves by itself or with every call:
 * no ages, no counters, and of the time the minute.
 *
 * Source: docs/formats/opa-input.md.
 */
import type { JsonObject } from '../json/value.ts';
import { type Label, rank } from '../label/label.ts';
import { type Seen, seenContext } from '../operand/seen.ts';
import { intentRecord } from '../origin/distance.ts';
import type { OriginFacts } from '../origin/facts.ts';
import { groupsOf } from '../program/finding.ts';
import type { Program } from '../program/of-call.ts';
import type { Circumstances } from '../session/circumstances.ts';
import { firsts } from '../session/seen.ts';
import type { Described } from './context.ts';

/** Changes when a policy that was written for the old document could misread the new one. */
export const opaInputVersion = 1;

export interface Instants {
  readonly agentVerifiedAt: number;
  readonly taskStartedAt: number;
  readonly sessionStartedAt: number;
}

/**
 * @param args the projection: never what the caller sent
 * @param fresh what the agent uses for the first time ever: core/session/seen.ts
 */
export function opaInput(
  { entry, action, resource, opaque, inside = false, label = entry.resource.label }: Described,
  args: JsonObject,
  { at, agent, task, session }: Circumstances,
  instants: Instants,
  fresh: readonly string[],
  origin: OriginFacts,
  program?: Program,
  seen: Seen = {},
): JsonObject {
  return {
    version: opaInputVersion,
    caller: {
      agent: agent.id,
      owner: agent.owner,
      autonomy: agent.autonomy,
      verified_at: utc(instants.agentVerifiedAt),
    },
    task: {
      id: task.id,
      type: task.type,
      params: task.params,
      has_prompt: task.hasPrompt,
      depth: task.depth,
      started_at: utc(instants.taskStartedAt),
      ...(task.purpose === undefined ? {} : { purpose: task.purpose }),
      ...(task.onBehalfOf === undefined ? {} : { on_behalf_of: task.onBehalfOf }),
    },
    session: {
      id: session.id,
      started_at: utc(instants.sessionStartedAt),
      labels: labelled(session.labels),
    },
    action,
    class: entry.class,
    resource: { ...resource, label: labelled(label) },
    tool: { server: entry.server, name: entry.target, kind: entry.kind, reversible: entry.reversible },
    args,
    args_opaque: opaque,
    first: { ...firsts(fresh) },
    // Of the roles that the call has.
    origin: Object.fromEntries(
      Object.entries(origin.roles).flatMap(([role, { doubt, from }]) =>
        from.length === 0 ? [] : [[role, { doubt, from }]],
      ),
    ),
    intent: intentRecord(origin),
    destination: { inside },
    ...(program === undefined ? {} : { program: { ...program, groups: groupsOf(program.classes) } }),
    ...seenContext(seen),
    time: utc(at - (at % 60_000)),
  };
}

function labelled(label: Label): JsonObject {
  return {
    level: rank(label.level),
    categories: label.categories,
    // Absent: everyone may read it.
    ...(label.readers === undefined ? {} : { readers: label.readers }),
    untrusted: label.integrity === 'untrusted',
    sources: label.sources,
  };
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
}
