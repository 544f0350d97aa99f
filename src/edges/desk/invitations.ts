// SPDX-License-Identifier: Apache-2.0
// Links that are good for one passkey of one person, for a short time. Kept here alone: a restart ends them all.
import { createHash } from 'node:crypto';
import type { Inviting } from '../../app/passkeys.ts';
import { isSecret, newSecret } from './session.ts';

export interface Invitation {
  readonly person: string;
  /** Absent: given over the socket, while nothing was sealed. */
  readonly by?: Inviting;
  readonly expiresAt: number;
}

export interface Invitations {
  /** @returns what the link has in it, or undefined where too many are out */
  give(person: string, by: Inviting | undefined): string | undefined;
  find(text: string | null | undefined): Invitation | undefined;
  /** It is good once. */
  take(text: string): void;
}

export const invitationMs = 15 * 60_000;
const most = 32;

export function createInvitations(wallMs: () => number): Invitations {
  const open = new Map<string, Invitation>();
  const nameOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const clean = () => {
    for (const [name, { expiresAt }] of open) if (wallMs() >= expiresAt) open.delete(name);
  };
  return {
    give(person, by) {
      clean();
      // Those of the socket do not take the place of those of keepers: at most half of all.
      const ofSocket = [...open.values()].filter((one) => one.by === undefined).length;
      if (open.size >= most || (by === undefined && ofSocket >= most / 2)) return undefined;
      const text = newSecret();
      const expiresAt = wallMs() + invitationMs;
      open.set(nameOf(text), { person, expiresAt, ...(by === undefined ? {} : { by }) });
      return text;
    },
    find(text) {
      clean();
      return isSecret(text ?? undefined) ? open.get(nameOf(text ?? '')) : undefined;
    },
    take(text) {
      open.delete(nameOf(text));
    },
  };
}
