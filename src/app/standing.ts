// SPDX-License-Identifier: Apache-2.0
/**
 * Somebody who may say no to a call asks for more than this one: so many like it, until the task or a time ends. That is
 * another request, of a pattern (core/approval/pattern.ts); the same people have to say yes to it.
 *
 * Nothing is let through that nobody looked at: the pattern has to fit the call that it is made from.
 *
 * Source: docs/adr/0032-edits-patterns-glass.md.
 */
import type { CardStanding } from '../core/approval/card.ts';
import {
  type Candidate,
  type Free,
  fits,
  freeInWords,
  isTold,
  isWithoutDoubt,
  type Pattern,
  patternDigest,
  patternLimits,
  patternOf,
} from '../core/approval/pattern.ts';
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { classes } from '../core/catalogue/taxonomy.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import { join } from '../core/label/label.ts';
import { worstOf } from '../core/label/of-result.ts';
import { cedarArgs } from '../core/policy/values.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { meets } from '../core/task/constraint.ts';
import { type Administered, administer } from './administer.ts';
import { candidateOf } from './approving.ts';
import { requestOf } from './asking.ts';
import type { Considered } from './consider.ts';
import { callsOf } from './past-calls.ts';
import type { Ledger } from './ports.ts';
import { type Recalled, recall, recalled, type Speaking, whoSays } from './recall.ts';
import type { Road } from './road.ts';
import type { SignedIn } from './signed.ts';

export interface StandingOrder extends Speaking {
  readonly count: number;
  readonly forMs: number;
  readonly free: readonly Free[];
  readonly reason: string;
  readonly dryRun?: boolean;
}

export interface StandingMade {
  /** The new request; absent where nothing was made. */
  readonly approval?: string;
  readonly expiresAt?: number;
  readonly standing: CardStanding;
  readonly policies: readonly string[];
}

export async function standingApproval(
  road: Road,
  ledger: Pick<Ledger, 'readStream' | 'find'>,
  operator: Operator,
  order: StandingOrder,
  by?: SignedIn,
): Promise<Administered<StandingMade>> {
  const { approval, reason } = order;
  const found = await recall(road, ledger, approval);
  const past = found.ok
    ? await callsOf(road, ledger, found.value.caller.agent, found.value.proposal)
    : undefined;
  return administer<StandingMade>(
    road,
    operator,
    'approval.decide',
    { kind: 'approval', id: approval },
    (view, place) => {
      if (!found.ok) return found;
      const said = whoSays(road, view, place.at, operator, order, by);
      if (!said.ok) return said;
      if (said.state.changed !== undefined) return impossible('what a person changed is approved once');
      const now = recalled(road, found.value, view, place);
      if (!now.ok) return now;
      const { caller } = found.value;
      const { considered, entry, asked } = now.value;
      const task = view.get(facets.task(caller.task));
      const until = Math.min(place.at + order.forMs, task?.expiresAt ?? 0);
      const standing = (view.get(facets.standing(caller.task)) ?? []).filter((one) => place.at < one.until);
      if (standing.length >= patternLimits.perTask)
        return impossible(`at most ${patternLimits.perTask} approvals of a task stand at once`);

      // A person has to read it, and a record to hold it.
      if (Buffer.byteLength(JSON.stringify(order.free)) > patternLimits.freeBytes)
        return impossible(
          `what is left free must not take more than ${patternLimits.freeBytes} bytes to say`,
        );

      const candidate = candidateOf(considered, asked.about.matter);
      const labels = join(asked.about.matter.labels, worstOf(entry));
      const pattern = patternOf(candidate, order.free, labels, road.pseudonym);
      const why = whyNot(now.value, candidate, pattern, road);
      if (why !== undefined) return impossible(why);

      const { person } = said;
      const matched = (past?.calls ?? []).filter(({ args }) =>
        couldFit(road, entry, args, found.value.args, order.free),
      ).length;
      const card: CardStanding = {
        ...{ by: person, reason, of: approval, count: order.count, until },
        free: pattern.free.map(freeInWords),
        atMost: { level: labels.level, untrusted: labels.integrity === 'untrusted', sources: labels.sources },
        past: { looked: past?.looked ?? 0, matched, unread: past?.unread ?? 0 },
      };
      const policies = asked.about.asks.map(({ policy }) => policy);
      if (order.dryRun === true) return { ok: true, writings: [], value: { standing: card, policies } };
      const about = { ...asked.about, expiresAt: Math.min(asked.about.expiresAt, until) };
      const made = requestOf(
        { is: 'wanted', about },
        considered,
        caller,
        found.value.decision,
        place,
        found.value.seal,
        {
          matter: patternDigest(pattern, order.count, until),
          card: { standing: card },
          record: {
            instead: { of: approval, matter: asked.sent, person, operator: operator.id, reason },
            standing: { ...pattern, count: order.count, until },
          },
        },
      );
      if (made === undefined) return impossible('it cannot be asked about');
      return { ok: true, writings: [made.writing], value: { ...made.pending, standing: card, policies } };
    },
  );
}

/** @returns what stands against it, in words */
function whyNot(
  { entry, asked, considered }: Recalled,
  candidate: Candidate,
  pattern: Pattern,
  { pseudonym }: Pick<Road, 'pseudonym'>,
): string | undefined {
  for (const { policy } of asked.about.why) {
    const said = policy.remedy?.kind === 'step_up' ? policy.remedy.standing : 'no';
    if (said === 'no') return `\`${policy.id}\` is approved call by call: it says \`@standing("no")\``;
    if (said === undefined && !entry.reversible && !onlyLooks(entry, considered))
      return `what \`${entry.target}\` does cannot be undone, and \`${policy.id}\` does not say \`@standing("yes")\``;
  }
  if (!isWithoutDoubt(asked.about.origin))
    return 'a value of this call is in doubt: such a one is looked at each time';
  if (!isTold(pattern.labels))
    return 'of what the task reads or these calls bring nobody can tell where it is from: more of it would not show';
  const unfit = pattern.free.find(
    ({ argument, must }) =>
      !meets(must, Object.hasOwn(candidate.seen, argument) ? candidate.seen[argument] : undefined),
  );
  if (unfit !== undefined)
    return `the call itself does not fit: ${freeInWords(unfit)}, and policy sees no such value in it`;
  return fits(pattern, candidate, pseudonym) ? undefined : 'the call itself does not fit the pattern';
}

/** There is nothing to undo. */
function onlyLooks({ class: of }: CatalogueEntry, { program }: Considered): boolean {
  const observes = (one: CatalogueEntry['class']): boolean =>
    (classes[one] as readonly string[]).every((group) => group === 'observe');
  return observes(of) && (program === undefined || program.classes.every(observes));
}

/** By its arguments: what else was as it is now is not asked of the past. */
function couldFit(
  road: Pick<Road, 'published'>,
  entry: CatalogueEntry,
  args: JsonObject,
  like: JsonObject,
  free: readonly Free[],
): boolean {
  const shape = road.published().shapes.get(entry.action);
  const seen = shape === undefined ? undefined : cedarArgs(args, shape);
  const fixed = (all: JsonObject): string =>
    canonicalJson(
      Object.fromEntries(Object.entries(all).filter(([name]) => !free.some((one) => one.argument === name))),
    );
  return (
    seen?.ok === true &&
    fixed(args) === fixed(like) &&
    free.every(({ argument, must }) =>
      meets(must, Object.hasOwn(seen.args, argument) ? seen.args[argument] : undefined),
    )
  );
}

function impossible(reason: string) {
  return { ok: false as const, code: 'not_possible' as const, reason };
}
