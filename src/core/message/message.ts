// SPDX-License-Identifier: Apache-2.0
/**
 * What a target is told: the deed in one line, for whom, why it is asked, until when, and where to answer.
 *
 * Made of the card, which was made of parsed arguments and the catalogue, and of little of it: no list of arguments, no
 * lineage, no labels. Text of others is bounded and visible (core/approval/visible.ts). A message is a notice and no
 * authority: nothing that comes back from where it went decides anything.
 *
 * Source: docs/approvals.md, "Messages"; Standard Webhooks 1.0.0, "Payload structure".
 */
import { z } from 'zod';
import { visible } from '../approval/visible.ts';
import { parseJson } from '../json/parse.ts';
import type { JsonObject } from '../json/value.ts';
import { reviewKinds } from '../review/found.ts';
import type { Telling } from './telling.ts';

/** What of a card a message may say. */
export interface Deed {
  readonly verb: string;
  readonly chain: readonly string[];
  readonly why: readonly {
    readonly policy: string;
    readonly reason: string;
    readonly approvers: readonly string[];
    readonly quorum: number;
  }[];
  readonly expiresAt: number;
}

export interface Message extends Telling {
  /** Absent: the target is told ids only, or the card cannot be read any more. */
  readonly deed?: Deed;
  /** Where it is answered; absent where there is no desk. */
  readonly desk?: string;
}

const bounds = { verb: 400, chain: 12, name: 120, why: 6, reason: 400, approvers: 8 } as const;

/** More is of another version, or no card. */
const cardLimits = { maxBytes: 1 << 20, maxDepth: 32, maxNodes: 50_000 };

const shape = z.object({
  verb: z.string(),
  chain: z.array(z.string()).readonly(),
  why: z
    .array(
      z.object({
        policy: z.string(),
        reason: z.string(),
        approvers: z.array(z.string()).readonly(),
        quorum: z.number().int(),
      }),
    )
    .readonly(),
  expiresAt: z.number().int().min(0).max(8_640_000_000_000_000),
});

/** @returns undefined for what is no card that can be told of */
export function deedOf(card: string): Deed | undefined {
  const parsed = parseJson(Buffer.from(card, 'utf8'), cardLimits);
  const read = parsed.ok ? shape.safeParse(parsed.value) : undefined;
  if (read?.success !== true) return undefined;
  const { verb, chain, why, expiresAt } = read.data;
  return {
    verb: short(verb, bounds.verb),
    chain: few(chain, bounds.chain).map((name) => short(name, bounds.name)),
    why: why.slice(0, bounds.why).map(({ policy, reason, approvers, quorum }) => ({
      policy: short(policy, bounds.name),
      reason: short(reason, bounds.reason),
      approvers: few(approvers, bounds.approvers).map((name) => short(name, bounds.name)),
      quorum,
    })),
    expiresAt,
  };
}

/** The body of a webhook. */
export function bodyOf({ type, at, about, status, answer, review, deed, desk }: Message): JsonObject {
  return {
    type,
    timestamp: new Date(at).toISOString(),
    data: {
      ...(review === undefined ? { approval: about } : lookedAt(about, review)),
      ...(status === undefined ? {} : { status }),
      ...(answer === undefined ? {} : { person: answer.person, verdict: answer.verdict }),
      ...(deed === undefined
        ? {}
        : {
            verb: deed.verb,
            chain: deed.chain,
            why: deed.why.map(({ policy, reason, approvers, quorum }) => ({
              ...{ policy, reason, approvers, quorum },
            })),
            expiresAt: new Date(deed.expiresAt).toISOString(),
          }),
      ...(desk === undefined ? {} : { desk }),
    },
  };
}

function lookedAt(review: string, { kind, scene }: NonNullable<Telling['review']>): JsonObject {
  return {
    ...{ review, kind, says: reviewKinds[kind] },
    ...{ what: short(scene.what, bounds.name), agent: short(scene.agent, bounds.name) },
  };
}

/** Whole, or cut and said so. Visible once more: policies and people write what a card has as it is. */
export function short(text: string, most: number): string {
  const shown = visible(text.toWellFormed()).text;
  if (shown.length <= most) return shown;
  return `${shown.slice(0, most).toWellFormed()} ... (${shown.length - most} more characters)`;
}

function few(list: readonly string[], most: number): readonly string[] {
  return list.length <= most ? list : [...list.slice(0, most), `and ${list.length - most} more`];
}
