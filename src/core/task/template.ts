// SPDX-License-Identifier: Apache-2.0
/**
 * Kinds of tasks, written once, and what becomes of one when its parameters are bound.
 *
 * A parameter stands for a whole value of a constraint and never for a part of one: no text that a
 * caller gives can end up as syntax. What does not fit is refused; nothing is trimmed to fit. A bound
 * scope is kept with its task, so that a template may change without changing what runs.
 *
 * Source: docs/tasks.md.
 */
import type { Budget } from '../record/events/standing.ts';
import { listed } from './constraint.ts';
import { hostSuffixOf } from './host.ts';
import { segmentsOf } from './path.ts';
import { type Capability, type Constraint, type Scope, scopeShape, type Workflow } from './scope.ts';

export const parameterTypes = ['string', 'integer', 'path', 'host'] as const;
export type ParameterType = (typeof parameterTypes)[number];

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly required: boolean;
  readonly fallback?: string;
  readonly oneOf?: readonly string[];
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
}

/** As constraints, but for `${param.NAME}` in place of a value. */
export type ConstraintDraft =
  | Exclude<Constraint, { is: 'integer' }>
  | { readonly is: 'integer'; readonly min?: number | string; readonly max?: number | string };

export interface CapabilityDraft extends Omit<Capability, 'args' | 'resourceId'> {
  readonly args?: readonly { readonly argument: string; readonly must: ConstraintDraft }[];
  readonly resourceId?: ConstraintDraft;
}

export interface Template {
  readonly type: string;
  /** `sha256:` of the file. */
  readonly digest: string;
  readonly purpose?: string;
  readonly params: readonly Parameter[];
  readonly capabilities: readonly CapabilityDraft[];
  readonly budgets: readonly Budget[];
  readonly maxTtlMs?: number;
  readonly workflow?: Workflow;
  readonly maxResultBytes?: number;
}

export type Templates = ReadonlyMap<string, Template>;

/** What somebody who starts a task asks for. */
export interface Asked {
  readonly purpose?: string;
  readonly params: { readonly [name: string]: string };
  readonly budgets: readonly Budget[];
  readonly ttlMs?: number;
}

export interface BoundTerms {
  readonly purpose?: string;
  readonly params: { readonly [name: string]: string };
  readonly budgets: readonly Budget[];
  readonly ttlMs: number;
  readonly scope: Scope;
}

/** How long a task lives where neither who starts it nor its template says. */
export const defaultTaskMs = 30 * 60_000;

const defaultMaxLength = 200;

/** A record of more than 1 MiB could not be read again. */
const maxScopeLength = 64 * 1024;

/** @returns the parameter that a value stands for, or undefined where it stands for itself */
export function parameterIn(value: string): string | undefined {
  return /^\$\{param\.([A-Za-z][A-Za-z0-9_-]{0,63})\}$/.exec(value)?.[1];
}

export function bind(
  template: Template,
  asked: Asked,
): { readonly ok: true; readonly terms: BoundTerms } | { readonly ok: false; readonly reason: string } {
  const refused = (reason: string) => ({
    ok: false as const,
    reason: `the template \`${template.type}\`: ${reason}`,
  });
  const values = new Map<string, string>();
  const names = template.params.map(({ name }) => name);
  for (const name of Object.keys(asked.params)) {
    if (!names.includes(name))
      return refused(
        `there is no parameter ${listed([name])}; it has ${names.length > 0 ? listed(names) : 'none'}`,
      );
  }
  for (const parameter of template.params) {
    const given = Object.hasOwn(asked.params, parameter.name)
      ? asked.params[parameter.name]
      : parameter.fallback;
    if (given === undefined) {
      if (parameter.required) return refused(`the parameter \`${parameter.name}\` is missing`);
      continue;
    }
    const fault = valueFault(parameter, given);
    if (fault !== undefined) return refused(`the parameter \`${parameter.name}\` must ${fault}`);
    values.set(parameter.name, given);
  }

  const budgets = new Map(template.budgets.map((budget) => [budget.name, budget]));
  for (const budget of asked.budgets) {
    const most = budgets.get(budget.name)?.limit ?? budget.limit;
    if (budget.limit > most) return refused(`the budget \`${budget.name}\` is ${most} at most`);
    budgets.set(budget.name, budget);
  }
  const maxTtlMs = template.maxTtlMs ?? Number.POSITIVE_INFINITY;
  const ttlMs = asked.ttlMs ?? Math.min(defaultTaskMs, maxTtlMs);
  if (ttlMs > maxTtlMs) return refused(`a task lives for ${maxTtlMs / 1000} seconds at most`);

  // What was bound is read again as what is stored is: one reader, one idea of a scope.
  const scope = scopeShape.safeParse({
    template: template.digest,
    capabilities: template.capabilities.map((draft) => bound(draft, values)),
    ...(template.workflow === undefined ? {} : { workflow: template.workflow }),
    ...(template.maxResultBytes === undefined ? {} : { maxResultBytes: template.maxResultBytes }),
  });
  if (!scope.success) {
    const at = scope.error.issues[0]?.path.join('.') ?? '';
    return refused(`its parameters make no scope (\`${at}\`)`);
  }
  // It is part of one record, and a parameter may be longer than its name and stand in many places.
  if (JSON.stringify(scope.data).length > maxScopeLength)
    return refused(`its scope has more than ${maxScopeLength} characters`);
  const purpose = asked.purpose ?? template.purpose;
  return {
    ok: true,
    terms: {
      ...(purpose === undefined ? {} : { purpose }),
      params: Object.fromEntries(values),
      budgets: [...budgets.values()],
      ttlMs,
      scope: scope.data,
    },
  };
}

/** @returns what the value would have to be */
export function valueFault(parameter: Parameter, value: string): string | undefined {
  const most = parameter.maxLength ?? defaultMaxLength;
  if (value === '' || value.length > most) return `have 1 to ${most} characters`;
  if (/\p{Cc}/u.test(value)) return 'be one line';
  if (parameter.oneOf !== undefined && !parameter.oneOf.includes(value))
    return `be one of ${listed(parameter.oneOf)}`;
  switch (parameter.type) {
    case 'string':
      return undefined;
    case 'path':
      return segmentsOf(value) === undefined
        ? 'be a plain path: no `..`, `//`, `%`, `~` or backslash'
        : undefined;
    case 'host':
      return hostSuffixOf(value) === undefined ? 'be the name of a host' : undefined;
    case 'integer': {
      const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = parameter;
      const whole = wholeOf(value);
      return whole === undefined || whole < min || whole > max
        ? `be a whole number from ${min} to ${max}`
        : undefined;
    }
  }
}

/** Which parameters a draft stands for values with. */
export function parametersOf(draft: CapabilityDraft): readonly string[] {
  const musts = [
    ...(draft.args ?? []).map(({ must }) => must),
    ...(draft.resourceId ? [draft.resourceId] : []),
  ];
  return musts.flatMap(writtenIn).flatMap((value) => parameterIn(value) ?? []);
}

function writtenIn(draft: ConstraintDraft): readonly string[] {
  switch (draft.is) {
    case 'one_of':
      return draft.values;
    case 'within_path':
      return draft.prefixes;
    case 'within_host':
      return draft.suffixes;
    case 'integer':
      return [draft.min, draft.max].filter((bound) => typeof bound === 'string');
  }
}

function bound(draft: CapabilityDraft, values: ReadonlyMap<string, string>): object {
  const { args, resourceId, ...rest } = draft;
  return {
    ...rest,
    ...(args === undefined
      ? {}
      : { args: args.map(({ argument, must }) => ({ argument, must: boundConstraint(must, values) })) }),
    ...(resourceId === undefined ? {} : { resourceId: boundConstraint(resourceId, values) }),
  };
}

function boundConstraint(draft: ConstraintDraft, values: ReadonlyMap<string, string>): object {
  // A parameter without a value leaves an empty text, which no shape takes.
  const written = (value: string): string => {
    const name = parameterIn(value);
    return name === undefined ? value : (values.get(name) ?? '');
  };
  switch (draft.is) {
    case 'one_of':
      return { is: draft.is, values: draft.values.map(written) };
    case 'within_path':
      return { is: draft.is, prefixes: draft.prefixes.map(written) };
    case 'within_host':
      return { is: draft.is, suffixes: draft.suffixes.map((value) => hostSuffixOf(written(value)) ?? '') };
    case 'integer': {
      const end = (value: number | string | undefined) =>
        typeof value === 'string' ? (wholeOf(written(value)) ?? Number.NaN) : value;
      const { min, max } = { min: end(draft.min), max: end(draft.max) };
      return { is: draft.is, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
    }
  }
}

function wholeOf(text: string): number | undefined {
  return /^(?:0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}
