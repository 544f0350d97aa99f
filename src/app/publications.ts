// SPDX-License-Identifier: Apache-2.0
/**
 * What came into force, was tried, and went: the publications of a ledger, the newest first.
 *
 * Reads and opens; brings nothing into force.
 */
import type { Event, EventOf } from '../core/record/event.ts';
import type { Ledger } from './ports.ts';
import { textsDigest } from './published-sources.ts';
import { eventOf, streamBack } from './read-records.ts';
import type { Vault } from './vault.ts';

export interface Listed {
  readonly position: number;
  readonly record: string;
  readonly at: number;
  /** `enforce` and `shadow`: it came into force on a node of that mode. `try` and `withdraw`: a candidate. */
  readonly kind: 'enforce' | 'shadow' | 'try' | 'withdraw';
  readonly policy: string;
  /** The catalogue that it came into force with. */
  readonly catalogue?: string;
  readonly author?: string;
  readonly reason?: string;
  /** It took something back. */
  readonly rollback: boolean;
}

type Publishing = EventOf<'policy.published' | 'candidate.published' | 'candidate.withdrawn'>;

/** @param before only what stands before that position */
export async function* publications(
  ledger: Pick<Ledger, 'readStream'>,
  before: number,
): AsyncGenerator<Listed> {
  // A catalogue stands right before the policies that it came with.
  let waiting: Listed | undefined;
  for await (const { position, event } of streamBack(ledger, 'tenant', before)) {
    if (event.type === 'catalogue.published') {
      if (waiting !== undefined) yield { ...waiting, catalogue: event.catalogue };
      waiting = undefined;
      continue;
    }
    if (!isPublishing(event)) continue;
    if (waiting !== undefined) yield waiting;
    waiting = undefined;
    const listed = listedOf(event, position);
    if (event.type === 'policy.published') waiting = listed;
    else yield listed;
  }
  if (waiting !== undefined) yield waiting;
}

/**
 * What a rollback goes back to: texts that came into force once.
 *
 * @param texts the digest of the texts in force (published-sources.ts)
 * @param to the id of a publication's record, or the digest of a set that came into force, or at least 12
 *   digits of its start; by default the newest of other texts than those in force
 */
export async function earlier(
  ledger: Pick<Ledger, 'readStream' | 'size' | 'find'>,
  vault: Pick<Vault, 'open'>,
  texts: string | undefined,
  to: string | undefined,
): Promise<{ readonly listed: Listed; readonly sources: string } | 'not_there' | 'erased'> {
  const digits = to === undefined ? undefined : /^(?:sha256:)?([0-9a-f]{12,64})$/.exec(to)?.[1];
  const meant = ({ record, policy }: Listed): boolean =>
    to === undefined || record === to || (digits !== undefined && policy.startsWith(`sha256:${digits}`));
  for await (const listed of publications(ledger, await ledger.size())) {
    if ((listed.kind !== 'enforce' && listed.kind !== 'shadow') || !meant(listed)) continue;
    const sources = await sourcesOf(ledger, vault, listed.record);
    if (sources === undefined) return 'erased';
    if (to !== undefined || textsDigest(sources) !== texts) return { listed, sources };
  }
  return 'not_there';
}

/** The sources of a publication. @returns undefined where they cannot be had any more */
export async function sourcesOf(
  ledger: Pick<Ledger, 'find'>,
  vault: Pick<Vault, 'open'>,
  record: string,
): Promise<string | undefined> {
  const entry = await ledger.find(record);
  const parsed = entry === undefined ? undefined : eventOf(entry);
  if (entry === undefined || parsed?.ok !== true) return undefined;
  const { event } = parsed;
  if (event.type !== 'policy.published' && event.type !== 'candidate.published') return undefined;
  const opened = await vault.open(event.sources.digest, entry.position);
  return opened.ok ? opened.content : undefined;
}

function listedOf(event: Publishing, position: number): Listed {
  const { id: record, at, policy, author, reason } = event;
  const rollback = event.type === 'policy.published' && event.undoes !== undefined;
  const kind =
    event.type === 'policy.published'
      ? event.mode
      : event.type === 'candidate.published'
        ? 'try'
        : 'withdraw';
  return {
    position,
    record,
    at,
    kind,
    policy,
    rollback,
    ...(author === undefined ? {} : { author }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function isPublishing(event: Event): event is Publishing {
  const { type } = event;
  return type === 'policy.published' || type === 'candidate.published' || type === 'candidate.withdrawn';
}
