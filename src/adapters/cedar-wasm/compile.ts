// SPDX-License-Identifier: Apache-2.0
/**
 * From policy text and a catalogue to a policy set, or to every reason why not.
 *
 * Never replaces anything: a set that is refused leaves the sets in use as they were.
 *
 * Source: docs/policy-reference.md.
 */
import type { PolicySet } from '../../app/ports.ts';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import type { Policy } from '../../core/decision/verdict.ts';
import { digestJson } from '../../core/json/canonical.ts';
import { type Linted, lint } from '../../core/policy/lint/lint.ts';
import type { Finding } from '../../core/policy/lint/rules.ts';
import { cedarSchema, type SchemaOptions } from '../../core/policy/schema.ts';
import { type Place, type PolicyFile, type Problem, placeAt } from '../../core/policy/source.ts';
import { allUses, type QuestionUses } from '../../core/policy/uses.ts';
import type { Condition } from '../../core/temporal/condition.ts';
import { aboutContinuing } from './about-continuing.ts';
import { aboutResults } from './about-results.ts';
import { builtInPolicies } from './builtin.ts';
import { closuresVersion } from './closures.ts';
import {
  checkConditions,
  type LoweredCondition,
  type LoweredFiles,
  lowerFiles,
  textDigestOf,
} from './conditions.ts';
import { createEngine, type Engine } from './engine.ts';
import { resourceBound } from './listing.ts';
import { mentionsOf } from './mentions.ts';
import { nowhere, type Piece, readFile } from './piece.ts';
import { type Parsable, policySet, type ShadowCheck } from './set.ts';
import { usesOf } from './uses-of.ts';
import { groupsTakenForActions, whyInvalid } from './validity.ts';

/** Changes when the same texts and catalogue could answer differently for a reason of our own. */
const translation = 'countersign-cedar/2';

export interface PolicySources {
  readonly files: readonly PolicyFile[];
  readonly entries: readonly CatalogueEntry[];
  /** Default: none. */
  readonly shadow?: ShadowCheck | undefined;
  /** What reads and checks the texts; the set gets another one. Default: one of its own. */
  readonly engine?: Engine;
  /** Parts of policies, made permits to find out what of them holds: never published, and held to less. */
  readonly parts?: boolean;
}

export type Compiled =
  | {
      readonly ok: true;
      readonly set: PolicySet;
      readonly warnings: readonly Problem[];
      /** The schema that policies were checked against, for people who write them. */
      readonly schema: string;
      readonly conditions: readonly PlacedCondition[];
      /** What is odd about policies that are accepted; asked for by those who write them only. */
      readonly lint: () => readonly Finding[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A condition over history, and where it was written. */
export interface PlacedCondition {
  readonly policy: string;
  readonly place: Place;
  /** Between its brackets. */
  readonly written: string;
  readonly condition: Condition;
}

/**
 * Files of more policies than this together are refused. The official engine may give up before: with
 * conditions over history, at some 5,000 on Node's own stack.
 */
export const maxPolicies = 20_000;

export function compilePolicies({
  files,
  entries,
  shadow,
  engine = createEngine(),
  parts = false,
}: PolicySources): Compiled {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lowered = lowerFiles(sorted);
  const read = [builtInPolicies, ...lowered.files].map((file) =>
    readFile(engine, file, file === builtInPolicies),
  );
  const named = new Set(lowered.conditions.map(({ condition }) => condition.name));
  const ofResults = aboutResults(
    withConditions(
      read.flatMap((each) => each.pieces),
      lowered.conditions,
    ),
    named,
  );
  const { pieces, problems: ofSessions } = aboutContinuing(ofResults.pieces, named);
  const misplaced = [...ofResults.problems, ...ofSessions];
  const { mentions, problems: unnamed } = mentionsOf(pieces, entries);
  const schema = cedarSchema(entries, { signals: mentions.all });
  if (!schema.ok)
    return { ok: false, problems: schema.problems.map((message) => ({ ...nowhere('catalogue'), message })) };
  const problems = [
    ...lowered.problems,
    ...read.flatMap((each) => each.problems),
    ...(parts ? [] : misplaced),
    ...unnamed,
    ...sameNames(sorted),
    ...sameIds(pieces),
    ...groupsTakenForActions(pieces, new Set(schema.groups)),
  ];
  if (pieces.length > maxPolicies)
    problems.push({ ...nowhere('policies'), message: `a set has at most ${maxPolicies} policies` });
  if (problems.length > 0) return { ok: false, problems };

  const policies = Object.fromEntries(pieces.map(({ policy, source }) => [policy.id, source.asPermit]));
  const checked = checkConditions(engine, entries, schema.text, lowered.conditions);
  if (!checked.ok) return { ok: false, problems: checked.problems };
  const conditions = checked.conditions.all.map((condition) => condition.name);
  const continues = pieces.some(({ policy }) => policy.about === 'continue');
  const schemas = schemasWith(entries, { conditions, signals: mentions.all, continues });
  const whole = schemas.full({}) ?? schema.text;
  const invalid = whyInvalid(engine, { schema: whole, policies }, pieces);
  if (invalid.problems.length > 0) return { ok: false, problems: invalid.problems };

  const uses = usesOf(pieces.map(({ json }) => json));
  const { parsable, uses: narrowed } = narrowedSet(engine, schemas, uses, policies, pieces);
  const version = versionOf(engine);
  if (version === undefined)
    return {
      ok: false,
      problems: [
        { ...nowhere('policies'), message: 'the official engine gave up: nobody can tell its version' },
      ],
    };
  const digest = digestJson({
    engine: version,
    builtIn: builtInPolicies.text,
    files: sorted.map(({ name, text }) => ({ name, text })),
    schema: whole,
  });
  try {
    const set = policySet({
      digest,
      engine: version,
      policies: new Map(pieces.map(({ policy }) => [policy.id, policy])),
      conditions: checked.conditions,
      mentions,
      parsable,
      uses: narrowed,
      bound: resourceBound(pieces.map(({ policy, json }) => [policy.id, json])),
      shadow,
    });
    const placed = lowered.conditions.map(({ file, place, written, condition }) => ({
      policy: pieces.find((piece) => piece.file === file)?.policy.id ?? '',
      place,
      written,
      condition,
    }));
    return {
      ok: true,
      set,
      warnings: invalid.warnings,
      schema: schema.text,
      conditions: placed,
      lint: () => lint(linted(pieces, lowered), entries),
    };
  } catch {
    return {
      ok: false,
      problems: [
        { ...nowhere('policies'), message: 'the official engine cannot hold the set: it is too large' },
      ],
    };
  }
}

function versionOf(engine: Engine): string | undefined {
  try {
    return engine.run(
      (cedar) =>
        `${closuresVersion}, cedar-wasm ${cedar.getCedarSDKVersion()} (Cedar ${cedar.getCedarLangVersion()}), ${translation}`,
    );
  } catch {
    return undefined;
  }
}

function linted(pieces: readonly Piece[], lowered: LoweredFiles): readonly Linted[] {
  const byFile = Map.groupBy(lowered.conditions, ({ file }) => file);
  return pieces
    .filter(({ file }) => file !== builtInPolicies)
    .map(({ policy, json, file, source }) => {
      const own = byFile.get(file) ?? [];
      const cut = own[0]?.policy;
      const place = cut === undefined ? placeAt(file, source.at) : placeAt(cut.file, cut.at);
      // A lowered text has other places than the one that was written.
      const exact = !lowered.written.has(file);
      return {
        policy,
        json,
        place,
        find: (word) => {
          const at = exact ? source.text.indexOf(word, source.text.search(/\b(?:permit|forbid)\b/)) : -1;
          return at < 0 ? place : placeAt(file, source.at + at);
        },
        conditions: own.map(({ place: at, condition }) => ({ place: at, locality: condition.locality })),
      };
    });
}

function withConditions(pieces: readonly Piece[], lowered: readonly LoweredCondition[]): readonly Piece[] {
  const byFile = Map.groupBy(lowered, ({ file }) => file);
  return pieces.map((piece) => {
    const { policy, file } = piece;
    const textDigest = textDigestOf(policy.textDigest, byFile.get(file) ?? []);
    return textDigest === policy.textDigest ? piece : { ...piece, policy: { ...policy, textDigest } };
  });
}

function sameNames(files: readonly PolicyFile[]): readonly Problem[] {
  return files.flatMap((file, i) =>
    i > 0 && files[i - 1]?.name === file.name
      ? [{ ...nowhere(file.name), message: 'two files have this name' }]
      : [],
  );
}

function sameIds(pieces: readonly Piece[]): readonly Problem[] {
  const first = new Map<string, Policy>();
  const problems: Problem[] = [];
  for (const { file, source, policy } of pieces) {
    const other = first.get(policy.id);
    if (other === undefined) first.set(policy.id, policy);
    else
      problems.push({
        ...placeAt(file, source.at),
        message: `the id \`${policy.id}\` is already used in ${other.file}, line ${other.line}`,
      });
  }
  return problems;
}

/** The set over the narrowed schema, if every policy means there what it means over the whole one. */
function narrowedSet(
  engine: Engine,
  schemas: Schemas,
  uses: QuestionUses,
  policies: Parsable['policies'],
  pieces: readonly Piece[],
): { readonly parsable: Parsable; readonly uses: QuestionUses } {
  const checked = schemas.full({ uses });
  const schema = schemas.full({ uses, standIns: false });
  const requests = schemas.bare({ uses, standIns: false });
  if (
    checked !== undefined &&
    schema !== undefined &&
    requests !== undefined &&
    whyInvalid(engine, { schema: checked, policies }, pieces).problems.length === 0
  )
    return { parsable: { schema, requests, policies }, uses };
  const parsable = { schema: schemas.full({}) ?? '', requests: schemas.bare({}) ?? '', policies };
  return { parsable, uses: allUses };
}

/** The schema with the conditions over history among the context, and without. */
interface Schemas {
  full(options: Omit<SchemaOptions, 'conditions'>): string | undefined;
  bare(options: Omit<SchemaOptions, 'conditions'>): string | undefined;
}

function schemasWith(
  entries: readonly CatalogueEntry[],
  { conditions, signals, continues }: Required<Pick<SchemaOptions, 'conditions' | 'signals' | 'continues'>>,
): Schemas {
  const made = (options: SchemaOptions) => {
    const schema = cedarSchema(entries, { ...options, signals, continues });
    return schema.ok ? schema.text : undefined;
  };
  return { full: (options) => made({ ...options, conditions }), bare: made };
}
