// SPDX-License-Identifier: Apache-2.0
// DECIDE: one proposal, judged from what is in force, what the state says and the time. No effect of its own;
// run again with the same inputs it gives the same answer, which is what replay rests on.

import { broken } from '../core/approval/break-glass.ts';
import type { Roster } from '../core/approval/roster.ts';
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { fold, type Outcome } from '../core/decision/fold.ts';
import { type Joined, join } from '../core/decision/join.ts';
import type { OpinionFault } from '../core/decision/opinion.ts';
import { lifted, opinionAsk } from '../core/decision/opinion-ask.ts';
import { maxTransforms, transformed } from '../core/decision/transform.ts';
import { type Lift, names, type Obligation, type Transform, type Verdict } from '../core/decision/verdict.ts';
import { holdsOn, sayHold } from '../core/hold/held-by.ts';
import { onlyReads } from '../core/hold/hold.ts';
import type { JsonObject } from '../core/json/value.ts';
import { type Touched, touchedBy } from '../core/label/items.ts';
import { join as joinLabels, type Label } from '../core/label/label.ts';
import { namedBy } from '../core/operand/named.ts';
import { type Named, type Sighting, unseen } from '../core/operand/operand.ts';
import { type Seen, seenOf as seenOfOperands, seenRecord } from '../core/operand/seen.ts';
import { type OriginFacts, unasked } from '../core/origin/facts.ts';
import { staysInside } from '../core/origin/inside.ts';
import { originRecord } from '../core/origin/recorded.ts';
import { askedAction } from '../core/policy/actions.ts';
import { type Described, questionFor } from '../core/policy/context.ts';
import { canaryAction } from '../core/policy/layout.ts';
import type { Question } from '../core/policy/question.ts';
import { type CedarRecord, cedarArgs } from '../core/policy/values.ts';
import type { Finding } from '../core/program/finding.ts';
import {
  type Program,
  programOf,
  programRecord,
  type ReadProgram,
  readsNothing,
  seenOf,
} from '../core/program/of-call.ts';
import type { Fact, Kept, Reserve } from '../core/record/events/decision.ts';
import { projected, projectedObject, withoutSecrets } from '../core/record/secret.ts';
import type { Caller, Proposal } from '../core/request/proposal.ts';
import { type Circumstances, circumstances, type NoStanding } from '../core/session/circumstances.ts';
import { neverSeen, usedBy } from '../core/session/seen.ts';
import { storedIn } from '../core/session/stored.ts';
import { liveAt, type Told } from '../core/signal/heard.ts';
import type { Registry } from '../core/signal/registry.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Admission, scopeAdmits } from '../core/task/admit.ts';
import { type Above, above, lineOf } from '../core/task/lineage.ts';
import { keptOfArguments } from '../core/temporal/kept.ts';
import { type Asked, underApproval } from './approving.ts';
import {
  lettingThrough,
  liftedNow,
  matterOf,
  placeOf,
  type Sent,
  underDeferral,
  type Waiting,
} from './deferring.ts';
import { hear } from './hear.ts';
import type { Past } from './past.ts';
import type { Mentioned, Published } from './ports.ts';
import type { InForce, Road } from './road.ts';
import { type Answers, type Asking, askingAbout, type Counted, opinionFacts } from './second-opinion.ts';

/** Every reason for which the road itself refuses, before or after policy was asked. */
export type RefusalCode =
  | NoStanding
  | 'paused'
  | 'all_stopped'
  | 'quarantined'
  | 'tool_revoked'
  | 'forbidden'
  | 'forbid_errored'
  | 'no_permit'
  | 'pending_approval'
  | 'approval_refused'
  | 'approval_limit'
  | 'deferred'
  | 'deferral_expired'
  | 'deferral_cancelled'
  | 'deferral_limit'
  | 'deferral_gone'
  | 'unknown_target'
  | 'definition_changed'
  | 'invalid_arguments'
  | 'unsupported_arguments'
  | 'outside_scope'
  | 'engine_failed'
  | 'policy_not_here'
  | 'unsettled_transforms'
  | 'budget_exhausted'
  | 'unknown_obligation'
  | 'opa_denied'
  | 'opa_step_up'
  | 'opa_deferred'
  | OpinionFault;

/** Everything that a decision record says of how it was reached. */
export interface Considered {
  readonly outcome: 'allow' | 'deny' | 'modify' | 'step_up' | 'defer';
  readonly code: RefusalCode | 'permitted';
  /** Where policy did not speak: what would be right, for the model. */
  readonly detail?: string;
  readonly entry?: CatalogueEntry;
  readonly who?: Circumstances;
  /** The tasks that the caller's was started under, the nearest first. */
  readonly above?: readonly Above[];
  readonly facts: { readonly [name: string]: Fact };
  readonly resource: { readonly type: string; readonly id: string };
  /** As policy saw them. */
  readonly projection?: JsonObject;
  readonly opaque: boolean;
  /** As they will be forwarded. */
  readonly args: JsonObject;
  /** What history keeps of them. */
  readonly kept?: Kept;
  /** What the agent would use for the first time. */
  readonly first?: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly because: readonly Verdict[];
  readonly lifts: readonly Lift[];
  readonly transforms: readonly Transform[];
  readonly obligations: readonly Obligation[];
  readonly reserves: readonly Reserve[];
  /** What of its store it touches. */
  readonly touched?: Touched;
  /** The label of what was written there. */
  readonly stored?: Label;
  /** What a second decision point was asked about on the way, and said. */
  readonly opinions?: readonly Counted[];
  /** What it names and others can change, as it was found. */
  readonly sighting?: Sighting;
  /** The arguments in the types of policy, without what it cannot see. */
  readonly values?: CedarRecord;
  /** What a call would run, as policy saw it. */
  readonly program?: Program | undefined;
  /** People can lift all that stands against it: the request to them, or what it has to say. */
  readonly asked?: Asked;
  /** Its place among the calls that wait. */
  readonly waiting?: Waiting;
  /** As it was sent: where it waits, it waits as that, whatever people make of it. */
  readonly sent?: Sent;
  /** Nothing is decided yet: this has to be asked about first. */
  readonly unasked?: Asking;
}

/** When, and after what, something is decided. */
export interface Moment {
  readonly at: number;
  readonly past: Pick<Past, 'ask'>;
}

export interface Considering extends Pick<Road, 'pseudonym'> {
  /** It was recorded: the arguments are the projection that was made then, and facts are told nobody. */
  readonly replayed?: boolean;
  /** Where the values of a call come from. Absent: nobody knows. */
  readonly origins?:
    | ((entry: CatalogueEntry, args: JsonObject, program: Finding | undefined) => OriginFacts)
    | undefined;
  /** Reads what a call would run. Absent: nothing is read, and all of it is `unknown`. */
  readonly programs?: ReadProgram | undefined;
  /** It was recorded: what policy saw of its programs then. */
  readonly program?: Program | undefined;
  /** What was found of what a call names. Absent, or undefined: nobody has looked. */
  readonly sightings?: ((named: Named) => Sighting | undefined) | undefined;
  /** It was recorded, or is given: what policy sees of operands. */
  readonly seen?: Seen | undefined;
  /** Absent: policy decides alone. */
  readonly answers?: Answers | undefined;
  /** Who may lift what people can lift. Absent: nobody is asked. */
  readonly roster?: Roster | undefined;
  /** Which signals there are. Absent: none, and the clock is that of UTC. */
  readonly registry?: Registry | undefined;
  /** What signals said then, where no state tells it again. */
  readonly told?: Told | undefined;
  /** The arguments are what a person made of them: people are asked for this as for what it stands in the place of. */
  readonly edit?: { readonly approval?: string; readonly asking: readonly Verdict[] } | undefined;
  /** It was held while it waited: the place that it may take, and no other. */
  readonly resume?: string | undefined;
  /** The call as the agent made it, where this is what people made of it. */
  readonly sent?: Sent | undefined;
  /** What was lifted already, by a record: for who decides again. */
  readonly lifts?: readonly Lift[] | undefined;
}

/** @param understood the obligations that the asking edge can honour, by name */
export function consider(
  road: Considering,
  force: InForce,
  view: View,
  { at, past }: Moment,
  caller: Caller,
  proposal: Proposal,
  understood: ReadonlySet<string>,
): Considered {
  const blank: Considered = {
    outcome: 'deny',
    code: 'unknown_target',
    facts: {},
    resource: { type: '', id: '' },
    opaque: true,
    args: proposal.args,
    verdicts: [],
    because: [],
    lifts: road.lifts ?? [],
    transforms: [],
    obligations: [],
    reserves: [],
  };
  const standing = circumstances(view, caller, at);
  if (!standing.ok) return { ...blank, code: standing.code };
  let facts = road.replayed === true ? blank.facts : standing.facts();
  const known: Considered = { ...blank, who: standing.value, above: above(view, caller.task), facts };
  if (!isInForce(view, force)) return { ...known, code: 'policy_not_here' };

  const entry = force.catalogue.find(proposal.method, proposal.server, proposal.target);
  const held = heldBack(view, caller, entry);
  // As without standing, it is so in shadow mode as well: a person did this, and no policy.
  if (held !== undefined) return { ...blank, ...held, ...(entry === undefined ? {} : { entry }), facts };
  if (entry === undefined) return { ...known, code: 'unknown_target' };

  let soFar: Considered = { ...known, entry };
  if (entry.pinned !== undefined && (proposal.definition ?? entry.pinned.digest) !== entry.pinned.digest) {
    return { ...soFar, code: 'definition_changed' };
  }
  const { roster } = road;
  /** Forbids that people can lift: what comes after is decided as if they had. */
  const asking: Verdict[] = [...(road.edit?.asking ?? [])];
  /** What the second decision point asks them, of the arguments as they are now. */
  let byOpinion: readonly Verdict[] = [];
  /** As it was sent. */
  let { sent } = road;
  const hearing = { registry: road.registry, told: road.told, replayed: road.replayed };
  // Each transform may bring others of them, and each of them is lifted once.
  for (let round = 0; round <= 3 * maxTransforms + 2; round++) {
    const described = describe(road, force, view, caller.task, entry, proposal, soFar.args);
    if (!described.ok) return { ...soFar, code: described.code, detail: described.message };
    const { touched, stored } = described;
    const kept = keptOfArguments(entry, described.value.args, road.pseudonym);
    const { resource, args } = described.value;
    // Before policy: what the task was never for is asked of nobody, and no transform makes room for it.
    const within = withinScope(view, caller.task, described.value, standing.value);
    if (!within.ok) {
      const { projection, value } = described;
      return {
        ...soFar,
        resource,
        projection,
        opaque: value.opaque,
        kept,
        // A transform came before: what asked for it is not what refuses.
        because: [],
        code: 'outside_scope',
        detail: within.reason,
      };
    }
    const first = neverSeen(
      view.get(facets.seen(caller.agent)),
      usedBy(entry, resource, args, road.pseudonym),
    );
    // What runs is what is forwarded, and not its projection.
    const found = programOf(entry, soFar.args, road.programs ?? readsNothing);
    const program = found === undefined ? undefined : (road.program ?? seenOf(found, road.pseudonym));
    const named = namedBy(entry, soFar.args, found, proposal.standsIn);
    const sighting = named === undefined ? undefined : (road.sightings?.(named) ?? unseen(named));
    const seen = road.seen ?? (sighting === undefined ? {} : seenOfOperands(sighting, road.pseudonym));
    const origin =
      road.origins?.(entry, asRead(road, entry, soFar.args, described.projection), found) ?? unasked;
    const mentioned = force.policies.mentions.for(askedAction(entry));
    if (!isRegistryHere(road, view, mentioned)) return { ...soFar, code: 'policy_not_here' };
    const { live, facts: said } = liveAt(hearing, view, mentioned, at);
    const bare = questionFor(described.value, standing.value, first, origin, program, live, seen);
    const heard = hear(road, force.policies.conditions, view, past, {
      entry,
      caller,
      at,
      kept,
      question: bare,
    });
    soFar = {
      ...soFar,
      resource: described.value.resource,
      projection: described.projection,
      opaque: described.value.opaque,
      kept,
      first,
      touched,
      stored,
      ...(sighting === undefined ? {} : { sighting }),
      values: args,
      program,
      facts:
        road.replayed === true
          ? facts
          : {
              ...facts,
              ...heard.facts,
              ...originRecord(origin, at),
              ...recorded(program, at),
              ...seenRecord(seen, at),
              ...said,
            },
    };
    const judged = judge(
      force,
      heard.question,
      [...soFar.lifts, ...asking.map(liftOf)],
      view.get(facets.halt)?.permits,
    );
    if (!judged.ok) return { ...soFar, code: 'engine_failed' };
    const through =
      roster === undefined ? [] : broken(view, roster, caller, at, judged.verdicts, soFar.lifts);
    const lifts = [...soFar.lifts, ...through];
    let outcome: Joined =
      through.length === 0 ? judged.outcome : fold(judged.verdicts, [...lifts, ...asking.map(liftOf)]);
    soFar = { ...soFar, lifts, verdicts: judged.verdicts, because: outcome.because };
    byOpinion = [];
    sent ??= {
      proposal,
      action: entry.action,
      definition: entry.pinned?.digest ?? null,
      resource,
      projection: described.projection,
    };
    soFar = { ...soFar, sent };
    // What was recorded has had its place then, and its lifts.
    const place = road.replayed === true ? undefined : placeOf(view, caller, sent, road.pseudonym);
    if (outcome.outcome === 'defer') {
      const now = liftedNow(hearing, view, outcome.because, at, place);
      if (road.replayed !== true) soFar = { ...soFar, facts: { ...soFar.facts, ...now.facts } };
      if (now.lifts !== undefined) {
        soFar = { ...soFar, lifts: [...soFar.lifts, ...now.lifts] };
        facts = { ...facts, ...(road.replayed === true ? {} : now.facts) };
        continue;
      }
    }
    if (outcome.outcome === 'step_up' && roster !== undefined) {
      asking.push(...outcome.because);
      continue;
    }
    // What policy denies needs no second opinion: the canary is denied whoever is down.
    if (road.answers !== undefined && outcome.outcome !== 'deny') {
      const { value, projection } = described;
      const document = askingAbout(
        value,
        projection,
        standing.value,
        view,
        caller,
        first,
        origin,
        road.pseudonym,
        program,
        seen,
      );
      const answered = road.answers(document.digest);
      if (answered === undefined) return { ...soFar, unasked: document };
      const counted = { ...answered, asking: document };
      const joined = join(outcome, answered.answer);
      const wanted = opinionAsk(answered.answer, road.pseudonym);
      if (wanted === undefined || joined.outcome !== 'step_up' || joined.code !== 'opa_step_up')
        outcome = joined;
      else if (soFar.lifts.some((lift) => names(lift, wanted)))
        outcome = join(outcome, lifted(answered.answer));
      else if (roster === undefined) outcome = { outcome: 'step_up', because: [wanted] };
      else {
        // Of this document: what was said of the one before a transform is no part of it.
        byOpinion = asking.some((one) => names(liftOf(one), wanted)) ? [] : [wanted];
        outcome = join(outcome, lifted(answered.answer));
      }
      soFar = {
        ...soFar,
        because: outcome.because,
        opinions: [...(soFar.opinions ?? []), counted],
        facts: { ...soFar.facts, ...opinionFacts(counted) },
      };
    }
    switch (outcome.outcome) {
      case 'deny':
        return { ...soFar, code: outcome.code };
      case 'defer':
        if (outcome.code !== undefined || road.replayed === true)
          return { ...soFar, outcome: 'defer', code: outcome.code ?? 'deferred' };
        return underDeferral(
          view,
          at,
          caller,
          soFar,
          place,
          matterOf(caller, sent, road.pseudonym),
          road.resume,
        );
      case 'step_up':
        return { ...soFar, outcome: 'step_up', code: outcome.code ?? 'pending_approval' };
      case 'allow': {
        const obligations = [...outcome.obligations, ...ofScope(view, caller.task)];
        const granted = admitted(view, understood, soFar, obligations);
        // Nobody is asked for what could not be done anyway.
        const asked = [...asking, ...byOpinion];
        const agreed =
          granted.code !== 'permitted' || roster === undefined || asked.length === 0
            ? granted
            : underApproval(
                { roster, pseudonym: road.pseudonym, edit: road.edit },
                force,
                view,
                at,
                caller,
                proposal,
                granted,
                asked,
                origin,
              );
        return lettingThrough(agreed, place, road.resume);
      }
      case 'modify': {
        const fresh = outcome.transforms.filter((t) => !soFar.transforms.some((done) => same(done, t)));
        // A transform that was applied and is asked for again did not satisfy its own policy.
        if (fresh.length === 0) return { ...soFar, code: 'unsettled_transforms' };
        const transforms = [...soFar.transforms, ...fresh];
        if (transforms.length > maxTransforms) return { ...soFar, code: 'unsettled_transforms' };
        soFar = { ...soFar, transforms, args: transformed(soFar.args, fresh) };
      }
    }
  }
  return { ...soFar, code: 'unsettled_transforms' };
}

/** As with policies: a node that has not loaded which signals count decides nothing by them. */
function isRegistryHere(
  { registry, replayed }: Considering,
  view: View,
  { signals, time }: Mentioned,
): boolean {
  if (registry === undefined || replayed === true || (signals.length === 0 && !time)) return true;
  return view.get(facets.signals) === registry.digest;
}

/** Why nothing of this kind begins for now, whatever policy says. The canary is no work: a start proves itself all the same. */
function heldBack(
  view: View,
  caller: Caller,
  entry: CatalogueEntry | undefined,
): Pick<Considered, 'code' | 'detail'> | undefined {
  if (entry?.action === canaryAction) return undefined;
  const holds = holdsOn(view, caller);
  const pause = holds.find(({ kind }) => kind === 'pause');
  if (pause !== undefined)
    return { code: pause.scope === 'all' ? 'all_stopped' : 'paused', detail: sayHold(pause) };
  const tool = entry?.kind === 'tool' ? `${entry.server}/${entry.target}` : undefined;
  if (tool !== undefined && view.get(facets.halt)?.tools.includes(tool) === true)
    return { code: 'tool_revoked' };
  const [quarantine] = holds;
  return quarantine === undefined || entry === undefined || onlyReads(entry.class)
    ? undefined
    : { code: 'quarantined', detail: sayHold(quarantine) };
}

function recorded(program: Program | undefined, at: number): Considered['facts'] {
  return program === undefined ? {} : programRecord(program, at);
}

/**
 * Arguments as what was asked and read is kept: without secrets that show themselves, but with those that only an
 * argument's role tells. Never written.
 */
function asRead(
  { pseudonym, replayed: isRecord }: Considering,
  entry: CatalogueEntry,
  args: JsonObject,
  projection: JsonObject,
): JsonObject {
  const hides = Object.values(entry.args).some(({ role }) => role === 'credential');
  return hides && isRecord !== true ? projectedObject(args, pseudonym) : projection;
}

/** Whether what this node would decide by is what the ledger says is in force. Read by every decision, so that none crosses a publication. */
export function isInForce(view: View, { policies, catalogue }: Published): boolean {
  const policy = view.get(facets.policy);
  return view.get(facets.catalogue) === catalogue.digest && policy === policies.digest;
}

/**
 * Asks the engine and folds.
 *
 * @param revoked texts of permits that count no more; a forbid cannot be taken away so
 * @returns not ok when the engine failed or named a policy nobody published
 */
export function judge(
  force: InForce,
  question: Question,
  lifts: readonly Lift[],
  revoked: readonly string[] = [],
): { ok: true; outcome: Outcome; verdicts: readonly Verdict[] } | { ok: false } {
  const answer = force.policies.evaluate(question);
  if (!answer.ok) return { ok: false };
  const verdicts: Verdict[] = [];
  for (const [kind, ids] of [
    ['satisfied', answer.satisfied],
    ['errored', answer.errored],
  ] as const) {
    for (const id of ids) {
      const policy = force.policies.policies.get(id);
      if (policy === undefined) return { ok: false };
      if (policy.effect === 'permit' && revoked.includes(policy.textDigest)) continue;
      verdicts.push({ policy, kind });
    }
  }
  return { ok: true, outcome: fold(verdicts, lifts), verdicts };
}

/** Its own and of every task above; a task without a scope is held by policy alone. */
function withinScope(view: View, task: string, described: Described, who: Circumstances): Admission {
  for (const one of lineOf(view, task)) {
    const within = withinOne(view, one, described, who);
    if (!within.ok) return within;
  }
  return { ok: true };
}

function withinOne(view: View, task: string, described: Described, who: Circumstances): Admission {
  const scope = view.get(facets.task(task))?.scope;
  if (scope === undefined) return { ok: true };
  const { entry, action, resource, args, label } = described;
  return scopeAdmits(scope, scope.workflow === undefined ? undefined : view.get(facets.workflow(task)), {
    action,
    class: entry.class,
    server: entry.server,
    tool: entry.target,
    args,
    resource: { ...resource, level: (label ?? entry.resource.label).level },
    session: who.session.labels.level,
  });
}

function ofScope(view: View, task: string): readonly Obligation[] {
  return lineOf(view, task).flatMap((one) => {
    const bytes = view.get(facets.task(one))?.scope?.maxResultBytes;
    return bytes === undefined ? [] : [{ name: 'max_result_bytes' as const, bytes }];
  });
}

function describe(
  road: Considering,
  force: InForce,
  view: View,
  task: string,
  entry: CatalogueEntry,
  proposal: Proposal,
  args: JsonObject,
):
  | { ok: true; value: Described; projection: JsonObject; touched: Touched; stored: Label }
  | { ok: false; code: 'invalid_arguments' | 'unsupported_arguments'; message: string } {
  const valid = force.catalogue.validate(entry, args);
  if (!valid.ok) return { ok: false, code: 'invalid_arguments', message: valid.message };
  const projection = road.replayed === true ? args : projected(args, entry.args, road.pseudonym);
  const shape = entry.kind === 'tool' ? force.shapes.get(entry.action) : undefined;
  const values =
    shape === undefined ? { ok: true as const, args: {}, opaque: true } : cedarArgs(projection, shape);
  if (!values.ok) return { ok: false, code: 'unsupported_arguments', message: values.message };
  const touched = touchedBy(entry, projection, road.pseudonym);
  const stored = storedIn(view, task, touched).label;
  return {
    ok: true,
    projection,
    touched,
    stored,
    value: {
      entry,
      action: entry.action,
      resource: { type: entry.resource.type, id: resourceId(road, entry, proposal, projection) },
      args: values.args,
      opaque: values.opaque,
      inside: staysInside(entry, projection),
      label: joinLabels(entry.resource.label, stored),
    },
  };
}

function resourceId(
  road: Pick<Road, 'pseudonym'>,
  entry: CatalogueEntry,
  proposal: Proposal,
  projection: JsonObject,
): string {
  const named = entry.resource.idArgument === undefined ? undefined : projection[entry.resource.idArgument];
  if (typeof named === 'string') return named;
  if (typeof named === 'number') return String(named);
  // By its target, never by an argument that nobody named: the caller chooses those.
  return `${proposal.server}/${withoutSecrets(proposal.target, road.pseudonym)}`;
}

function admitted(
  view: View,
  understood: ReadonlySet<string>,
  soFar: Considered,
  obligations: readonly Obligation[],
): Considered {
  if (obligations.some((obligation) => !understood.has(obligation.name))) {
    return { ...soFar, obligations, code: 'unknown_obligation' };
  }
  const reserves = reservesFor(view, soFar);
  if (reserves === undefined) return { ...soFar, obligations, code: 'budget_exhausted' };
  const outcome = soFar.transforms.length > 0 ? 'modify' : 'allow';
  return { ...soFar, outcome, code: 'permitted', obligations, reserves };
}

// Reserved here, settled at the observation: what is in flight counts as spent.
function reservesFor(view: View, soFar: Considered): readonly Reserve[] | undefined {
  const own = soFar.who?.task.id;
  if (own === undefined) return undefined;
  const reserves: Reserve[] = [];
  // A child spends what those above it have, too: else two children would have it twice.
  for (const task of lineOf(view, own)) {
    for (const { name } of view.get(facets.task(task))?.budgets ?? []) {
      if (name !== 'calls' && name !== `calls:${soFar.entry?.class}`) continue;
      const budget = view.get(facets.budget(task, name));
      if (budget === undefined || budget.reserved + budget.spent + 1 > budget.limit) return undefined;
      reserves.push({ budget: name, units: 1, ...(task === own ? {} : { task }) });
    }
  }
  return reserves;
}

function liftOf({ policy }: Verdict): Lift {
  return { policy: policy.id, textDigest: policy.textDigest };
}

function same(a: Transform, b: Transform): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
