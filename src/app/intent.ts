// SPDX-License-Identifier: Apache-2.0
/**
 * A model is asked what a prompt asks for: once, when the prompt is submitted, never while something is decided.
 *
 * Bounded in time; whatever goes wrong, the built-in reader reads alone, and the record says why. What the model says is
 * narrowed by the scopes that the task stands under, and recorded, so that it is never asked again.
 *
 * Source: docs/adr/0025-intent-model.md.
 */
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { canonicalJson, digestJson } from '../core/json/canonical.ts';
import type { JsonValue } from '../core/json/value.ts';
import {
  intentQuestion,
  maxOffered,
  maxReadPrompt,
  type Proposal,
  readProposal,
} from '../core/origin/intent.ts';
import type { BodyOf } from '../core/record/event.ts';
import { payloadRef, type SealedPayload } from '../core/record/payload.ts';
import { mayEverAdmit } from '../core/task/admit.ts';
import type { Scope } from '../core/task/scope.ts';
import type { Road } from './road.ts';
import type { Sealer } from './vault.ts';

export type IntentFault = 'unreachable' | 'timeout' | 'failed' | 'too_large' | 'malformed';

export type IntentAnswer =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly code: IntentFault };

export interface IntentModel {
  /** Who runs it, as a record names them: the host. */
  readonly provider: string;
  readonly model: string;
  /**
   * Never rejects: whatever goes wrong is a fault.
   *
   * @param question canonical JSON
   * @param timeoutMs for all of it, connecting included; there is no default
   */
  ask(question: string, timeoutMs: number): Promise<IntentAnswer>;
}

export interface IntentReader {
  readonly model: IntentModel;
  readonly timeoutMs: number;
}

/** What came of it, as the event of the prompt has it. */
export interface IntentRead {
  readonly intent: NonNullable<BodyOf<'prompt.submitted'>['intent']>;
  readonly payloads: readonly SealedPayload[];
  readonly proposal?: Proposal;
}

/**
 * Never rejects.
 *
 * @param said the prompt as it is kept, without secrets
 * @param scopes of the task and of those above it
 */
export async function readIntent(
  road: Pick<Road, 'intent' | 'published'>,
  seal: Sealer,
  said: string,
  scopes: readonly Scope[],
): Promise<IntentRead | undefined> {
  if (road.intent === undefined) return undefined;
  const { model, timeoutMs } = road.intent;
  const tools = road.published().catalogue.entries.filter(({ kind }) => kind === 'tool');
  const offered = tools.filter((entry) => scopes.every((scope) => isWithin(scope, entry)));
  const question = intentQuestion(model.model, said, offered);
  const from = { provider: model.provider, model: model.model, question: digestJson(question) };
  if (said.length > maxReadPrompt || offered.length > maxOffered || !said.isWellFormed())
    return { intent: { ...from, code: 'not_asked' }, payloads: [] };
  const answer = await model
    .ask(canonicalJson(question), timeoutMs)
    .catch((): IntentAnswer => ({ ok: false, code: 'unreachable' }));
  if (!answer.ok) return { intent: { ...from, code: answer.code }, payloads: [] };
  const proposal = readProposal(answer.value, said, offered);
  if (proposal === undefined) return { intent: { ...from, code: 'malformed' }, payloads: [] };
  const sealed = seal(canonicalJson({ ...proposal }));
  return {
    intent: { ...from, code: 'read', proposal: payloadRef(sealed) },
    payloads: [sealed],
    proposal,
  };
}

function isWithin(scope: Scope, entry: CatalogueEntry): boolean {
  const { action, class: of, server, target, resource } = entry;
  return mayEverAdmit(scope, {
    action,
    class: of,
    server,
    tool: target,
    resource: { type: resource.type, level: resource.label.level },
  });
}
