// SPDX-License-Identifier: Apache-2.0
// What really happened, kept by the model and by nothing of src; and what is held against it.
import { standingCount, standingMost } from './approval-instead.ts';
import { editedTo, type People } from './approval-parts.ts';

/** What people were asked about. */
export interface Asked {
  readonly is: 'call' | 'edit' | 'standing' | 'glass';
  /** What the agent sends, and what is done. */
  readonly sent: number;
  readonly amount: number;
  readonly file: number;
  readonly policy: number;
  readonly labels: boolean;
  readonly people: People;
  readonly expires: number;
}

/** What really happened, whatever the protocol makes of it. */
export interface Told {
  readonly requests: Readonly<Record<string, Asked>>;
  /** In whose place another one stands. */
  readonly replaced: readonly string[];
  /** Broken glass, with the end of its time. */
  readonly opened: Readonly<Record<string, number>>;
  readonly closed: readonly string[];
  readonly votes: readonly string[];
  readonly refused: readonly string[];
  readonly used: readonly string[];
  readonly done: readonly string[];
  readonly revokedAt?: number;
}

/** What there really is. */
export interface Now {
  readonly file: number;
  readonly policy: number;
  readonly labels: boolean;
  readonly people: People;
  readonly told: Told;
}

export function askedNow(world: Now, is: Asked['is'], sent: number, expires: number): Asked {
  const amount = is === 'edit' ? editedTo : sent;
  const { file, policy, labels, people } = world;
  return { is, sent, amount, file, policy, labels, people, expires };
}

/** Against what people really said, of what there really is. */
export function unjustified(
  world: Now,
  approval: string | undefined,
  sent: number,
  amount: number,
  file: number,
  tick: number,
): string | undefined {
  const { told } = world;
  const request = approval === undefined ? undefined : told.requests[approval];
  if (approval === undefined || request === undefined) return 'allowed without a request';
  const { is } = request;
  const times = told.used.filter((one) => one === approval).length;
  if (is === 'standing' && times >= standingCount) return 'used more often than was approved';
  if ((is === 'call' || is === 'edit') && times > 0) return 'consumed twice';
  if (told.refused.includes(approval)) return 'allowed though refused';
  if (told.replaced.includes(approval)) return 'allowed though something else was made of it';
  if (is === 'standing' ? amount !== sent || amount > standingMost : is !== 'glass' && request.sent !== sent)
    return 'allowed with other arguments';
  if (is === 'glass' || is === 'standing' ? amount !== sent : request.amount !== amount)
    return 'done with other arguments than were shown';
  if (request.file !== file) return 'allowed with another file';
  if (is !== 'glass' && request.policy !== world.policy) return 'allowed under another policy';
  if (is === 'standing' ? world.labels && !request.labels : is !== 'glass' && request.labels !== world.labels)
    return 'allowed with other labels';
  if (request.people !== world.people) return 'allowed by people who may not any more';
  if (tick >= (is === 'glass' ? (told.opened[approval] ?? 0) : request.expires))
    return 'allowed after its time';
  if (told.closed.includes(approval)) return 'allowed after it was closed';
  if (told.revokedAt !== undefined) return 'allowed after a revocation';
  const yes = ['ana', 'ben'].filter((name) => told.votes.includes(`${name} ${approval}`));
  return yes.length < 2 ? 'allowed by too few people' : undefined;
}
