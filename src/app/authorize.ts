// SPDX-License-Identifier: Apache-2.0
// The way in: decide, make the decision durable, and only then let the edge act.
// No edge calls the core around this.

import { type Changes, changedNames, withChanges } from '../core/approval/edit.ts';
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { foldVersion } from '../core/decision/fold.ts';
import type { Obligation } from '../core/decision/verdict.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import { type JsonObject, own } from '../core/json/value.ts';
import { join, type Label, otherSources } from '../core/label/label.ts';
import { worstOf } from '../core/label/of-result.ts';
import { namedBy } from '../core/operand/named.ts';
import type { Named, Sighting } from '../core/operand/operand.ts';
import { originFacts, untold } from '../core/origin/facts.ts';
import type { Finding } from '../core/program/finding.ts';
import { programOf, type ReadProgram, readsNothing } from '../core/program/of-call.ts';
import type { BodyOf } from '../core/record/event.ts';
import { payloadRef, type SealedPayload } from '../core/record/payload.ts';
import { type Pseudonym, withoutSecrets } from '../core/record/secret.ts';
import type { Caller, Proposal } from '../core/request/proposal.ts';
import { kindOf } from '../core/session/seen.ts';
import { storedUnder } from '../core/session/stored.ts';
import { facets, type UnitView, type View } from '../core/state/facet.ts';
import { chainOf, transformText } from './approving.ts';
import { type Pending, pendingOf, requestOf } from './asking.ts';
import { loweringOf } from './autonomy.ts';
import { type Would, wouldBe } from './candidate.ts';
import { type Considered, type Considering, consider, type RefusalCode } from './consider.ts';
import { type Deferred, waitRecord } from './deferring.ts';
import type { LiveCall } from './live.ts';
import type { InForce, Road } from './road.ts';
import { type Answered, type Asking, askSecond, maxAsks, opinionContent } from './second-opinion.ts';
import { NotCommitted, type Place, type Writing, type Written } from './sequencer.ts';
import type { Sealer } from './vault.ts';

export type Authorization =
  | {
      readonly outcome: 'allow';
      readonly call: LiveCall;
      /** Canonical JSON of the arguments: the edge forwards exactly this. */
      readonly args: string;
      readonly modified: boolean;
      /** It is not what was asked for: people changed these arguments, and allowed that. The agent is told. */
      readonly edited?: EditedCall;
      readonly obligations: readonly Obligation[];
      readonly policies: readonly string[];
    }
  | Refusal;

/** What people made of a call: values as policy saw them, secrets hidden. Without a value it was left out. */
export interface EditedCall {
  readonly by: string;
  readonly changed: readonly { readonly argument: string; readonly now?: string }[];
}

export interface Refusal {
  readonly outcome: 'deny' | 'step_up' | 'defer';
  readonly code: RefusalCode | UnrecordedCode;
  /** Absent when the refusal itself could not be made durable. */
  readonly decision?: string;
  /** The policies that decided, by id. */
  readonly policies: readonly string[];
  /** One sentence for the model: the policy's own reason, or what would be right. */
  readonly reason?: string;
  /** The request that waits for people. The same call, made again once they said yes, attaches to it. */
  readonly pending?: Pending;
  /** It waits. The same call, made again once that holds, is decided anew. */
  readonly deferred?: Deferred;
}

/** Refusals that may stand in no record, because the store is what failed. */
export type UnrecordedCode = NotCommitted['code'] | 'keys_unavailable' | 'internal';

type DecisionBody = BodyOf<'decision'>;

/**
 * Decides whether `caller` may do `proposal` now. Never throws: whatever fails is a refusal.
 *
 * @param understood obligations that the edge can honour, by name
 * @param resume it was held while it waited: its place, which it may take and no other
 */
export async function authorize(
  road: Road,
  caller: Caller,
  proposal: Proposal,
  understood: ReadonlySet<string>,
  resume?: string,
): Promise<Authorization> {
  const refused = (code: UnrecordedCode): Refusal => ({ outcome: 'deny', code, policies: [] });
  let opened: LiveCall | undefined;
  const forget = (): void => {
    if (opened !== undefined) road.live.close(opened.decision);
    opened = undefined;
  };
  try {
    const seal = await road.vault.sealer(caller.task).catch(() => undefined);
    if (seal === undefined) return refused('keys_unavailable');
    await road.origins.ready(caller.task);
    const answers = new Map<string, Answered>();
    const edits = new Map<string, Changes | 'gone'>();
    const stale = (): Answered => ({ answer: { ok: false, code: 'opa_stale' }, at: road.clock.wallMs() });
    const answerTo = (digest: string) =>
      answers.get(digest) ?? (answers.size >= maxAsks ? stale() : undefined);
    const sightings = createSightings(road);
    const considering = {
      sightings: sightings.of,
      pseudonym: road.pseudonym,
      programs: readOnce(road.programs),
      roster: road.roster?.(),
      registry: road.registry?.(),
      resume,
      answers: road.second === undefined ? undefined : answerTo,
      origins: (entry: CatalogueEntry, args: JsonObject, program: Finding | undefined) => {
        const known = road.origins.of(caller.task);
        return known === undefined ? untold(entry, args, program) : originFacts(known, entry, args, program);
      },
    };
    // Before it stands in the queue: whatever is decided one after another waits for what is done there.
    const look = async (args: JsonObject): Promise<void> => {
      const entry = road.published().catalogue.find(proposal.method, proposal.server, proposal.target);
      if (entry === undefined) return;
      const found = programOf(entry, args, considering.programs);
      await sightings.look(namedBy(entry, args, found, proposal.standsIn));
    };
    await look(proposal.args);
    const attempt = (view: UnitView, place: Place): Written<Authorization | Unasked> => {
      // Decided again: what was opened for the decision before is no call.
      forget();
      const force = road.published();
      const first = consider(considering, force, view, place, caller, proposal, understood);
      let done: Done = { considered: first, proposal };
      if (first.asked?.is === 'edited') {
        const changes = edits.get(first.asked.approval);
        if (changes === undefined)
          return { writings: [], depends: false, result: { unread: first.asked.approval } };
        done = asEdited(first, first.asked, changes, proposal, (edit, next) =>
          consider({ ...considering, edit, sent: first.sent }, force, view, place, caller, next, understood),
        );
      }
      const { considered } = done;
      if (considered.unasked !== undefined)
        return { writings: [], depends: false, result: { unasked: considered.unasked } };
      // What is tried asks nobody, and is told what people have lifted.
      const trying = { ...considering, roster: undefined, resume: undefined, lifts: considered.lifts };
      const would = wouldBe(road, trying, view, place, caller, done.proposal, understood);
      const still = sightings.still(considered.sighting);
      const written = decided(road, force, view, place, caller, done, would, seal, still);
      if (written.result.outcome === 'allow') opened = written.result.call;
      return written;
    };
    for (;;) {
      const answer = await road.sequencer.submit(attempt);
      if ('unread' in answer) {
        const changes = (await road.edits?.(answer.unread).catch(() => undefined)) ?? 'gone';
        if (changes !== 'gone') await look(withChanges(proposal.args, changes));
        edits.set(answer.unread, changes);
        continue;
      }
      if (!('unasked' in answer)) return answer;
      if (road.second === undefined) return refused('internal');
      answers.set(answer.unasked.digest, await askSecond(road.second, road.clock, answer.unasked));
    }
  } catch (error) {
    forget();
    return refused(error instanceof NotCommitted ? error.code : 'internal');
  }
}

/** Looked at before it is decided, and held beside what was decided. */
function createSightings({ operands }: Road) {
  const known = new Map<string, Sighting>();
  const asked = new Map<Sighting, Named>();
  const keyOf = (named: Named) => canonicalJson(named as unknown as JsonObject);
  return {
    async look(named: Named | undefined): Promise<void> {
      if (named === undefined || operands === undefined) return;
      const sighting = await operands.port.look(named, operands.timeoutMs);
      known.set(keyOf(named), sighting);
      asked.set(sighting, named);
    },
    of: (named: Named) => known.get(keyOf(named)),
    /** @returns undefined where there is nothing to look at again */
    still(sighting: Sighting | undefined): (() => Promise<boolean>) | undefined {
      const named = sighting === undefined ? undefined : asked.get(sighting);
      if (sighting === undefined || named === undefined || operands === undefined) return undefined;
      return () => operands.port.still(named, sighting, operands.timeoutMs);
    },
  };
}

/** A call is decided more than once at times, and its text is the same each time. */
function readOnce(read: ReadProgram = readsNothing): ReadProgram {
  const known = new Map<string, Finding>();
  return (kind, text) => {
    const key = `${kind} ${text}`;
    const found = known.get(key) ?? read(kind, text);
    known.set(key, found);
    return found;
  };
}

/** Nothing was decided and nothing written: there is somebody to be asked first, or something to be read. */
type Unasked = { readonly unasked: Asking } | { readonly unread: string };

/** What is decided: what was asked for, or what people made of it. */
interface Done {
  readonly considered: Considered;
  readonly proposal: Proposal;
  readonly edited?: {
    readonly by: string;
    readonly from: JsonObject;
    readonly changed: readonly string[];
  };
}

/**
 * Decides what people made of the call in its place, from the beginning. What does not come to exactly what they were
 * shown is not what they said yes to: then they are asked about the call as it was made.
 */
function asEdited(
  first: Considered,
  { approval, why, otherwise }: Extract<NonNullable<Considered['asked']>, { is: 'edited' }>,
  changes: Changes | 'gone',
  proposal: Proposal,
  again: (edit: NonNullable<Considering['edit']>, proposal: Proposal) => Considered,
): Done {
  if (changes === 'gone') return { considered: otherwise, proposal };
  const next = { ...proposal, args: withChanges(first.args, changes) };
  const considered = again({ approval, asking: why }, next);
  if (considered.asked?.is === 'unfit') return { considered: otherwise, proposal };
  const edited = { by: approval, from: first.projection ?? {}, changed: changedNames(changes) };
  return { considered, proposal: next, edited };
}

function decided(
  road: Road,
  force: InForce,
  view: View,
  place: Place,
  caller: Caller,
  { considered, proposal, edited }: Done,
  would: Would | undefined,
  seal: Sealer,
  still: (() => Promise<boolean>) | undefined,
): Written<Authorization> {
  const { entry } = considered;
  const admitted = considered.outcome === 'allow' || considered.outcome === 'modify';
  // Shadow records what would have been and stops nothing, but for the canary and for who has no standing.
  const shadowed =
    force.mode === 'shadow' && considered.who !== undefined && entry?.action !== 'countersign.canary';
  const released = entry !== undefined && (admitted || shadowed);

  const id = place.id('d');
  const payload =
    considered.projection === undefined ? undefined : seal(canonicalJson(considered.projection));
  const opinion = considered.opinions === undefined ? undefined : seal(opinionContent(considered.opinions));
  const before = edited === undefined ? undefined : seal(canonicalJson(edited.from));
  const event = decisionEvent(road, force, caller, proposal, considered, payload);
  const worst = entry === undefined ? undefined : worstOfCall(entry, considered);
  const { asked } = considered;
  const request =
    asked?.is === 'wanted' && !released ? requestOf(asked, considered, caller, id, place, seal) : undefined;
  const pending = asked?.is === 'open' ? asked : request?.pending;
  const { told: deferred, writing: waiting } = released
    ? nobodyWaits
    : waitRecord(considered.waiting, caller, id, place);
  const deferral = deferralOf(considered, released, admitted) ?? deferred?.deferral;
  const about = asked?.is === 'refused' ? asked.approval : pending?.approval;
  const body: DecisionBody = {
    ...event,
    shadow: released && !admitted,
    ...(about === undefined || released ? {} : { pending: about }),
    ...(deferral === undefined ? {} : { deferral }),
    ...(would === undefined ? {} : { would }),
    ...(opinion === undefined ? {} : { opinion: payloadRef(opinion) }),
    ...(edited === undefined || before === undefined
      ? {}
      : { edited: { by: edited.by, from: payloadRef(before) } }),
    ...firstOf(considered.first ?? [], released),
    ...(released && worst !== undefined
      ? {
          open: {
            reserves: considered.reserves,
            worst,
            releaseWithinMs: road.releaseWithinMs,
            ...storesOf(view, caller.task, considered, worst, id),
          },
        }
      : {}),
  };
  const writings: Writing[] = [
    {
      id,
      stream: `session/${caller.session}`,
      event: body,
      payloads: [payload, opinion, before].filter((one) => one !== undefined),
    },
    ...(request === undefined ? [] : [request.writing]),
    ...(waiting === undefined ? [] : [waiting]),
  ];
  if (!released) {
    const lowering = force.mode === 'shadow' ? [] : loweringOf(view, considered, id, place);
    // A permit may be satisfied and the call refused for something else, a budget: not the permit refused it.
    const against = considered.because.filter((verdict) => verdict.policy.effect === 'forbid');
    const reason =
      peoplesReason(considered) ??
      against[0]?.policy.reason ??
      opinionReason(considered) ??
      considered.detail;
    const outcome =
      considered.outcome === 'step_up' || considered.outcome === 'defer' ? considered.outcome : 'deny';
    return {
      writings: [...writings, ...lowering],
      // A request rests on there being none yet, and on there being room for it; so does a place among those that wait.
      // A level rests on what it was.
      depends:
        request !== undefined ||
        waiting !== undefined ||
        lowering.length > 0 ||
        (considered.code !== 'permitted' && notKnown.has(considered.code)),
      result: {
        outcome,
        code: considered.code === 'permitted' ? 'unknown_target' : considered.code,
        decision: id,
        policies: against.map((verdict) => verdict.policy.id),
        ...(reason === undefined ? {} : { reason }),
        ...(pending === undefined ? {} : { pending: pendingOf(pending, considered) }),
        ...(deferred === undefined ? {} : { deferred }),
      },
    };
  }
  return {
    writings,
    depends: true,
    result: {
      outcome: 'allow',
      call: road.live.open(
        id,
        {
          caller,
          above: considered.above ?? [],
          entry,
          args: considered.projection ?? {},
          resource: considered.resource,
          ...(still === undefined ? {} : { still }),
          permits: considered.because.map(({ policy }) => policy.textDigest),
        },
        place.monotonicMs,
      ),
      args: canonicalJson(considered.args),
      modified: considered.transforms.length > 0 || edited !== undefined,
      ...(edited === undefined ? {} : { edited: editedCall(edited, considered) }),
      obligations: considered.obligations,
      policies: considered.because.map((verdict) => verdict.policy.id),
    },
  };
}

function editedCall(
  { by, changed }: NonNullable<Done['edited']>,
  { projection = {} }: Considered,
): EditedCall {
  return {
    by,
    changed: changed.map((argument) => {
      const now = own(projection, argument);
      return { argument, ...(now === undefined ? {} : { now: canonicalJson(now) }) };
    }),
  };
}

const nobodyWaits = { told: undefined, writing: undefined };

/** The place that is given up, or where it waited in vain. Shadow lets through what waits, and takes no place. */
function deferralOf({ waiting }: Considered, released: boolean, admitted: boolean): string | undefined {
  if (waiting?.is === 'passes') return released && admitted ? waiting.deferral : undefined;
  return waiting?.is === 'ended' ? waiting.deferral : undefined;
}

/** In the words of the person who said no, or of why nobody can be asked. */
function peoplesReason({ code, detail, asked }: Considered): string | undefined {
  return code === 'approval_refused' ||
    code === 'deferral_cancelled' ||
    (code === 'pending_approval' && asked === undefined)
    ? detail
    : undefined;
}

/** Of a call that nobody will have heard the end of. Where it came from stands with whoever wrote it: records are small. */
function worstOfCall(entry: CatalogueEntry, { touched, stored }: Considered): Label {
  if (touched?.reads !== true || stored === undefined) return worstOf(entry);
  const sources = stored.sources.length === 0 ? [] : [otherSources];
  return join(worstOf(entry), { ...stored, sources });
}

/** Where what is sent may stand from now on: only where that is labelled more than it was, which most calls do not do. */
function storesOf(
  view: View,
  task: string,
  { touched, entry }: Considered,
  worst: Label,
  id: string,
): Pick<NonNullable<DecisionBody['open']>, 'stores'> {
  if (touched?.stores !== true || entry === undefined) return {};
  const { store, items } = touched;
  const after = storedUnder(view, task, { store, items }, entry.class, worst, id);
  return after === view.get(facets.stored(store)) ? {} : { stores: { store, items } };
}

/** In the words of the second decision point, where it is the one that refused. */
function opinionReason({ code, opinions }: Considered): string | undefined {
  const answer = opinions?.at(-1)?.answer;
  return code.startsWith('opa_') && answer?.ok === true ? answer.opinion.reasons[0] : undefined;
}

/** What never takes effect is used by nobody: of that only the kinds are told, for who asks why. */
function firstOf(first: readonly string[], released: boolean): Pick<DecisionBody, 'first'> {
  if (first.length === 0) return {};
  return { first: released ? first : [...new Set(first.map(kindOf))] };
}

/** Refused for want of knowledge: what is missing here may have been written elsewhere a moment ago. */
const notKnown: ReadonlySet<RefusalCode> = new Set([
  'unknown_agent',
  'unknown_task',
  'unknown_session',
  'policy_not_here',
]);

function decisionEvent(
  road: Road,
  force: InForce,
  caller: Caller,
  proposal: Proposal,
  considered: Considered,
  payload: SealedPayload | undefined,
): DecisionBody {
  const { entry } = considered;
  return {
    type: 'decision',
    // Member by member: what an edge hands over may carry more than a record has room for.
    who: { agent: caller.agent, task: caller.task, session: caller.session, tokenId: caller.tokenId },
    chain: chainOf(considered, caller),
    request: {
      method: nameOf(proposal.method, road.pseudonym),
      server: nameOf(proposal.server, road.pseudonym),
      target: nameOf(proposal.target, road.pseudonym),
      action: entry?.action ?? '',
      class: entry?.class ?? 'unknown',
      resource: { type: considered.resource.type, id: nameOf(considered.resource.id, road.pseudonym) },
      ...(payload === undefined ? {} : { args: payloadRef(payload) }),
      argsOpaque: considered.opaque,
      ...(entry?.pinned === undefined ? {} : { definition: entry.pinned.digest }),
    },
    versions: {
      policy: force.policies.digest,
      catalogue: force.catalogue.digest,
      fold: foldVersion,
      engine: force.policies.engine,
    },
    facts: considered.facts,
    verdicts: considered.verdicts.map((verdict) => ({
      policy: verdict.policy.id,
      effect: verdict.policy.effect,
      kind: verdict.kind,
      text: verdict.policy.textDigest,
    })),
    lifts: considered.lifts,
    transforms: considered.transforms.map(transformText),
    outcome: considered.outcome,
    code: considered.code,
    ...(considered.detail === undefined ? {} : { detail: nameOf(considered.detail, road.pseudonym) }),
    shadow: false,
    obligations: considered.obligations.map((o) => `${o.name}:${o.bytes}`),
    ...(considered.kept === undefined || Object.keys(considered.kept).length === 0
      ? {}
      : { kept: considered.kept }),
  };
}

/** Bounds what a stranger can write into a record. A secret goes first: cut in two it would not be known for one. */
const maxNameLength = 512;
function nameOf(text: string, pseudonym: Pseudonym): string {
  const name = withoutSecrets(text, pseudonym);
  // Cut between the halves of a character it could not be written at all.
  return name.length <= maxNameLength ? name : `${name.slice(0, maxNameLength).toWellFormed()}...`;
}
