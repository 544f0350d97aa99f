// SPDX-License-Identifier: Apache-2.0
// One event as one line for people: when, whose session, what, how it went, by what.
import type { DecisionEvent, Event, EventOf, ObservationEvent } from '../../core/record/event.ts';
import { hueOf, type Paint, printable, shortId } from './printable.ts';

/** What later lines are told by: an observation names its decision, and people think in tools. */
export interface LineMemory {
  target(decision: string): string | undefined;
  remember(decision: string, target: string): void;
}

const maxRemembered = 10_000;

export function lineMemory(): LineMemory {
  const targets = new Map<string, string>();
  return {
    target: (decision) => targets.get(decision),
    remember(decision, target) {
      const oldest = targets.size >= maxRemembered ? targets.keys().next().value : undefined;
      if (oldest !== undefined) targets.delete(oldest);
      targets.set(decision, target);
    },
  };
}

const widths = { whose: 12, what: 28, outcome: 10 };

export function eventLine(event: Event, memory: LineMemory, paint: Paint): string {
  const { whose, what, outcome, rest } = told(event, memory);
  const cells = [
    paint('dim', new Date(event.at).toISOString()),
    printable(whose).padEnd(widths.whose),
    printable(what).padEnd(widths.what),
    paint(hueOf(outcome), printable(outcome).padEnd(widths.outcome)),
    ...rest.filter((cell) => cell !== '').map(printable),
  ];
  return cells.join('  ').trimEnd();
}

interface Told {
  readonly whose: string;
  readonly what: string;
  readonly outcome: string;
  readonly rest: readonly string[];
}

function told(event: Event, memory: LineMemory): Told {
  switch (event.type) {
    case 'decision':
      return decisionTold(event, memory);
    case 'observation':
      return {
        whose: event.session === undefined ? '' : shortId(event.session),
        what: memory.target(event.decision) ?? 'result',
        outcome: event.status,
        rest: [`${event.tookMs} ms`, event.detail ?? '', resultTold(event), event.decision],
      };
    case 'task.started':
      return plain(event.task.agent, `${event.type} ${event.task.type}`, [
        event.task.id,
        event.task.onBehalfOf === undefined ? '' : `for ${event.task.onBehalfOf}`,
      ]);
    case 'session.started':
      return plain(shortId(event.session), event.type, [`agent ${event.agent}`, event.task, event.session]);
    case 'agent.registered':
      return plain(event.agent, event.type, [`owner ${event.owner}`, event.autonomy]);
    case 'task.ended':
      return plain('', event.type, [event.task, event.reason]);
    case 'prompt.submitted':
      return plain('', event.type, [event.task, `by ${event.author} (${event.channel})`]);
    case 'revoked':
      return plain('', `${event.type} ${event.scope}`, [event.target, event.reason]);
    case 'swept':
      return plain(event.author, event.type, [
        Object.entries(event.filter)
          .filter(([, value]) => value !== 0)
          .map(
            ([name, value]) => `${name}=${typeof value === 'number' ? new Date(value).toISOString() : value}`,
          )
          .join(' '),
        `${event.ended.tasks} tasks, ${event.ended.sessions} sessions, ${event.ended.calls} calls`,
        event.reason,
      ]);
    case 'hold.set':
    case 'hold.lifted':
      return plain(event.author, `${event.type} ${event.hold}`, [
        event.scope === 'all' ? 'everything' : `${event.scope} ${event.target}`,
        event.reason,
      ]);
    case 'session.redecided':
      return {
        whose: shortId(event.session),
        what: event.type,
        outcome: event.outcome,
        rest: [event.by.map(({ policy }) => policy).join(','), event.trigger, event.reason],
      };
    case 'autonomy.set':
      return plain(event.author, event.type, [
        `${event.agent} ${event.level}`,
        event.rule ?? event.reason,
        event.decision ?? '',
      ]);
    case 'revocation.lifted':
      return plain(event.author, event.type, [`${event.scope} ${event.target}`, event.reason]);
    case 'policy.published':
      return plain(event.author ?? '', event.type, [
        event.mode,
        shortDigest(event.policy),
        event.reason ?? '',
      ]);
    case 'candidate.published':
    case 'candidate.withdrawn':
      return plain(event.author, event.type, [shortDigest(event.policy), event.reason]);
    case 'catalogue.published':
      return plain('', event.type, [shortDigest(event.catalogue)]);
    case 'catalogue.accepted':
      return plain('', event.type, [`${event.server}/${event.tool}`, shortDigest(event.definition)]);
    case 'approvers.published':
      return plain(event.author, event.type, [shortDigest(event.approvers), event.reason]);
    case 'passkey.enrolled':
    case 'passkey.removed':
      return plain(event.person, event.type, [event.credential, `by ${event.author}`]);
    case 'person.signed_in':
      return plain(event.person, event.type, [event.way]);
    case 'signals.published':
      return plain(event.author, event.type, [shortDigest(event.signals), event.reason]);
    case 'signal.set':
      return plain(event.source, event.type, [
        `${event.signal} ${event.value}`,
        `for ${event.maxAgeMs / 1000} s`,
        event.reason,
      ]);
    case 'signal.cleared':
      return plain(event.author, event.type, [event.signal, event.reason]);
    case 'approval.requested':
      return {
        whose: shortId(event.session),
        what: event.type,
        outcome: '',
        rest: [
          event.approval,
          event.asks
            .map(({ policy, approvers, quorum }) => `${policy}: ${quorum} of ${approvers.join(', ')}`)
            .join('; '),
          ...insteadTold(event),
          `until ${new Date(event.expiresAt).toISOString()}`,
          event.decision,
        ],
      };
    case 'break_glass.requested':
      return plain(event.person, event.type, [
        event.approval,
        `agent ${event.agent}`,
        event.task,
        `forbids of ${event.group}`,
        `for ${event.forMs / 60_000} min`,
        event.reason,
      ]);
    case 'break_glass.opened':
      return {
        whose: event.agent,
        what: event.type,
        outcome: 'OPEN',
        rest: [
          event.glass,
          event.task,
          `forbids of ${event.group}`,
          `by ${event.people.join(' and ')}`,
          `until ${new Date(event.until).toISOString()}`,
          event.reason,
        ],
      };
    case 'break_glass.closed':
      return plain(event.agent, event.type, [event.glass, event.task, `by ${event.operator}`, event.reason]);
    case 'deferral.requested':
      return {
        whose: shortId(event.session),
        what: event.type,
        outcome: '',
        rest: [
          event.deferral,
          event.waits.map(({ policy, until }) => `${policy}: ${until}`).join('; '),
          `until ${new Date(event.expiresAt).toISOString()}`,
          event.decision,
        ],
      };
    case 'deferral.cancelled':
      return plain(event.author, event.type, [event.deferral, event.reason]);
    case 'approval.decided':
      return {
        whose: event.person,
        what: 'approval.decided',
        outcome: event.verdict === 'approve' ? 'approved' : 'refused',
        rest: [
          event.approval,
          event.policies.join(','),
          event.reason,
          `as ${event.operator}`,
          event.assurance ?? 'socket',
        ],
      };
    case 'approval.expired':
      return { whose: shortId(event.session), what: event.type, outcome: 'expired', rest: [event.approval] };
    case 'review.closed':
      return plain(event.person ?? event.operator, event.type, [event.review, event.reason]);
    case 'label.endorsed':
    case 'label.declassified':
      return plain(event.author, event.type, [
        'task' in event.of ? event.of.task : `${event.of.store} ${event.of.item}`,
        event.reason,
      ]);
    case 'messages.published':
      return plain(event.author, event.type, [
        event.targets.map(({ name, kind, origin }) => `${name} (${kind} ${origin})`).join(', ') || 'nobody',
        event.reason,
      ]);
    case 'message.ended':
      return {
        whose: event.target,
        what: event.type,
        outcome: event.end,
        rest: [event.about, event.of, `${event.attempts} attempts`],
      };
    case 'node.started':
      return plain('', event.type, [event.version, event.mode]);
  }
}

/** Who made it of another request, and how. */
function insteadTold({ instead, edit, standing }: EventOf<'approval.requested'>): readonly string[] {
  if (instead === undefined) return [];
  const how =
    edit !== undefined ? `${edit.changed.join(', ')} changed` : `for the task, ${standing?.count ?? 0} times`;
  return [`${how} by ${instead.person}, instead of ${instead.of}`];
}

/** What policy had done to a result, or why it is kept back. */
function resultTold({ decided }: ObservationEvent): string {
  if (decided === undefined || decided.outcome === 'allow') return '';
  const { outcome, code, transforms, by, shadow } = decided;
  const done = outcome === 'modify' ? transforms.join(',') : `quarantined: ${code}`;
  const whose = by.map(({ policy }) => policy).join(',');
  return [done, whose, shadow === true ? 'let through: shadow mode' : ''].filter(Boolean).join(' ');
}

function decisionTold(event: DecisionEvent, memory: LineMemory): Told {
  const { who, request, outcome, code, shadow, would } = event;
  const what = 'operator' in who ? request.action : `${request.server}/${request.target}`.replace(/^\//, '');
  memory.remember(event.id, what);
  return {
    whose: 'operator' in who ? who.operator : shortId(who.session),
    what,
    outcome,
    rest: [
      code === 'permitted' ? '' : code,
      shadow ? 'let through: shadow mode' : '',
      would?.outcome === undefined || would.outcome === outcome
        ? ''
        : `candidate: ${[would.outcome, ...would.by].join(' ')}`,
      decisive(event).join(','),
      approvedBy(event),
      event.pending === undefined ? '' : `asks: ${event.pending}`,
      event.deferral === undefined ? '' : `waits: ${event.deferral}`,
      'operator' in who ? request.target : '',
      event.id,
    ],
  };
}

/** The approvals that were used up by it. */
function approvedBy({ lifts }: DecisionEvent): string {
  const used = new Set(lifts.flatMap(({ via }) => (via === undefined ? [] : [via])));
  return used.size === 0 ? '' : `approved: ${[...used].join(',')}`;
}

/** The policies that made it so: forbids of a refusal, permits of an allow. */
function decisive({ outcome, verdicts }: DecisionEvent): readonly string[] {
  const effect = outcome === 'allow' ? 'permit' : 'forbid';
  return verdicts.filter((verdict) => verdict.effect === effect).map(({ policy }) => policy);
}

function plain(whose: string, what: string, rest: readonly string[]): Told {
  return { whose, what, outcome: '', rest };
}

function shortDigest(digest: string): string {
  return digest.slice(0, 19);
}
