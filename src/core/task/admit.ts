// SPDX-License-Identifier: Apache-2.0
// Whether a scope admits a request, and if not, what would fit: one sentence for the model that asked.
import { rank } from '../label/label.ts';
import type { CedarValue } from '../policy/question.ts';
import { listed, meets, wording } from './constraint.ts';
import type { Attempt, Capability, Scope, Workflow } from './scope.ts';

export type Admission = { readonly ok: true } | { readonly ok: false; readonly reason: string };

type Target = Pick<Attempt, 'action' | 'class' | 'server' | 'tool'>;

/** Whether it is for such a request at all, whatever the request's arguments. */
export function isFor(capability: Capability, target: Target): boolean {
  return (
    has(capability.actions, target.action) &&
    has(capability.classes, target.class) &&
    has(capability.servers, target.server) &&
    has(capability.tools, target.tool) &&
    (capability.actions ?? capability.classes ?? capability.tools) !== undefined
  );
}

export function admits(capability: Capability, attempt: Attempt): Admission {
  if (!isFor(capability, attempt)) return { ok: false, reason: 'it is for something else' };
  for (const { argument, must } of capability.args ?? []) {
    if (!meets(must, argumentOf(attempt, argument)))
      return { ok: false, reason: `\`${argument}\` must ${wording(must)}` };
  }
  const { resourceTypes, resourceId, resourceAtMost, sessionAtMost } = capability;
  if (!has(resourceTypes, attempt.resource.type))
    return { ok: false, reason: `the resource must be a ${listed(resourceTypes ?? [])}` };
  if (resourceId !== undefined && !meets(resourceId, attempt.resource.id))
    return { ok: false, reason: `the resource's id must ${wording(resourceId)}` };
  if (resourceAtMost !== undefined && rank(attempt.resource.level) > rank(resourceAtMost))
    return { ok: false, reason: `the resource must be labelled \`${resourceAtMost}\` or lower` };
  if (sessionAtMost !== undefined && rank(attempt.session) > rank(sessionAtMost))
    return { ok: false, reason: `only while the task has read nothing above \`${sessionAtMost}\`` };
  return { ok: true };
}

/** @param state of the workflow, if the scope has one; absent means that nobody knows it, which refuses */
export function scopeAdmits(scope: Scope, state: string | undefined, attempt: Attempt): Admission {
  const near: string[] = [];
  let admitted = false;
  for (const capability of scope.capabilities) {
    const answer = admits(capability, attempt);
    if (answer.ok) admitted = true;
    else if (isFor(capability, attempt)) near.push(answer.reason);
  }
  if (!admitted) return { ok: false, reason: near.length > 0 ? nearly(near) : elsewhere(scope, attempt) };
  const { workflow } = scope;
  if (workflow === undefined || nextState(workflow, state, attempt.class) !== undefined) return { ok: true };
  const now = workflow.states.find(({ name }) => name === state);
  return {
    ok: false,
    reason: `the task's workflow has no \`${attempt.class}\` now; it goes on with ${orNothing((now?.next ?? []).map((step) => step.class))}`,
  };
}

/** Whether it could ever admit a call of such a target: where not, there is no use in listing it. */
export function mayEverAdmit(
  scope: Scope,
  target: Target & { readonly resource: Pick<Attempt['resource'], 'type' | 'level'> },
): boolean {
  const inWorkflow =
    scope.workflow?.states.some(({ next }) => next.some((step) => step.class === target.class)) ?? true;
  return (
    inWorkflow &&
    scope.capabilities.some(
      (capability) =>
        isFor(capability, target) &&
        has(capability.resourceTypes, target.resource.type) &&
        rank(target.resource.level) <= rank(capability.resourceAtMost ?? 'restricted'),
    )
  );
}

/** @returns the state after an act of this class, or undefined where there is no such act in this state */
export function nextState(workflow: Workflow, state: string | undefined, of: string): string | undefined {
  return workflow.states.find(({ name }) => name === state)?.next.find((step) => step.class === of)?.to;
}

function argumentOf({ args }: Attempt, name: string): CedarValue | undefined {
  return Object.hasOwn(args, name) ? args[name] : undefined;
}

function has(choices: readonly string[] | undefined, value: string): boolean {
  return choices === undefined || choices.includes(value);
}

const maxNear = 3;

function nearly(reasons: readonly string[]): string {
  return `outside the scope of this task: ${[...new Set(reasons)].slice(0, maxNear).join('; or ')}`;
}

function elsewhere(scope: Scope, { action }: Target): string {
  const may = scope.capabilities.flatMap(({ actions, classes, tools }) => [
    ...(actions ?? tools ?? classes ?? []),
  ]);
  return `outside the scope of this task: it has no capability for ${listed([action])}, only for ${orNothing([...new Set(may)])}; a wider task has to be started by a person`;
}

function orNothing(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : listed(names);
}
