// SPDX-License-Identifier: Apache-2.0
/**
 * Which signals policies read, and which action each can be asked about: what a decision does not look at it does not
 * rest on, and its record does not tell.
 *
 * A signal is named, never found: a policy that looks at all of them is refused, since nobody could say what it reads.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Mentioned, Mentions } from '../../app/ports.ts';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import { classes } from '../../core/catalogue/taxonomy.ts';
import { askedAction } from '../../core/policy/actions.ts';
import { continueAction } from '../../core/policy/layout.ts';
import { type Problem, placeAt } from '../../core/policy/source.ts';
import { calendarPrefix, isSignalName } from '../../core/signal/registry.ts';
import type { Piece } from './piece.ts';

export function mentionsOf(
  pieces: readonly Piece[],
  entries: readonly CatalogueEntry[],
): { readonly mentions: Mentions; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const reading = pieces.flatMap(({ file, source, policy, json }) => {
    const found = mentionsIn(json);
    const wrong = [...found.names].find((name) => !isSignalName(name));
    const why = found.whole
      ? 'a policy names the signals that it reads: `context.signals has "severity"`'
      : wrong === undefined
        ? undefined
        : `\`${wrong}\` is no name of a signal: lower case, with dots between its parts`;
    if (why !== undefined) problems.push({ ...placeAt(file, source.at), message: why });
    if (found.names.size === 0 && !found.time) return [];
    return [{ id: policy.id, scope: scopeOf(json), names: found.names, time: found.time }];
  });
  const byAction = new Map<string, Mentioned>();
  for (const entry of entries) {
    const name = askedAction(entry);
    if (byAction.has(name)) continue;
    const groups = new Set([name, entry.action, entry.class, ...classes[entry.class]]);
    byAction.set(
      name,
      united(reading.filter(({ scope }) => scope === undefined || scope.some((one) => groups.has(one)))),
    );
  }
  byAction.set(
    continueAction,
    united(reading.filter(({ scope }) => scope?.includes(continueAction) === true)),
  );
  const anything = united(reading.filter(({ scope }) => scope === undefined));
  return {
    problems,
    mentions: {
      all: united(reading).signals,
      by: new Map(reading.map(({ id, names }) => [id, [...names].sort()])),
      for: (action) => byAction.get(action) ?? anything,
    },
  };
}

function united(some: readonly { readonly names: ReadonlySet<string>; readonly time: boolean }[]): Mentioned {
  return {
    signals: [...new Set(some.flatMap(({ names }) => [...names]))].sort(),
    time: some.some(({ time }) => time),
  };
}

interface Found {
  readonly names: Set<string>;
  time: boolean;
  /** Something looks at all of them. */
  whole: boolean;
}

function mentionsIn({ conditions }: PolicyJson): Found {
  const found: Found = { names: new Set(), time: false, whole: false };
  const look = (expression: unknown): void => {
    if (Array.isArray(expression)) for (const part of expression) look(part);
    if (!isObject(expression)) return;
    for (const [operator, operand] of Object.entries(expression)) {
      const path = operator === '.' || operator === 'has' ? pathOf({ [operator]: operand }) : undefined;
      if (path === undefined) {
        look(operand);
        continue;
      }
      const [first, name] = path;
      if (first === 'time') found.time = true;
      if (first !== 'signals') continue;
      if (name === undefined) found.whole = true;
      else found.names.add(name);
    }
  };
  for (const clause of conditions) look(clause.body);
  return found;
}

/** What is taken of the context, outermost first; undefined of anything else. */
function pathOf(expression: unknown): readonly string[] | undefined {
  if (!isObject(expression)) return undefined;
  if (expression.Var === 'context') return [];
  const access = expression['.'] ?? expression.has;
  if (!isObject(access)) return undefined;
  const before = pathOf(access.left);
  if (before === undefined) return undefined;
  return [...before, ...(Array.isArray(access.attr) ? access.attr : [access.attr]).map(String)];
}

/** The actions and groups that a policy is about; undefined where it may be any. */
function scopeOf({ action }: PolicyJson): readonly string[] | undefined {
  const scope: unknown = action;
  if (!isObject(scope)) return undefined;
  const named = 'entities' in scope ? scope.entities : [scope.entity];
  const ids = Array.isArray(named) ? named.map(idOf) : [];
  return scope.op === 'All' || ids.length === 0 || ids.some((id) => id === undefined)
    ? undefined
    : ids.map(String);
}

function idOf(entity: unknown): string | undefined {
  if (!isObject(entity)) return undefined;
  if (isObject(entity.__entity)) return idOf(entity.__entity);
  return typeof entity.id === 'string' ? entity.id : undefined;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns of the signals that policies read, those that nobody registered */
export function unregistered(
  { by }: Mentions,
  known: { readonly signals: ReadonlySet<string>; readonly calendars: ReadonlySet<string> },
): readonly { readonly policy: string; readonly name: string }[] {
  return [...by].flatMap(([policy, names]) =>
    names
      .filter((name) =>
        name.startsWith(calendarPrefix)
          ? !known.calendars.has(name.slice(calendarPrefix.length))
          : !known.signals.has(name),
      )
      .map((name) => ({ policy, name })),
  );
}
