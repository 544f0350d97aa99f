// SPDX-License-Identifier: Apache-2.0
/**
 * Who is signed in, for a short time, in this browser; and the browsers of those who are not.
 *
 * Only what a person does is kept: a browser that nobody has signed in with is told by a keyed hash of its own cookie, so
 * that whoever asks for the page a million times takes no room. A restart signs everybody out.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ShownCard } from './pages/card-view.ts';

export interface Session {
  readonly person: string;
  /** By which passkey, or as whom of the issuer. */
  readonly by: { readonly credential: string } | { readonly subject: string };
  readonly token: string;
  readonly startedAt: number;
  lastAt: number;
  /** What was given out to be signed, by what it is for: each is good once. */
  readonly nonces: Map<string, string>;
  /** Cards that were opened here: that is on record once. */
  readonly cards: Map<string, Opened>;
}

export interface Opened {
  readonly digest: string;
  readonly card: ShownCard | string;
}

export interface Sessions {
  /** Of a cookie. @returns undefined for one that is none, or over */
  find(cookie: string | undefined): Session | undefined;
  /** @returns the value of its cookie */
  start(person: string, by: Session['by']): string;
  end(cookie: string | undefined): void;
  /** What a browser that nobody has signed in with sends back with forms. */
  tokenOf(visit: string): string;
  /** What such a browser has to sign to sign in, good for a few minutes. */
  challengeOf(visit: string): Uint8Array;
  /** Whether a challenge is one of this browser, still good, and was used for nothing. */
  isChallenge(visit: string, challenge: Uint8Array): boolean;
  /** From here on it is used. */
  spend(challenge: Uint8Array): boolean;
  /** Secret of this process for this purpose and text. */
  derive(purpose: string, text: string): Buffer;
}

export const sessionLimits = {
  idleMs: 20 * 60_000,
  mostMs: 4 * 3_600_000,
  challengeMs: 5 * 60_000,
  ofPerson: 8,
  nonces: 8,
  cards: 200,
} as const;

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function isSecret(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_-]{43}$/.test(text);
}

export function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

export function createSessions(wallMs: () => number): Sessions {
  const key = randomBytes(32);
  const sessions = new Map<string, Session>();
  const spent = new Map<string, number>();
  const { idleMs, mostMs, challengeMs, ofPerson } = sessionLimits;
  const isOver = ({ startedAt, lastAt }: Session) =>
    wallMs() - lastAt > idleMs || wallMs() - startedAt > mostMs;
  const nameOf = (cookie: string) => createHash('sha256').update(cookie).digest('hex');
  const derive = (purpose: string, text: string) =>
    createHmac('sha256', key).update(`${purpose}\n${text}`).digest();

  function challengeAt(visit: string, at: number): Buffer {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at));
    return Buffer.concat([time, derive('challenge', `${at} ${visit}`)]);
  }

  return {
    find(cookie) {
      if (!isSecret(cookie)) return undefined;
      const name = nameOf(cookie);
      const session = sessions.get(name);
      if (session === undefined) return undefined;
      if (isOver(session)) {
        sessions.delete(name);
        return undefined;
      }
      session.lastAt = wallMs();
      return session;
    },
    start(person, by) {
      for (const [name, session] of sessions) if (isOver(session)) sessions.delete(name);
      const own = [...sessions].filter(([, session]) => session.person === person);
      for (const [name] of own.slice(0, Math.max(0, own.length - ofPerson + 1))) sessions.delete(name);
      const cookie = newSecret();
      const at = wallMs();
      const opened = { token: newSecret(), startedAt: at, lastAt: at, nonces: new Map(), cards: new Map() };
      sessions.set(nameOf(cookie), { person, by, ...opened });
      return cookie;
    },
    end(cookie) {
      if (isSecret(cookie)) sessions.delete(nameOf(cookie));
    },
    tokenOf: (visit) => derive('token', visit).toString('base64url'),
    challengeOf: (visit) => challengeAt(visit, wallMs()),
    isChallenge(visit, challenge) {
      if (challenge.length !== 40) return false;
      const at = Number(Buffer.from(challenge).readBigUInt64BE(0));
      const age = wallMs() - at;
      if (!(age >= 0 && age <= challengeMs)) return false;
      return (
        timingSafeEqual(challengeAt(visit, at), challenge) &&
        !spent.has(Buffer.from(challenge).toString('hex'))
      );
    },
    spend(challenge) {
      for (const [one, at] of spent) if (wallMs() - at > challengeMs) spent.delete(one);
      const name = Buffer.from(challenge).toString('hex');
      if (spent.has(name)) return false;
      spent.set(name, wallMs());
      return true;
    },
    derive,
  };
}
