// SPDX-License-Identifier: Apache-2.0
/**
 * From policy text and a catalogue to a policy set, or to every reason why not.
 *
 * Strict: what the engine warns of is refused as well, since a policy that can never apply, or that
 * reads differently from what it does, is a rule that somebody believes in and nobody enforces.
 * Never replaces anything: a set that is refused leaves the sets in use as they were.
 *
 * Source: docs/policy-reference.md.
 */
import {
  getCedarLangVersion,
  getCedarSDKVersion,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicySet } from '../../app/ports.ts';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import type { Policy } from '../../core/decision/verdict.ts';
import { digestJson } from '../../core/json/canonical.ts';
import { readPolicy } from '../../core/policy/annotations.ts';
import { cedarSchema } from '../../core/policy/schema.ts';
import {
  type PolicyFile,
  type Problem,
  placeAt,
  type SourcePolicy,
  splitPolicies,
} from '../../core/policy/source.ts';
import { allUses, type QuestionUses } from '../../core/policy/uses.ts';
import { builtInPolicies } from './builtin.ts';
import { policySet } from './set.ts';
import { type Parsable, slotFor } from './slots.ts';
import { usesOf } from './uses-of.ts';

/** Changes when the same texts and catalogue could answer differently for a reason of our own. */
const translation = 'countersign-cedar/1';

export interface PolicySources {
  readonly files: readonly PolicyFile[];
  readonly entries: readonly CatalogueEntry[];
}

export type Compiled =
  | {
      readonly ok: true;
      readonly set: PolicySet;
      readonly warnings: readonly Problem[];
      /** The schema that policies were checked against, for people who write them. */
      readonly schema: string;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** One policy on its way into the set. */
interface Piece {
  readonly file: PolicyFile;
  readonly source: SourcePolicy;
  readonly policy: Policy;
  readonly json: PolicyJson;
}

/** Files of more policies than this together are refused: each one costs every decision something. */
export const maxPolicies = 2000;

export function compilePolicies({ files, entries }: PolicySources): Compiled {
  const schema = cedarSchema(entries);
  if (!schema.ok)
    return { ok: false, problems: schema.problems.map((message) => ({ ...nowhere('catalogue'), message })) };

  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const read = [builtInPolicies, ...sorted].map((file) => readFile(file, file === builtInPolicies));
  const pieces = read.flatMap((each) => each.pieces);
  const problems = [...read.flatMap((each) => each.problems), ...sameNames(sorted), ...sameIds(pieces)];
  if (pieces.length > maxPolicies)
    problems.push({ ...nowhere('policies'), message: `a set has at most ${maxPolicies} policies` });
  if (problems.length > 0) return { ok: false, problems };

  const policies = Object.fromEntries(pieces.map(({ policy, source }) => [policy.id, source.asPermit]));
  const invalid = whyInvalid({ schema: schema.text, policies }, pieces);
  if (invalid.problems.length > 0) return { ok: false, problems: invalid.problems };

  const uses = usesOf(pieces.map(({ json }) => json));
  const { parsable, uses: narrowed } = narrowedSet(entries, uses, policies, pieces, schema.text);
  try {
    slotFor(parsable);
  } catch (error) {
    return { ok: false, problems: [{ ...nowhere('policies'), message: messageOf(error) }] };
  }
  const engine = `cedar-wasm ${getCedarSDKVersion()} (Cedar ${getCedarLangVersion()}), ${translation}`;
  const digest = digestJson({
    engine,
    builtIn: builtInPolicies.text,
    files: sorted.map(({ name, text }) => ({ name, text })),
    schema: schema.text,
  });
  const set = policySet({
    digest,
    engine,
    policies: new Map(pieces.map(({ policy }) => [policy.id, policy])),
    parsable,
    uses: narrowed,
  });
  return { ok: true, set, warnings: invalid.warnings, schema: schema.text };
}

function nowhere(file: string): Omit<Problem, 'message'> {
  return { file, line: 0, column: 0 };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the engine threw';
}

function readFile(
  file: PolicyFile,
  builtIn: boolean,
): { readonly pieces: readonly Piece[]; readonly problems: readonly Problem[] } {
  if (!file.text.isWellFormed())
    return { pieces: [], problems: [{ ...nowhere(file.name), message: 'the file must be UTF-8' }] };
  const split = splitPolicies(file);
  if (!split.ok) return { pieces: [], problems: [split.problem] };
  const pieces: Piece[] = [];
  const problems: Problem[] = [];
  for (const source of split.policies) {
    const parsed = parse(file, source);
    const read = readPolicy(file, source, builtIn);
    if ('message' in parsed) problems.push(parsed);
    if (!read.ok) problems.push(...read.problems);
    if (read.ok && !('message' in parsed)) pieces.push({ file, source, policy: read.policy, json: parsed });
  }
  if (problems.length === 0 && countOf(file) !== split.policies.length)
    problems.push({ ...nowhere(file.name), message: 'the engine finds other policies in this file' });
  return { pieces, problems };
}

function countOf(file: PolicyFile): number | undefined {
  try {
    const parts = policySetTextToParts(file.text);
    return parts.type === 'success' && parts.policy_templates.length === 0
      ? parts.policies.length
      : undefined;
  } catch {
    return undefined;
  }
}

/** Both forms of one policy, as the engine reads them: they must be what we read, but for the effect. */
function parse(file: PolicyFile, source: SourcePolicy): PolicyJson | Problem {
  const here = placeAt(file, source.at);
  try {
    const published = policyToJson(source.text);
    if (published.type === 'failure') return located(file, source, published.errors);
    const asked = policyToJson(source.asPermit);
    const annotations = Object.fromEntries(source.annotations.map(({ name, value }) => [name, value]));
    const agreed =
      asked.type === 'success' &&
      published.json.effect === source.effect &&
      sameJson({ ...published.json, effect: 'permit' }, asked.json) &&
      sameJson(published.json.annotations ?? {}, annotations);
    return agreed ? published.json : { ...here, message: 'the engine reads this policy differently' };
  } catch (error) {
    return { ...here, message: `the engine cannot read this policy: ${messageOf(error)}` };
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, ordered(each)]);
}

interface EngineError {
  readonly message: string;
  readonly help: string | null;
  readonly sourceLocations?: readonly { readonly start: number }[];
}

function located(file: PolicyFile, source: SourcePolicy, errors: readonly EngineError[]): Problem {
  const [error] = errors;
  // The engine counts bytes from the start of the policy.
  const bytes = error?.sourceLocations?.[0]?.start ?? 0;
  const at = source.at + Buffer.from(source.text).subarray(0, bytes).toString().length;
  const message = error === undefined ? 'the engine cannot read this policy' : error.message;
  const help = error?.help ?? null;
  return { ...placeAt(file, at), message: help === null ? message : `${message} (${help})` };
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

function whyInvalid(
  { schema, policies }: Parsable,
  pieces: readonly Piece[],
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  try {
    const answer = validate({ schema, policies: { staticPolicies: policies } });
    if (answer.type === 'failure') {
      const message = answer.errors[0]?.message ?? 'the engine refuses the schema';
      return { problems: [{ ...nowhere('catalogue'), message }], warnings: [] };
    }
    const refused = [...answer.validationErrors, ...answer.validationWarnings];
    const problems = refused.map(({ policyId, error }) => {
      const piece = pieces.find(({ policy }) => policy.id === policyId);
      if (piece === undefined) return { ...nowhere('policies'), message: error.message };
      return located(piece.file, piece.source, [error]);
    });
    const warnings = answer.otherWarnings.map(({ message }) => ({ ...nowhere('catalogue'), message }));
    return { problems, warnings };
  } catch (error) {
    return { problems: [{ ...nowhere('policies'), message: messageOf(error) }], warnings: [] };
  }
}

/** The set over the narrowed schema, if every policy means there what it means over the whole one. */
function narrowedSet(
  entries: readonly CatalogueEntry[],
  uses: QuestionUses,
  policies: Parsable['policies'],
  pieces: readonly Piece[],
  whole: string,
): { readonly parsable: Parsable; readonly uses: QuestionUses } {
  const checked = cedarSchema(entries, { uses });
  const asked = cedarSchema(entries, { uses, standIns: false });
  if (checked.ok && asked.ok && whyInvalid({ schema: checked.text, policies }, pieces).problems.length === 0)
    return { parsable: { schema: asked.text, policies }, uses };
  return { parsable: { schema: whole, policies }, uses: allUses };
}
