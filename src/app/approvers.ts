// SPDX-License-Identifier: Apache-2.0
/**
 * Who may be asked comes into force like policies do: at one position of the ledger, with an author and a reason, and
 * only where this node has loaded it. So nobody who was taken out of a group still counts on a node that has not heard.
 *
 * Once it is sealed (docs/adr/0028-assurance.md) a file that says otherwise is held, and in force is what the ledger has:
 * whoever can write the file is not thereby somebody who may say who approves.
 */
import { z } from 'zod';
import { having, isSealed } from '../core/approval/passkey.ts';
import { type Roster, rosterOf } from '../core/approval/roster.ts';
import { parseJson } from '../core/json/parse.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import { inForce, isAbout, mayKeep, signedForOther, type Wanting, wouldLock } from './keeping.ts';
import type { Ledger } from './ports.ts';
import { tenantSealer } from './publish.ts';
import { streamBack } from './read-records.ts';
import type { Road } from './road.ts';
import type { Place, Sequencer, Writing } from './sequencer.ts';
import { type Proved, sealed } from './signed.ts';
import type { Sealer } from './vault.ts';

export interface ApproversFile {
  readonly roster: Roster;
  /** As canonical JSON: kept with the publication, so that it can be told later who was asked. */
  readonly source: string;
}

export interface Approvers {
  /** What is in force, where it is loaded here. */
  current(): Roster;
  /** Holds a roster ready: it is the current one once its event is folded. */
  stage(next: Roster): void;
  /** What the file says and is not in force, since who may approve is sealed. */
  held(): ApproversFile | undefined;
  hold(next: ApproversFile | undefined): void;
}

const maxStaged = 16;

export function createApprovers(first: Roster, sequencer: Pick<Sequencer, 'head'>): Approvers {
  const staged = new Map([[first.digest, first]]);
  let newest = first;
  let held: ApproversFile | undefined;
  return {
    held: () => (held?.roster.digest === sequencer.head.get(facets.approvers) ? undefined : held),
    hold(next) {
      held = next;
    },
    current: () => staged.get(sequencer.head.get(facets.approvers) ?? '') ?? newest,
    stage(next) {
      newest = next;
      staged.delete(next.digest);
      staged.set(next.digest, next);
      // Never the one in force, however often somebody saves another.
      const inForce = sequencer.head.get(facets.approvers);
      const oldest = [...staged.keys()].find((digest) => digest !== inForce);
      if (staged.size > maxStaged && oldest !== undefined) staged.delete(oldest);
    },
  };
}

/**
 * Decided like every administrative act.
 *
 * @param by anybody, while nothing is sealed; a keeper from then on
 */
export async function publishApprovers(
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  approvers: Approvers,
  operator: Operator,
  { roster, source }: ApproversFile,
  reason: string,
  by: Wanting = { kind: 'anybody' },
  proved?: Proved,
): Promise<Administered<{ readonly changed: boolean }>> {
  approvers.stage(roster);
  const seal = await tenantSealer(road.vault);
  const kept = proved === undefined ? undefined : await sealed(road.vault, proved);
  const subject = { kind: 'approvers', id: roster.digest } as const;
  return administer<{ readonly changed: boolean }>(
    road,
    operator,
    'approvers.publish',
    subject,
    (view, place) => {
      const before = view.get(facets.approvers);
      if (before === roster.digest) return { ok: true, writings: [], value: { changed: false } };
      const now = inForce(view, approvers.current());
      if (before !== undefined && now === undefined)
        return {
          ok: false,
          code: 'not_possible',
          reason: 'the file of approvers in force is not loaded here',
        };
      const fault =
        now === undefined
          ? undefined
          : !isAbout(by, { what: 'approvers.publish', from: now.digest, to: roster.digest })
            ? signedForOther
            : (mayKeep(view, now, by) ?? wouldLock(now, having(roster, view.get(facets.passkeys) ?? [])));
      if (fault !== undefined) return { ok: false, code: 'not_possible', reason: fault };
      const writing = publication(roster, source, operator.id, reason, place, seal, kept);
      return { ok: true, writings: [writing], value: { changed: true } };
    },
  );
}

export type AtStart = 'in_force' | 'held' | 'not_loaded';

/**
 * What a node starts with: nobody is there to ask yet. Where it is sealed, what the file says is held if it is something
 * else.
 *
 * @param approvers what is in force by the ledger, as far as it could be loaded; absent, nobody looked, and then a ledger
 *   without passkeys counts as not sealed
 */
export async function publishApproversAtStart(
  road: Pick<Road, 'sequencer' | 'vault'>,
  file: ApproversFile,
  author: string,
  approvers?: Approvers,
): Promise<AtStart> {
  const { roster, source } = file;
  approvers?.stage(roster);
  const seal = await tenantSealer(road.vault);
  const reason = 'what this node started with';
  const how = await road.sequencer.submit<AtStart>((view, place) => {
    const before = view.get(facets.approvers);
    const now = approvers === undefined ? undefined : inForce(view, approvers.current());
    if (before === roster.digest) return { writings: [], depends: true, result: 'in_force' };
    // What cannot be read may have been sealed.
    const mayBeSealed = approvers !== undefined || (view.get(facets.passkeys) ?? []).length > 0;
    if (before !== undefined && now === undefined && mayBeSealed)
      return { writings: [], depends: true, result: 'not_loaded' };
    if (now !== undefined && isSealed(now)) return { writings: [], depends: true, result: 'held' };
    const writing = publication(roster, source, author, reason, place, seal, undefined);
    return { writings: [writing], depends: true, result: 'in_force' };
  });
  approvers?.hold(how === 'in_force' ? undefined : file);
  return how;
}

/** The file that is in force, out of the ledger. @returns undefined where there is none, or it cannot be had any more */
export async function approversInForce(
  ledger: Pick<Ledger, 'readStream'>,
  vault: Pick<Road['vault'], 'open'>,
): Promise<ApproversFile | undefined> {
  for await (const { position, event } of streamBack(ledger, 'tenant', Number.MAX_SAFE_INTEGER)) {
    if (event.type !== 'approvers.published') continue;
    const opened = await vault.open(event.sources.digest, position);
    const roster = opened.ok ? publishedRoster(opened.content) : undefined;
    return opened.ok && roster?.digest === event.approvers ? { roster, source: opened.content } : undefined;
  }
  return undefined;
}

const namesShape = z.array(z.string()).readonly();
const sourceShape = z.strictObject({
  people: z.array(
    z.strictObject({
      name: z.string(),
      operators: namesShape,
      also: namesShape,
      subjects: namesShape.exactOptional(),
    }),
  ),
  groups: z.record(z.string(), namesShape),
  signIn: z.strictObject({ issuer: z.string(), client: z.string() }).exactOptional(),
});

function publishedRoster(source: string): Roster | undefined {
  const json = parseJson(Buffer.from(source, 'utf8'), {
    maxBytes: 16 << 20,
    maxDepth: 16,
    maxNodes: 1_000_000,
  });
  const read = json.ok ? sourceShape.safeParse(json.value).data : undefined;
  return read === undefined ? undefined : rosterOf(read.people, Object.entries(read.groups), read.signIn);
}

function publication(
  roster: Roster,
  source: string,
  author: string,
  reason: string,
  place: Place,
  seal: Sealer,
  kept: Awaited<ReturnType<typeof sealed>> | undefined,
): Writing {
  const contents = seal(source);
  return {
    id: place.id('e'),
    stream: 'tenant',
    event: {
      type: 'approvers.published',
      approvers: roster.digest,
      sources: payloadRef(contents),
      author,
      reason,
      ...(kept === undefined ? {} : { passkey: kept.signed.used }),
    },
    payloads: [contents, ...(kept === undefined ? [] : [kept.payload])],
  };
}
