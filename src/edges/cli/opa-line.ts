// SPDX-License-Identifier: Apache-2.0
/**
 * One decision as an event of OPA's decision log, for tools that read those.
 *
 * Made of what a record says in the clear: contents are never opened for it, and what the record only names is
 * listed in `erased`, as OPA does with what was masked.
 *
 * Source: OPA, "Decision Logs"; docs/opa.md, "Its decision log".
 */
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import type { DecisionEvent } from '../../core/record/event.ts';

/** Where OPA would name the document that was asked for. */
const path = 'countersign/decision';

export function opaLine(event: DecisionEvent): JsonObject {
  const { facts, request, versions, who } = event;
  const { args, ...said } = request;
  const opinion = facts['opa.outcome']?.value;
  const ownId = facts['opa.decision']?.value;
  const bundle = facts['opa.bundle']?.value;
  return {
    labels: { app: 'countersign', id: event.node, tenant: event.tenant },
    decision_id: event.id,
    bundles: {
      policies: { revision: versions.policy },
      catalogue: { revision: versions.catalogue },
      ...(bundle === undefined ? {} : { opa: { revision: bundle } }),
    },
    path,
    input: {
      caller: 'agent' in who ? callerOf(who.agent, event) : { operator: who.operator, channel: who.channel },
      ...('agent' in who ? { task: known({ id: who.task, type: facts['task.type']?.value }) } : {}),
      ...('agent' in who ? { session: { id: who.session } } : {}),
      action: said.action,
      class: said.class,
      resource: { ...said.resource },
      tool: { server: said.server, name: said.target, method: said.method },
      args_opaque: said.argsOpaque,
    },
    ...(args === undefined ? {} : { erased: ['/input/args'] }),
    result: {
      outcome: event.outcome,
      code: event.code,
      policies: event.verdicts.map(({ policy, effect, kind }) => ({ policy, effect, kind })),
      obligations: event.obligations,
      ...(event.shadow ? { shadow: true } : {}),
      ...(opinion === undefined ? {} : { opa: known({ outcome: opinion, decision_id: ownId }) }),
    },
    timestamp: new Date(event.at).toISOString(),
  };
}

function callerOf(agent: string, { facts }: DecisionEvent): JsonObject {
  return known({ agent, owner: facts['agent.owner']?.value, autonomy: facts['agent.autonomy']?.value });
}

function known(members: { readonly [name: string]: JsonValue | undefined }): JsonObject {
  const there: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(members)) if (value !== undefined) there.push([name, value]);
  return Object.fromEntries(there);
}
