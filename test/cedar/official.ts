// SPDX-License-Identifier: Apache-2.0
// The official engine, asked about one set of policies at a time, and given integers as they are.
import type { StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type { Cedar, Engine } from '../../src/adapters/cedar-wasm/engine.ts';
import { exactJson } from '../../src/adapters/cedar-wasm/exact.ts';

export interface Answer {
  readonly decision: 'allow' | 'deny';
  readonly reason: readonly string[];
  readonly errors: readonly string[];
}

export interface OfficialCall {
  readonly principal: object;
  readonly action: object;
  readonly resource: object;
  readonly context: object;
  readonly entities: readonly object[];
  readonly validateRequest: boolean;
}

export interface OfficialSet {
  /** A string is why there is no answer. */
  ask(call: OfficialCall): Answer | string;
}

/** How `JSON.stringify` is made to write digits that a double does not hold. TypeScript does not know it yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** Every bigint becomes the integer that it is. */
export function exactly(json: unknown): unknown {
  if (typeof json === 'bigint') return rawJSON(String(json));
  if (Array.isArray(json)) return json.map(exactly);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, exactly(value)]));
}

export function listExactly(list: readonly object[]): readonly object[] {
  return list.map((item) => Object(exactly(item)));
}

const name = 'asked';

/** @returns undefined if the engine refuses the set */
export function officialSet(engine: Engine, policies: object, schema: unknown): OfficialSet | undefined {
  const prepare = (cedar: Cedar) => {
    const set = cedar.preparsePolicySet(name, policies as Parameters<Cedar['preparsePolicySet']>[1]);
    if (set.type === 'failure' || schema === undefined) return set.type === 'success';
    return cedar.preparseSchema(name, schema as Parameters<Cedar['preparseSchema']>[1]).type === 'success';
  };
  let prepared = false;
  try {
    if (!engine.run(prepare)) return undefined;
    prepared = true;
  } catch {
    return undefined;
  }
  return {
    ask(call) {
      try {
        return engine.run((cedar) => {
          // An instance that threw was replaced by one that knows nothing of the set.
          if (!prepared) prepared = prepare(cedar);
          return ask(cedar, call, schema !== undefined);
        });
      } catch (error) {
        prepared = false;
        return `threw: ${error instanceof Error ? String(error.cause) : ''}`;
      }
    },
  };
}

function ask(cedar: Cedar, call: OfficialCall, withSchema: boolean): Answer | string {
  const whole = {
    ...call,
    preparsedPolicySetId: name,
    ...(withSchema ? { preparsedSchemaName: name } : {}),
  };
  const answer = cedar.statefulIsAuthorized(whole as unknown as StatefulAuthorizationCall);
  if (answer.type === 'failure') return answer.errors[0]?.message ?? 'no answer';
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors.map(({ policyId }) => policyId);
  return { decision, reason: [...diagnostics.reason].sort(), errors: errors.sort() };
}

/** Policies or templates in the JSON form that is compiled. @returns undefined if the engine cannot read it */
export function readExactly(engine: Engine, text: string, kind: 'policy' | 'template'): unknown {
  const read = (each: string): unknown => {
    const answer = engine.run((cedar) =>
      kind === 'policy' ? cedar.policyToJson(each) : cedar.templateToJson(each),
    );
    return answer.type === 'success' ? answer.json : undefined;
  };
  const rounded = read(text);
  return rounded === undefined ? undefined : exactJson(text, rounded, read);
}
