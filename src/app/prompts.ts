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
import type { EventOf } from '../core/record/event.ts';
import { maxPromptLength } from '../core/record/events/standing.ts';
import { payloadRef, type SealedPayload } from '../core/record/payload.ts';
import { withoutSecrets } from '../core/record/secret.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { lineOf, standsUnder } from '../core/task/lineage.ts';
import type { Scope } from '../core/task/scope.ts';
import { type Administered, administer } from './administer.ts';
import { type IntentRead, readIntent } from './intent.ts';
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
  road: AskedRoad & Pick<Road, 'sequencer' | 'vault' | 'clock'>,
  operator: Operator,
  { task, author, channel, text }: PromptOrder,
): Promise<Administered<{ readonly prompt: string }>> {
  const refused = (code: 'not_found' | 'not_possible', reason: string) =>
    ({ ok: false, code, reason, policies: [] }) as const;
  if (text.length > maxPromptLength)
    return refused('not_possible', `a prompt has at most ${maxPromptLength} characters`);
  const seal = await road.vault.sealer(task);
  const { head } = road.sequencer;
  // Of a task that is over nobody is asked what it is for.
  const scopes = isRunning(head, task, road.clock.wallMs()) ? scopesOf(head, task) : undefined;
  const asked =
    seal === undefined
      ? undefined
      : await askedBy(road, seal, text, channel === 'agent-claimed' ? undefined : scopes);

  return heard(road, asked, () =>
    administer(road, operator, 'prompt.submit', { kind: 'task', id: task }, (view, place) => {
      const state = view.get(facets.task(task));
      if (state === undefined) return { ok: false, code: 'not_found', reason: `no task \`${task}\`` };
      if (!isRunning(view, task, place.at))
        return { ok: false, code: 'not_possible', reason: `task \`${task}\` is over; start a new one` };
      if (asked === undefined)
        return { ok: false, code: 'not_possible', reason: `the key of task \`${task}\` is gone` };
      const by = author ?? (channel === 'agent-claimed' ? state.agent : (state.onBehalfOf ?? operator.id));
      const writing = promptWriting(place, { task, author: by, channel }, asked);
      return { ok: true, writings: [writing], value: { prompt: writing.id } };
    }),
  );
}

/** A prompt that is about to be written: the text as it is kept, and what a model made of it. */
export interface Asked {
  readonly said: string;
  readonly text: SealedPayload;
  readonly read?: IntentRead;
}

export type AskedRoad = Pick<Road, 'published' | 'pseudonym' | 'origins' | 'intent'>;

/**
 * The text as it is kept: secrets replaced, as in arguments, and under the task's key.
 *
 * @param scopes that the task stands under; undefined where no model is to be asked
 */
export async function askedBy(
  road: AskedRoad,
  seal: Sealer,
  text: string,
  scopes: readonly Scope[] | undefined,
): Promise<Asked> {
  const said = withoutSecrets(text, road.pseudonym);
  const read = scopes === undefined ? undefined : await readIntent(road, seal, said, scopes);
  return { said, text: seal(canonicalJson({ text: said })), ...(read === undefined ? {} : { read }) };
}

/** Lets origins know what is asked while it becomes durable, so that nobody has to read it back. */
export async function heard<T>(
  { origins }: Pick<Road, 'origins'>,
  asked: Asked | undefined,
  submit: () => Promise<T>,
): Promise<T> {
  const forget =
    asked === undefined ? undefined : origins.hear(asked.text.digest, asked.said, asked.read?.proposal);
  try {
    return await submit();
  } finally {
    forget?.();
  }
}

export function promptWriting(
  place: Place,
  prompt: { readonly task: string; readonly author: string; readonly channel: PromptChannel },
  { text, read }: Asked,
): Writing {
  return {
    id: place.id('e'),
    stream: `task/${prompt.task}`,
    event: {
      type: 'prompt.submitted',
      ...prompt,
      text: payloadRef(text),
      ...(read === undefined ? {} : { intent: read.intent }),
    },
    payloads: [text, ...(read?.payloads ?? [])],
  };
}

/** Of a task and of those above it. */
export function scopesOf(view: View, task: string): readonly Scope[] {
  return lineOf(view, task).flatMap((one) => view.get(facets.task(one))?.scope ?? []);
}

function isRunning(view: View, task: string, at: number): boolean {
  const state = view.get(facets.task(task));
  return state?.status === 'active' && at < state.expiresAt && standsUnder(view, task, at);
}
