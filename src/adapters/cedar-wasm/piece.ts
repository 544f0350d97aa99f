// SPDX-License-Identifier: Apache-2.0
/**
 * One policy on its way into a set: read by us and by the engine, and both agree on what it is.
 *
 * We cut files into policies and turn forbids into permits as text, so a text that the engine reads
 * differently would be a rule that nobody wrote. Never throws: what the engine throws is a problem.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Policy } from '../../core/decision/verdict.ts';
import { readPolicy } from '../../core/policy/annotations.ts';
import {
  type PolicyFile,
  type Problem,
  placeAt,
  type SourcePolicy,
  splitPolicies,
} from '../../core/policy/source.ts';
import type { Engine } from './engine.ts';

/** One policy on its way into the set. */
export interface Piece {
  readonly file: PolicyFile;
  readonly source: SourcePolicy;
  readonly policy: Policy;
  readonly json: PolicyJson;
}

/** A problem with something that has no lines. */
export function nowhere(file: string): Omit<Problem, 'message'> {
  return { file, line: 0, column: 0 };
}

export function readFile(
  engine: Engine,
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
    const parsed = parse(engine, file, source);
    const read = readPolicy(file, source, builtIn);
    if ('message' in parsed) problems.push(parsed);
    if (!read.ok) problems.push(...read.problems);
    if (read.ok && !('message' in parsed)) pieces.push({ file, source, policy: read.policy, json: parsed });
  }
  if (problems.length === 0 && countOf(engine, file) !== split.policies.length)
    problems.push({ ...nowhere(file.name), message: 'the engine finds other policies in this file' });
  return { pieces, problems };
}

function countOf(engine: Engine, file: PolicyFile): number | undefined {
  try {
    const parts = engine.run((cedar) => cedar.policySetTextToParts(file.text));
    return parts.type === 'success' && parts.policy_templates.length === 0
      ? parts.policies.length
      : undefined;
  } catch {
    return undefined;
  }
}

/** Both forms of one policy, as the engine reads them: they must be what we read, but for the effect. */
function parse(engine: Engine, file: PolicyFile, source: SourcePolicy): PolicyJson | Problem {
  const here = placeAt(file, source.at);
  try {
    const published = engine.run((cedar) => cedar.policyToJson(source.text));
    if (published.type === 'failure') return located(file, source, published.errors);
    const asked = engine.run((cedar) => cedar.policyToJson(source.asPermit));
    const annotations = Object.fromEntries(source.annotations.map(({ name, value }) => [name, value]));
    const agreed =
      asked.type === 'success' &&
      published.json.effect === source.effect &&
      sameJson({ ...published.json, effect: 'permit' }, asked.json) &&
      sameJson(published.json.annotations ?? {}, annotations);
    return agreed ? published.json : { ...here, message: 'the engine reads this policy differently' };
  } catch {
    return { ...here, message: 'the policy is too large or nested too deeply for the engine' };
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

export function located(file: PolicyFile, source: SourcePolicy, errors: readonly EngineError[]): Problem {
  const [error] = errors;
  // The engine counts bytes from the start of the policy.
  const bytes = error?.sourceLocations?.[0]?.start ?? 0;
  const at = source.at + Buffer.from(source.text).subarray(0, bytes).toString().length;
  // The place says already which policy it is.
  const message = (error?.message ?? 'the engine cannot read this policy').replace(
    /^(?:for policy `[^`]*`, |failed to parse policy from string: )/,
    '',
  );
  const help = error?.help ?? null;
  return { ...placeAt(file, at), message: help === null ? message : `${message} (${help})` };
}
