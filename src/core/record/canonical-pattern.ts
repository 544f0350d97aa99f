// SPDX-License-Identifier: Apache-2.0
/**
 * A declared shape as a pattern over canonical text: parser and shape check in one.
 *
 * Compiled from the shape itself, so that there is one definition. Matches only what is certain: members in
 * canonical order and nothing between them, no escape, no number that a reader could round. Never matches what the
 * strict parser or the shape would refuse. What does not match need not be wrong: that is for those two to say.
 *
 * Source: docs/formats/record.md. Held to the strict parser and the shape by read-event.test.ts.
 */
import type { z } from 'zod';

export interface CanonicalPattern {
  /** @returns what is captured, by number of group; undefined where the text does not match */
  match(text: string): readonly (string | undefined)[] | undefined;
  /** @throws {RangeError} nothing is captured under that path */
  groupOf(path: string): number;
}

/**
 * @param wrap from the pattern of the shape to that of the whole text; makes no groups
 * @param paths members whose text is captured (`who.agent`): strings without their quotes
 * @returns undefined where the shape has a part that is not compiled
 */
export function canonicalPattern(
  shape: z.core.$ZodType,
  wrap: (pattern: string) => string,
  paths: readonly string[] = [],
): CanonicalPattern | undefined {
  const into: Compiling = { paths: new Set(paths), groups: [], dictionaries: [], repeated: false };
  const pattern = patternOf(shape, '', into);
  if (pattern === undefined) return undefined;
  const whole = new RegExp(`^${wrap(pattern)}$`);
  const numbers = new Map(into.groups.map((path, i) => [path, i + 1]));
  return {
    match(text) {
      if (text.length > maxLength || !text.isWellFormed()) return undefined;
      const found = whole.exec(text);
      if (found === null) return undefined;
      for (const { group, rises } of into.dictionaries) {
        const members = found[group];
        if (members !== undefined && !rises(members)) return undefined;
      }
      return found;
    },
    groupOf(path) {
      const group = numbers.get(path);
      if (group === undefined) throw new RangeError(`nothing is captured under \`${path}\``);
      return group;
    },
  };
}

/** Longer texts could hold more values than the strict parser takes of a record; deeper than its shape none is. */
const maxLength = 1 << 17;

/** What a string may hold to stand for itself. */
const plain = '[^"\\\\\\x00-\\x1f]';
const whole = '(?:0|-?[1-9]\\d{0,14})';
const natural = '(?:0|[1-9]\\d{0,14})';
const positive = '[1-9]\\d{0,14}';
/** Not so small that it could be a zero with a sign. */
const fraction = '(?:0|[1-9]\\d{0,9})\\.\\d{0,19}[1-9]';

interface Compiling {
  readonly paths: ReadonlySet<string>;
  /** Paths, in the order of their groups. */
  readonly groups: string[];
  readonly dictionaries: Dictionary[];
  /** In what is repeated a group would hold the last one only, so there are none. */
  readonly repeated: boolean;
}

/** Always captured: that no key is there twice is nothing that a pattern can tell. */
interface Dictionary {
  readonly group: number;
  readonly rises: (members: string) => boolean;
}

type Def = z.core.$ZodTypes['_zod']['def'];

function defOf(shape: z.core.$ZodType): Def {
  // Every schema is one of these: how zod lets libraries look into one.
  return (shape as z.core.$ZodTypes)._zod.def;
}

function patternOf(shape: z.core.$ZodType, path: string, into: Compiling): string | undefined {
  const def = defOf(shape);
  if (def.type === 'readonly' || def.type === 'optional')
    return hasChecks(def) ? undefined : patternOf(def.innerType, path, into);
  const wanted = into.paths.has(path) && !into.repeated;
  // Groups are numbered by where they open.
  if (wanted) into.groups.push(path);
  const pattern = valuePattern(def, path, into);
  if (pattern === undefined || !wanted) return pattern;
  const text = /^"(.*)"$/.exec(pattern)?.[1];
  return text === undefined ? `(${pattern})` : `"(${text})"`;
}

function valuePattern(def: Def, path: string, into: Compiling): string | undefined {
  if (def.type === 'string') return stringPattern(def);
  if (def.type === 'number') return numberPattern(def);
  if (hasChecks(def)) return undefined;
  switch (def.type) {
    case 'boolean':
      return '(?:true|false)';
    case 'literal':
      return wordPattern(def.values);
    case 'enum':
      return wordPattern(Object.values(def.entries));
    case 'array':
      return listPattern(patternOf(def.element, path, { ...into, repeated: true }));
    case 'record':
      return dictionaryPattern(def, path, into);
    case 'union':
      return unionPattern(def, path, into);
    case 'object':
      return objectPattern(def.shape, path, into);
    default:
      return undefined;
  }
}

function objectPattern(
  shape: { readonly [key: string]: z.core.$ZodType },
  path: string,
  into: Compiling,
): string | undefined {
  let out = '';
  let begun = false;
  for (const key of Object.keys(shape).sort()) {
    const member = shape[key];
    if (member === undefined || !/^\w+$/.test(key) || key === '__proto__') return undefined;
    const optional = defOf(member).type === 'optional';
    const [groups, dictionaries] = [into.groups.length, into.dictionaries.length];
    const value = patternOf(member, path === '' ? key : `${path}.${key}`, into);
    if (value === undefined && optional) {
      // Without it the rest can be told; with it nothing matches.
      into.groups.length = groups;
      into.dictionaries.length = dictionaries;
      continue;
    }
    if (value === undefined) return undefined;
    // Up to the first that is always there the comma stands behind.
    const text = `"${key}":${value}`;
    if (optional) out += begun ? `(?:,${text})?` : `(?:${text},)?`;
    else out += begun ? `,${text}` : text;
    begun ||= !optional;
  }
  return begun ? `\\{${out}\\}` : undefined;
}

/** The first option that fits is the one; where no value fits two, one that is not compiled takes none from the others. */
function unionPattern(def: z.core.$ZodUnionDef, path: string, into: Compiling): string | undefined {
  const options: string[] = [];
  for (const option of def.options) {
    const [groups, dictionaries] = [into.groups.length, into.dictionaries.length];
    const pattern = patternOf(option, path, into);
    if (pattern !== undefined) options.push(pattern);
    else if ('discriminator' in def) {
      into.groups.length = groups;
      into.dictionaries.length = dictionaries;
    } else return undefined;
  }
  return oneOf(options);
}

/** Of items that are not compiled: an empty list is one all the same. */
function listPattern(item: string | undefined): string {
  return item === undefined ? '\\[\\]' : `\\[(?:${item}(?:,${item})*)?\\]`;
}

function dictionaryPattern(
  { keyType, valueType }: z.core.$ZodRecordDef,
  path: string,
  into: Compiling,
): string | undefined {
  const key = defOf(keyType);
  const anyKey = key.type === 'string' && isBare(key) && !hasChecks(key);
  const value =
    anyKey && !into.repeated ? patternOf(valueType, path, { ...into, repeated: true }) : undefined;
  if (value === undefined) return undefined;
  const member = `"(?!:|__proto__")${plain}*":${value}`;
  into.groups.push(`${path} members`);
  into.dictionaries.push({ group: into.groups.length, rises: keysRise(value) });
  return `\\{((?:${member}(?:,${member})*)?)\\}`;
}

/** Looks at members that matched already: where each rises above the one before it, none is there twice. */
function keysRise(value: string): Dictionary['rises'] {
  const start = value.startsWith('"') ? '"' : /^\\\{("\w+":)/.exec(value)?.[1];
  if (start === undefined || value.lastIndexOf('\\{') > 0)
    return keysRiseIn(new RegExp(`"(${plain}*)":${value}(?:,|$)`, 'y'));
  // No key starts with a colon, so this can stand nowhere but behind a key: a quote in a string would be escaped.
  const behind = start === '"' ? '":"' : `":{${start}`;
  return (members) => {
    let before: string | undefined;
    let end = members.indexOf(behind);
    while (end >= 0) {
      const key = members.slice(members.lastIndexOf('"', end - 1) + 1, end);
      if (before !== undefined && key <= before) return false;
      before = key;
      end = members.indexOf(behind, end + behind.length);
    }
    return true;
  };
}

function keysRiseIn(member: RegExp): Dictionary['rises'] {
  return (members) => {
    let before: string | undefined;
    member.lastIndex = 0;
    while (member.lastIndex < members.length) {
      const key = member.exec(members)?.[1];
      if (key === undefined || (before !== undefined && key <= before)) return false;
      before = key;
    }
    return true;
  };
}

function stringPattern(def: z.core.$ZodStringDef): string | undefined {
  if (!isBare(def)) return undefined;
  let least = 0;
  let most = Number.POSITIVE_INFINITY;
  let pattern: string | undefined;
  for (const one of def.checks ?? []) {
    const check = (one as z.core.$ZodChecks)._zod.def;
    if (check.check === 'min_length') least = Math.max(least, check.minimum);
    else if (check.check === 'max_length') most = Math.min(most, check.maximum);
    else if (check.check === 'string_format' && check.format === 'regex' && pattern === undefined) {
      // From end to end, and of characters that stand for themselves.
      pattern = /^\/\^((?:[a-z\d:]|\[0-9a-f\]|\{\d+\})+)\$\/$/.exec(String(check.pattern))?.[1];
      if (pattern === undefined) return undefined;
    } else return undefined;
  }
  const bounded = least > 0 || most < Number.POSITIVE_INFINITY;
  if (pattern !== undefined) return bounded ? undefined : `"${pattern}"`;
  return `"${plain}${bounded ? `{${least},${Number.isFinite(most) ? most : ''}}` : '*'}"`;
}

function numberPattern(def: z.core.$ZodNumberDef): string | undefined {
  if (!isBare(def)) return undefined;
  let integer = false;
  let pattern = whole;
  for (const one of def.checks ?? []) {
    const check = (one as z.core.$ZodChecks)._zod.def;
    if (check.check === 'number_format' && check.format === 'safeint') integer = true;
    else if (check.check === 'greater_than' && check.value === 0 && pattern === whole)
      pattern = check.inclusive ? natural : positive;
    else return undefined;
  }
  if (integer) return pattern;
  return pattern === positive ? undefined : oneOf([`${pattern === whole ? '-?' : ''}${fraction}`, pattern]);
}

function wordPattern(values: readonly unknown[]): string | undefined {
  if (values.every((value) => typeof value === 'string' && /^[\w.-]+$/.test(value)))
    return `"${oneOf(values.map((value) => String(value).replaceAll('.', '\\.')))}"`;
  return values.every((value) => Number.isSafeInteger(value) && Number(value) >= 0)
    ? oneOf(values.map(String))
    : undefined;
}

function oneOf(options: readonly string[]): string {
  return options.length === 1 ? (options[0] ?? '') : `(?:${options.join('|')})`;
}

function hasChecks({ checks }: { readonly checks?: readonly unknown[] | undefined }): boolean {
  return checks !== undefined && checks.length > 0;
}

/** Nothing but its checks: no format, no coercion. */
function isBare(def: object): boolean {
  return Object.entries(def).every(
    ([name, value]) => name === 'type' || name === 'checks' || value === undefined,
  );
}
