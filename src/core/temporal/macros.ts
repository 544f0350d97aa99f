// SPDX-License-Identifier: Apache-2.0
/**
 * Temporal macros: templates that calls are replaced by before anything else looks at a condition.
 *
 * `?p` becomes the argument, `$t` a name that is in no source. No recursion: a body calls nothing.
 * What an expansion may grow to is bounded, since arguments are copied.
 *
 * Source: Dogwood's guide, chapter 6; docs/temporal.md.
 */
import type { PolicyFile } from '../policy/source.ts';
import { Refusal } from './scan.ts';
import { allTerms, nested, slotsIn, slotsOf } from './walk.ts';
import type {
  Argument,
  Slot,
  Window,
  Written,
  WrittenAggregate,
  WrittenBinder,
  WrittenCall,
  WrittenField,
  WrittenTerm,
} from './written.ts';

export interface TemporalMacro {
  readonly name: string;
  readonly params: readonly string[];
  readonly body:
    | { readonly kind: 'condition'; readonly condition: Written }
    | { readonly kind: 'aggregate'; readonly aggregate: WrittenAggregate };
}

/** Nodes that one policy file may expand to. */
export const maxExpandedNodes = 20_000;

export interface Expander {
  readonly file: PolicyFile;
  readonly macros: ReadonlyMap<string, TemporalMacro>;
  /** Names of Cedar macros, for the message. */
  readonly cedar: ReadonlySet<string>;
  calls: number;
  nodesLeft: number;
}

type Bound =
  | { readonly kind: 'window'; readonly window: Window }
  | { readonly kind: 'condition'; readonly condition: Written; readonly size: number }
  | { readonly kind: 'term'; readonly term: WrittenTerm; readonly size: number };

/** One condition of a policy without calls, parameters and fresh names. @throws {Refusal} */
export function expand(x: Expander, written: Written): Written {
  charge(x, 1, written.at);
  switch (written.kind) {
    case 'predicate':
      return { ...written, fields: written.fields.map((each) => expandField(x, each)) };
    case 'and':
      return { ...written, parts: written.parts.map((part) => expand(x, part)) };
    case 'not':
    case 'formerly':
    case 'previous':
      return { ...written, body: expand(x, written.body), ...concreteWindow(x, written) };
    case 'since':
      return {
        ...written,
        ...concreteWindow(x, written),
        left: expand(x, written.left),
        right: expand(x, written.right),
      };
    case 'exists':
      return { ...written, binder: concreteBinder(x, written.binder), body: expand(x, written.body) };
    case 'timepoint':
      return { ...written, slot: concrete(x, written.slot) };
    case 'compare':
      return { ...written, left: expandTerm(x, written.left), right: expandTerm(x, written.right) };
    case 'call':
      return calledCondition(x, written);
    case 'param':
      throw new Refusal(x.file, written.at, `\`?${written.name}\` has no meaning outside of a macro`);
    case 'refine': {
      const fields = written.fields.map((each) => expandField(x, each));
      return refine(x.file, expand(x, written.base), fields, written.at);
    }
  }
}

function concreteWindow(x: Expander, written: Written): object {
  if (!('within' in written) || written.within.kind === 'seconds') return {};
  throw new Refusal(
    x.file,
    written.within.at,
    `\`?${written.within.name}\` has no meaning outside of a macro`,
  );
}

function concrete(x: Expander, slot: Slot): Slot {
  if (slot.kind === 'name') return slot;
  const sigil = slot.kind === 'param' ? '?' : '$';
  throw new Refusal(x.file, slot.at, `\`${sigil}${slot.name}\` has no meaning outside of a macro`);
}

function concreteBinder(x: Expander, binder: WrittenBinder): WrittenBinder {
  return { ...binder, slot: concrete(x, binder.slot) };
}

function expandField(x: Expander, field: WrittenField): WrittenField {
  return { ...field, term: expandTerm(x, field.term) };
}

function expandTerm(x: Expander, term: WrittenTerm): WrittenTerm {
  charge(x, 1, term.at);
  switch (term.kind) {
    case 'value':
    case 'reference':
    case 'wildcard':
      return term;
    case 'variable':
      return { ...term, slot: concrete(x, term.slot) };
    case 'array':
      return { ...term, items: term.items.map((item) => expandTerm(x, item)) };
    case 'count':
    case 'sum':
      return {
        ...term,
        ...(term.kind === 'sum' ? { of: concrete(x, term.of) } : {}),
        binders: term.binders.map((each) => concreteBinder(x, each)),
        where: expand(x, term.where),
      };
    case 'call':
      return calledAggregate(x, term);
  }
}

function calledCondition(x: Expander, call: WrittenCall): Written {
  const { macro, env } = called(x, call);
  if (macro.body.kind !== 'condition')
    throw new Refusal(
      x.file,
      call.at,
      `the macro \`${call.name}\` is an aggregate: compare it with something`,
    );
  return inBody(env, macro.body.condition);
}

function calledAggregate(x: Expander, call: WrittenCall): WrittenAggregate {
  const { macro, env } = called(x, call);
  if (macro.body.kind !== 'aggregate')
    throw new Refusal(x.file, call.at, `the macro \`${call.name}\` is a condition, not a value`);
  return aggregateInBody(env, macro.body.aggregate);
}

/** What stands for what inside one expansion of one body. */
interface Body {
  readonly x: Expander;
  readonly call: WrittenCall;
  readonly number: number;
  readonly bound: ReadonlyMap<string, Bound>;
}

function called(x: Expander, call: WrittenCall): { readonly macro: TemporalMacro; readonly env: Body } {
  const macro = x.macros.get(call.name);
  if (macro === undefined)
    throw new Refusal(
      x.file,
      call.at,
      x.cedar.has(call.name)
        ? `the macro \`${call.name}\` is a cedar macro: it has no meaning in a temporal condition`
        : `there is no temporal macro \`${call.name}\``,
    );
  if (macro.params.length !== call.args.length)
    throw new Refusal(
      x.file,
      call.at,
      `the macro \`${call.name}\` takes ${macro.params.length} argument${macro.params.length === 1 ? '' : 's'}, not ${call.args.length}`,
    );
  x.calls++;
  const bound = new Map<string, Bound>();
  macro.params.forEach((name, i) => {
    const argument = call.args[i];
    if (argument !== undefined) bound.set(name, boundTo(x, argument));
  });
  return { macro, env: { x, call, number: x.calls, bound } };
}

/** Arguments first: a call may be an argument, a body calls nothing. */
function boundTo(x: Expander, argument: Argument): Bound {
  if (argument.kind === 'window') return { kind: 'window', window: argument.window };
  const before = x.nodesLeft;
  if (argument.kind === 'term') {
    const term = expandTerm(x, argument.term);
    return { kind: 'term', term, size: before - x.nodesLeft };
  }
  const { condition } = argument;
  if (condition.kind === 'call' && x.macros.get(condition.name)?.body.kind === 'aggregate') {
    const term = calledAggregate(x, condition);
    return { kind: 'term', term, size: before - x.nodesLeft };
  }
  const expanded = expand(x, condition);
  return { kind: 'condition', condition: expanded, size: before - x.nodesLeft };
}

function charge(x: Expander, nodes: number, at: number): void {
  x.nodesLeft -= nodes;
  if (x.nodesLeft < 0) throw new Refusal(x.file, at, 'the macros make the conditions too large');
}

function argumentOf(env: Body, name: string): Bound {
  const bound = env.bound.get(name);
  if (bound === undefined) return misused(env, name, 'declared');
  return bound;
}

function misused(env: Body, name: string, wanted: string): never {
  throw new Refusal(
    env.x.file,
    env.call.at,
    `\`?${name}\` of the macro \`${env.call.name}\` must be ${wanted}`,
  );
}

function inBody(env: Body, written: Written): Written {
  const { at } = env.call;
  charge(env.x, 1, at);
  switch (written.kind) {
    case 'predicate':
      return { ...written, fields: written.fields.map((each) => fieldInBody(env, each)), at };
    case 'and':
      return { ...written, parts: written.parts.map((part) => inBody(env, part)), at };
    case 'not':
      return { ...written, body: inBody(env, written.body), at };
    case 'formerly':
    case 'previous':
      return { ...written, within: windowInBody(env, written.within), body: inBody(env, written.body), at };
    case 'since':
      return {
        ...written,
        within: windowInBody(env, written.within),
        left: inBody(env, written.left),
        right: inBody(env, written.right),
        at,
      };
    case 'exists':
      return { ...written, binder: binderInBody(env, written.binder), body: inBody(env, written.body), at };
    case 'timepoint':
      return { ...written, slot: slotInBody(env, written.slot), at };
    case 'compare':
      return { ...written, left: termInBody(env, written.left), right: termInBody(env, written.right), at };
    case 'param': {
      const bound = argumentOf(env, written.name);
      if (bound.kind !== 'condition') return misused(env, written.name, 'a condition');
      charge(env.x, bound.size, at);
      return bound.condition;
    }
    case 'refine': {
      const fields = written.fields.map((each) => fieldInBody(env, each));
      return refine(env.x.file, inBody(env, written.base), fields, at);
    }
    case 'call':
      return refuseCall(env.x.file, env.call.name, at);
  }
}

function fieldInBody(env: Body, field: WrittenField): WrittenField {
  return { ...field, term: termInBody(env, field.term), at: env.call.at };
}

function termInBody(env: Body, term: WrittenTerm): WrittenTerm {
  const { at } = env.call;
  charge(env.x, 1, at);
  switch (term.kind) {
    case 'value':
    case 'reference':
    case 'wildcard':
      return { ...term, at };
    case 'variable': {
      if (term.slot.kind !== 'param') return { ...term, slot: slotInBody(env, term.slot), at };
      const bound = argumentOf(env, term.slot.name);
      if (bound.kind !== 'term') return misused(env, term.slot.name, 'a value');
      charge(env.x, bound.size, at);
      return bound.term;
    }
    case 'array':
      return { ...term, items: term.items.map((item) => termInBody(env, item)), at };
    case 'count':
    case 'sum':
      return aggregateInBody(env, term);
    case 'call':
      return refuseCall(env.x.file, env.call.name, at);
  }
}

function aggregateInBody(env: Body, aggregate: WrittenAggregate): WrittenAggregate {
  return {
    ...aggregate,
    ...(aggregate.kind === 'sum' ? { of: slotInBody(env, aggregate.of) } : {}),
    binders: aggregate.binders.map((each) => binderInBody(env, each)),
    where: inBody(env, aggregate.where),
    at: env.call.at,
  };
}

function windowInBody(env: Body, window: Window): Window {
  if (window.kind === 'seconds') return { ...window, at: env.call.at };
  const bound = argumentOf(env, window.name);
  return bound.kind === 'window' ? bound.window : misused(env, window.name, 'a length of time such as `1h`');
}

function binderInBody(env: Body, binder: WrittenBinder): WrittenBinder {
  return { ...binder, slot: slotInBody(env, binder.slot) };
}

function slotInBody(env: Body, slot: Slot): Slot {
  const { at } = env.call;
  if (slot.kind === 'name') return { ...slot, at };
  if (slot.kind === 'fresh') return { kind: 'name', name: `${slot.name}$${env.number}`, at };
  const bound = argumentOf(env, slot.name);
  if (bound.kind !== 'term' || bound.term.kind !== 'variable')
    return misused(env, slot.name, 'the name of a variable');
  return { ...bound.term.slot, at };
}

/** More fields for one predicate; they narrow it, also where they name a field again. */
function refine(file: PolicyFile, base: Written, fields: readonly WrittenField[], at: number): Written {
  if (base.kind !== 'predicate')
    throw new Refusal(file, at, 'only a single predicate can be given more fields');
  return { ...base, fields: [...base.fields, ...fields] };
}

/** Every parameter that a body uses is declared, and it calls nothing. @throws {Refusal} */
export function checkMacroBody(file: PolicyFile, { name, params, body }: TemporalMacro): void {
  const whole = body.kind === 'condition' ? body.condition : body.aggregate.where;
  const used: { readonly name: string; readonly at: number }[] = [];
  const slots = body.kind === 'aggregate' ? [...slotsOf(body.aggregate), ...slotsIn(whole)] : slotsIn(whole);
  for (const slot of slots) if (slot.kind === 'param') used.push(slot);
  for (const each of nested(whole)) {
    if (each.kind === 'param') used.push(each);
    if ('within' in each && each.within.kind === 'param') used.push(each.within);
    if (each.kind === 'call') refuseCall(file, name, each.at);
  }
  for (const term of allTerms(whole)) if (term.kind === 'call') refuseCall(file, name, term.at);
  for (const each of used)
    if (!params.includes(each.name))
      throw new Refusal(file, each.at, `\`?${each.name}\` is not a parameter of the macro \`${name}\``);
}

function refuseCall(file: PolicyFile, name: string, at: number): never {
  throw new Refusal(file, at, `the macro \`${name}\` calls another: a macro cannot`);
}
