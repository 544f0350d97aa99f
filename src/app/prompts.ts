// SPDX-License-Identifier: Apache-2.0
/**
 * Prompts: what a person asked for, as whoever stands between them and the agent says it.
 *
 * Never taken from the agent's own token. Text that an agent says of itself is kept too, as `agent-claimed`, and
 * counts as no prompt: with it nothing comes from the user.
 *
 * Source: docs/tasks.md, "Prompts".
 */
import { canonicalJson } from '../core/json/canonical.ts';
import { type EventOf, maxPromptLength } from '../core/record/event.ts';
import { payloadRef, type SealedPayload } from '../core/record/payload.ts';
import { type Pseudonym, withoutSecrets } from '../core/record/secret.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { standsUnder } from '../core/task/lineage.ts';
import { type Administered, administer } from './administer.ts';
import type { Road } from './road.ts';
import type { Place, Writing } from './sequencer.ts';
import type { Sealer } from './vault.ts';

export type PromptChannel = EventOf<'prompt.submitted'>['channel'];

export interface PromptOrder {
  readonly task: string;
  /** Whose words they are. Default: the person whom the task is done for, else who submits them. */
  readonly author?: string;
  readonly channel: PromptChannel;
  readonly text: string;
}

/** Adds a prompt to a running task. Bounded like everything else: a longer one is refused and not cut. */
export async function submitPrompt(
  road: Pick<Road, 'sequencer' | 'published' | 'vault' | 'pseudonym' | 'origins'>,
  operator: Operator,
  { task, author, channel, text }: PromptOrder,
): Promise<Administered<{ readonly prompt: string }>> {
  const refused = (code: 'not_found' | 'not_possible', reason: string) =>
    ({ ok: false, code, reason, policies: [] }) as const;
  if (text.length > maxPromptLength)
    return refused('not_possible', `a prompt has at most ${maxPromptLength} characters`);
  const seal = await road.vault.sealer(task);
  const sealed = seal === undefined ? undefined : sealedPrompt(seal, text, road.pseudonym);

  return heard(road, sealed, text, () =>
    administer(road, operator, 'prompt.submit', { kind: 'task', id: task }, (view, place) => {
      const state = view.get(facets.task(task));
      if (state === undefined) return { ok: false, code: 'not_found', reason: `no task \`${task}\`` };
      if (!isRunning(view, task, place.at))
        return { ok: false, code: 'not_possible', reason: `task \`${task}\` is over; start a new one` };
      if (sealed === undefined)
        return { ok: false, code: 'not_possible', reason: `the key of task \`${task}\` is gone` };
      const by = author ?? (channel === 'agent-claimed' ? state.agent : (state.onBehalfOf ?? operator.id));
      const writing = promptWriting(place, { task, author: by, channel }, sealed);
      return { ok: true, writings: [writing], value: { prompt: writing.id } };
    }),
  );
}

/** Lets origins know what is asked while it becomes durable, so that nobody has to read it back. */
export async function heard<T>(
  { origins, pseudonym }: Pick<Road, 'origins' | 'pseudonym'>,
  sealed: SealedPayload | undefined,
  text: string,
  submit: () => Promise<T>,
): Promise<T> {
  const forget =
    sealed === undefined ? undefined : origins.hear(sealed.digest, withoutSecrets(text, pseudonym));
  try {
    return await submit();
  } finally {
    forget?.();
  }
}

/** The text as it is kept: secrets replaced, as in arguments, and under the task's key. */
export function sealedPrompt(seal: Sealer, text: string, pseudonym: Pseudonym): SealedPayload {
  return seal(canonicalJson({ text: withoutSecrets(text, pseudonym) }));
}

export function promptWriting(
  place: Place,
  prompt: { readonly task: string; readonly author: string; readonly channel: PromptChannel },
  sealed: SealedPayload,
): Writing {
  return {
    id: place.id('e'),
    stream: `task/${prompt.task}`,
    event: { type: 'prompt.submitted', ...prompt, text: payloadRef(sealed) },
    payloads: [sealed],
  };
}

function isRunning(view: View, task: string, at: number): boolean {
  const state = view.get(facets.task(task));
  return state?.status === 'active' && at < state.expiresAt && standsUnder(view, task, at);
}
