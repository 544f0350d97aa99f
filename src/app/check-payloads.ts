// SPDX-License-Identifier: Apache-2.0
// Are the contents beside a record the ones that it names? Only where their key still exists: what
// was erased stays proved by its digest and can be compared with nothing.
import type { Event } from '../core/record/event.ts';
import type { PayloadRef } from '../core/record/events/parts.ts';
import type { Evidence } from './evidence.ts';
import type { Opened } from './vault.ts';

export interface PayloadCount {
  /** Opened, and they are what the records name. */
  readonly opened: number;
  /** Their key was erased, as it should be possible. */
  readonly erased: number;
}

export interface PayloadFault {
  readonly code: 'payload_missing' | 'payload_differs' | 'payload_unknown';
  readonly position: number;
  readonly digest: string;
}

export interface PayloadChecker {
  check(event: Event, position: number): Promise<void>;
  count(): PayloadCount;
  /** At most `maxFaults` of them. */
  faults(): readonly PayloadFault[];
}

const maxFaults = 20;

export function createPayloadChecker(
  evidence: Pick<Evidence, 'payloadsAt'>,
  open: (digest: string, position: number) => Promise<Opened>,
): PayloadChecker {
  const faults: PayloadFault[] = [];
  let opened = 0;
  let erased = 0;
  const found = (fault: PayloadFault) => faults.length < maxFaults && faults.push(fault);

  async function compare({ digest, sizeBytes }: PayloadRef, position: number): Promise<void> {
    const content = await open(digest, position);
    if (!content.ok && content.reason === 'erased') erased += 1;
    else if (!content.ok && content.reason === 'missing')
      found({ code: 'payload_missing', position, digest });
    else if (!content.ok || Buffer.byteLength(content.content) !== sizeBytes) {
      found({ code: 'payload_differs', position, digest });
    } else opened += 1;
  }

  return {
    async check(event, position) {
      const named = payloadsOf(event);
      for (const ref of named) await compare(ref, position);
      for (const digest of await evidence.payloadsAt(position)) {
        if (!named.some((ref) => ref.digest === digest)) found({ code: 'payload_unknown', position, digest });
      }
    },
    count: () => ({ opened, erased }),
    faults: () => faults,
  };
}

/** The contents that a record names. */
export function payloadsOf(event: Event): readonly PayloadRef[] {
  switch (event.type) {
    case 'decision':
      return [event.request.args, event.opinion, event.edited?.from].filter((ref) => ref !== undefined);
    case 'observation':
      return [event.result, event.decided?.released].filter((ref) => ref !== undefined);
    case 'prompt.submitted':
      return [event.text, event.intent?.proposal].filter((ref) => ref !== undefined);
    case 'approval.requested':
      return [event.card, event.edit?.changes].filter((ref) => ref !== undefined);
    case 'break_glass.requested':
      return [event.card];
    case 'approval.decided':
    case 'passkey.enrolled':
    case 'passkey.removed':
      return event.passkey === undefined ? [] : [event.passkey.proof];
    case 'approvers.published':
      return [event.sources, event.passkey?.proof].filter((ref) => ref !== undefined);
    case 'policy.published':
    case 'candidate.published':
    case 'signals.published':
    case 'catalogue.published':
      return [event.sources];
    default:
      return [];
  }
}
