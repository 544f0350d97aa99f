// SPDX-License-Identifier: Apache-2.0
/**
 * Compiles the input schema of a tool into a check of arguments.
 *
 * Never fills in a default, converts or removes anything: what is checked is what is forwarded. Never
 * looks at what an object inherits. Work is bounded: patterns are linear, comparing elements is by
 * canonical text, and the meter stops what references and nesting would double.
 *
 * Source: docs/catalogue.md, "Schemas"; docs/catalogue.md, "Patterns".
 */
import { _, Ajv as Ajv7, type ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ArgumentsVerdict } from '../../app/ports.ts';
import { didYouMean } from '../../core/catalogue/nearest.ts';
import { canonicalJson, digestJson } from '../../core/json/canonical.ts';
import { type JsonObject, type JsonValue, own } from '../../core/json/value.ts';
import { explain } from './explain.ts';
import { type Meter, spend, TooMuchWork, validationBudget } from './meter.ts';
import { linearPattern, PatternRefused } from './pattern.ts';
import { quoted } from './problem.ts';
import { costed, costKeyword, type Dialect, declaredArguments, dialectOf, SchemaRefused } from './schema.ts';

/** Longer texts are in none of the formats, except for those that are for long texts. */
const maxFormattedLength = 4096;
/** Compiled schemas that are kept for the next load: most of a catalogue is the same as before. */
const maxKnown = 4096;

export type Compiled =
  | {
      readonly ok: true;
      readonly check: (args: JsonObject) => ArgumentsVerdict;
      /** Of a schema of results: what it does not name may be there, where it does not say otherwise. */
      readonly fits: (structured: JsonObject) => boolean;
      readonly unchecked: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

export interface Compiler {
  /**
   * @param leavePatterns patterns that cannot be matched in linear time are left to the upstream
   * and told in `unchecked`; otherwise they refuse the schema
   */
  compile(schema: JsonObject, leavePatterns: boolean): Compiled;
}

export function schemaCompiler(): Compiler {
  const meter: Meter = { left: Number.POSITIVE_INFINITY };
  const engines = new Map<string, Engine>();
  const known = new Map<string, Compiled>();
  return {
    compile(schema, leavePatterns) {
      const key = `${leavePatterns} ${digestJson(schema)}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      if (known.size >= maxKnown) {
        known.clear();
        engines.clear(); // ajv remembers each schema for as long as it lives
      }
      const compiled = compileOnce(engines, meter, schema, leavePatterns);
      known.set(key, compiled);
      return compiled;
    },
  };
}

interface Engine {
  readonly ajv: Ajv7;
  /** Patterns that this engine let pass, since its last schema. */
  readonly unchecked: string[];
}

function compileOnce(
  engines: Map<string, Engine>,
  meter: Meter,
  schema: JsonObject,
  leavePatterns: boolean,
): Compiled {
  meter.left = Number.POSITIVE_INFINITY;
  try {
    if (own(schema, 'type') !== 'object')
      return { ok: false, reason: '`type` of an input schema must be `object`' };
    const dialect = dialectOf(schema);
    const name = `${leavePatterns} ${dialect}`;
    const engine = engines.get(name) ?? engineFor(dialect, meter, leavePatterns);
    engines.set(name, engine);
    engine.unchecked.length = 0;
    const validate = engine.ajv.compile(costed(schema));
    const declared = declaredArguments(schema);
    const errorsOf = (args: JsonObject) => (validate(args) === true ? [] : (validate.errors ?? undefined));
    return {
      ok: true,
      check: (args) => checked(meter, args, declared, errorsOf),
      fits: (structured) => checked(meter, structured, undefined, errorsOf).ok,
      unchecked: [...engine.unchecked],
    };
  } catch (error) {
    if (error instanceof SchemaRefused || error instanceof PatternRefused)
      return { ok: false, reason: error.message };
    if (error instanceof RangeError) return { ok: false, reason: 'the schema is too large to compile' };
    // What ajv says repeats the schema at length, and the schema is an upstream's.
    return { ok: false, reason: `the schema does not compile: ${quoted(String(error))}` };
  }
}

function engineFor(dialect: Dialect, meter: Meter, leavePatterns: boolean): Engine {
  const unchecked: string[] = [];
  const regExp = Object.assign(
    (pattern: string) => {
      try {
        return linearPattern(pattern, meter);
      } catch (error) {
        if (!(error instanceof PatternRefused) || !leavePatterns) throw error;
        unchecked.push(pattern);
        return { test: () => true, toString: () => `unchecked:${pattern}` };
      }
    },
    { code: 'new RegExp' },
  );
  const Ajv = dialect === '2020-12' ? Ajv2020 : Ajv7;
  return { ajv: equipped(new Ajv(options(regExp)), meter), unchecked };
}

function checked(
  meter: Meter,
  args: JsonObject,
  declared: ReadonlySet<string> | undefined,
  errorsOf: (args: JsonObject) => readonly ErrorObject[] | undefined,
): ArgumentsVerdict {
  try {
    const stranger =
      declared === undefined ? undefined : Object.keys(args).find((name) => !declared.has(name));
    if (declared !== undefined && stranger !== undefined)
      return {
        ok: false,
        message: `${quoted(stranger)} is not an argument of this tool${didYouMean(stranger, declared)}`,
      };
    meter.left = validationBudget;
    const errors = errorsOf(args);
    if (errors !== undefined && errors.length === 0) return { ok: true };
    return { ok: false, message: explain(errors ?? []) };
  } catch (error) {
    if (error instanceof TooMuchWork)
      return { ok: false, message: 'checking these arguments against the schema takes too long: send less' };
    return { ok: false, message: 'these arguments cannot be checked against the schema' };
  }
}

function options(regExp: ((pattern: string) => { test(text: string): boolean }) & { code: string }) {
  return {
    strict: false,
    allErrors: false,
    ownProperties: true,
    // A schema that is referred to often would be compiled as often.
    inlineRefs: false,
    addUsedSchema: false,
    logger: false as const,
    code: { regExp },
  };
}

function equipped(ajv: Ajv7, meter: Meter): Ajv7 {
  addFormats.default(ajv);
  boundFormats(ajv, meter);
  ajv.addKeyword({
    keyword: costKeyword,
    schemaType: 'number',
    before: '$ref',
    code(context) {
      const spent = context.gen.scopeValue('func', { key: spend, ref: spend });
      const bound = context.gen.scopeValue('obj', { key: meter, ref: meter });
      context.gen.code(_`${spent}(${bound}, ${context.schema})`);
    },
  });
  // ajv compares each element with each.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (flag: boolean, items: readonly JsonValue[]) => {
      spend(meter, items.length);
      return !flag || new Set(items.map((item) => canonicalJson(item))).size === items.length;
    },
  });
  return ajv;
}

function boundFormats(ajv: Ajv7, meter: Meter): void {
  for (const [name, format] of Object.entries(ajv.formats)) {
    const test =
      format instanceof RegExp
        ? (text: string) => format.test(text)
        : typeof format === 'function'
          ? format
          : undefined;
    if (test === undefined || name === 'byte') continue;
    ajv.addFormat(name, (text: string) => {
      spend(meter, 10 + Math.ceil(text.length ** 2 / 64)); // some of these expressions are quadratic
      return text.length <= maxFormattedLength && test(text) === true;
    });
  }
}
