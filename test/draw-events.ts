// SPDX-License-Identifier: Apache-2.0
// Draws the union of all events that a ledger may hold, and histories of them that make sense.
// Every arm is walked: a new event type does not compile until it is drawn here.
import fc from 'fast-check';
import { autonomies } from '../src/core/agent/autonomy.ts';
import { assurances } from '../src/core/approval/assurance.ts';
import { parties } from '../src/core/decision/verdict.ts';
import { holdKinds } from '../src/core/hold/hold.ts';
import { integrities, type Label, levels } from '../src/core/label/label.ts';
import type { BodyOf, Event, EventBody } from '../src/core/record/event.ts';
import { outcomes } from '../src/core/record/events/decision.ts';
import { operatorChannels } from '../src/core/request/proposal.ts';
import { detectors } from '../src/core/result/detector.ts';
import { signs } from '../src/core/result/instructions.ts';
import type { Constraint, Scope } from '../src/core/task/scope.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9._/-]{0,11}$/);
const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 12 }));
const id = fc.oneof(name, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }));
const instant = fc.integer({ min: 0, max: 2 ** 45 });
const digest = fc
  .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
  .map((hex) => `sha256:${hex.join('')}`);
const strings = fc.array(text, { maxLength: 4 });
const sortedNames = fc.uniqueArray(name, { maxLength: 5 }).map((items) => items.sort());
const dictionary = <T>(value: fc.Arbitrary<T>, key: fc.Arbitrary<string> = name) =>
  fc.dictionary(
    key.filter((key) => key !== '__proto__'),
    value,
    { maxKeys: 4, noNullPrototype: true },
  );
const maybe = <K extends string, T>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ [key in K]?: T }> =>
  fc.record({ [key]: value } as { [key in K]: fc.Arbitrary<T> }, { requiredKeys: [] }) as fc.Arbitrary<{
    [key in K]?: T;
  }>;
const together = <A, B>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>): fc.Arbitrary<A & B> =>
  fc.tuple(a, b).map(([left, right]) => ({ ...left, ...right }));

export const labels: fc.Arbitrary<Label> = fc.record(
  {
    level: fc.constantFrom(...levels),
    categories: sortedNames,
    readers: sortedNames,
    integrity: fc.constantFrom(...integrities),
    sources: sortedNames,
  },
  { requiredKeys: ['level', 'categories', 'integrity', 'sources'] },
);

const payloadRef = fc.record({ digest, sizeBytes: fc.nat() });
const person = fc.oneof(id, fc.constantFrom('ana', 'ben'));
const credential = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/), fc.constant('c'.repeat(22)));
const uses = fc.nat({ max: 1000 });
const passkeyUsed = fc.record({ credential, uses, proof: payloadRef });
const would = fc.record(
  { policy: digest, outcome: fc.constantFrom(...outcomes), code: text, by: strings },
  { requiredKeys: ['policy', 'code', 'by'] },
);
const counted = fc.integer({ min: 1, max: 1000 });
const foundOf = fc.record(
  {
    bytes: fc.nat(),
    rows: counted,
    structured: fc.boolean(),
    error: fc.boolean(),
    secrets: counted,
    pii: counted,
    kinds: fc.array(fc.stringMatching(/^[a-z_]{1,20}$/), { maxLength: 3 }),
    emails: counted,
    signs: fc.array(fc.constantFrom(...signs), { maxLength: 3 }),
    invisible: counted,
    images: counted,
    links: counted,
    changedTools: counted,
    unknown: fc.array(fc.constantFrom(...detectors), { maxLength: 3 }),
  },
  { requiredKeys: ['bytes'] },
);
const decided = fc.record(
  {
    outcome: fc.constantFrom(...outcomes),
    code: text,
    policy: text,
    by: fc.array(fc.record({ policy: text, text: digest }), { maxLength: 3 }),
    transforms: strings,
    found: foundOf,
    left: foundOf,
    released: payloadRef,
    shadow: fc.boolean(),
  },
  { requiredKeys: ['outcome', 'code', 'policy', 'by', 'transforms', 'found'] },
);
const budgets = fc
  .uniqueArray(fc.constantFrom('calls', 'calls:send', 'calls:read'), { maxLength: 3 })
  .chain((names) => fc.tuple(...names.map((n) => fc.record({ name: fc.constant(n), limit: fc.nat(9) }))));
const reserves = fc.array(
  fc.record({
    budget: fc.constantFrom('calls', 'calls:send', 'calls:read'),
    units: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 3 },
);
const facts = dictionary(
  fc.record({
    value: fc.oneof(text, fc.integer(), fc.boolean(), strings),
    source: text,
    t: instant,
  }),
  fc.oneof(name, fc.constantFrom('origin', 'opa.outcome', 'opa.bundle', 'opa.entrypoint')),
);

const must: fc.Arbitrary<Constraint> = fc.oneof(
  fc.record({ is: fc.constant('one_of' as const), values: fc.array(name, { minLength: 1, maxLength: 3 }) }),
  fc.record({ is: fc.constant('within_path' as const), prefixes: fc.constant(['/srv/data']) }),
  fc.record({ is: fc.constant('within_host' as const), suffixes: fc.constant(['example.com']) }),
  fc.record({ is: fc.constant('integer' as const), min: fc.integer({ max: 0 }), max: fc.nat() }),
);
const capability = together(
  fc.record({ classes: fc.subarray(['read', 'send'] as const, { minLength: 1 }) }),
  together(
    maybe('args', fc.array(fc.record({ argument: name, must }), { maxLength: 2 })),
    together(maybe('resourceId', must), maybe('sessionAtMost', fc.constantFrom(...levels))),
  ),
);
const workflow = fc.constant({
  start: 'a',
  states: [
    { name: 'a', next: [{ class: 'read', to: 'b' }] },
    {
      name: 'b',
      next: [
        { class: 'read', to: 'b' },
        { class: 'send', to: 'a' },
      ],
    },
  ],
});
const scope: fc.Arbitrary<Scope> = together(
  fc.record({ capabilities: fc.array(capability, { maxLength: 2 }) }),
  together(maybe('workflow', workflow), maybe('maxResultBytes', fc.integer({ min: 1 }))),
);

function labelled(task: fc.Arbitrary<string>) {
  return fc.oneof(
    fc.record({ task }),
    fc.record({ store: fc.constantFrom('disk', 'crm'), item: fc.constantFrom('*', 'File', 'File /a') }),
  );
}

/** Few names, so that drawn events meet each other. */
export interface Names {
  readonly agent: fc.Arbitrary<string>;
  readonly task: fc.Arbitrary<string>;
  readonly session: fc.Arbitrary<string>;
  readonly decision: fc.Arbitrary<string>;
}

const anyNames: Names = { agent: id, task: id, session: id, decision: id };

/** Drawn again and again, so that votes find what they are about. */
const oneCard = `sha256:${'2'.repeat(64)}`;

type Draws = { readonly [T in EventBody['type']]: fc.Arbitrary<BodyOf<T>> };

function draws(names: Names): Draws {
  const type = <T extends string>(value: T) => fc.constant(value);
  const { agent, task, session } = names;
  const deferral = fc.oneof(id, fc.constantFrom('w-1', 'w-2'));
  const signalName = fc.oneof(id, fc.constantFrom('severity', 'dependency.payments'));
  const approval = fc.oneof(id, fc.constantFrom('a-1', 'a-2'));
  const asks = fc.array(
    fc.record({
      policy: fc.constantFrom('p1', 'p2'),
      text: digest,
      approvers: strings,
      quorum: fc.integer({ min: 1, max: 2 }),
      separate: fc.subarray([...parties]),
      eligible: digest,
    }),
    { minLength: 1, maxLength: 2 },
  );
  const caller = fc.record({ agent, task, session, tokenId: id });
  const operator = fc.record({ operator: id, channel: fc.constantFrom(...operatorChannels) });
  const terms = together(
    fc.record({
      id: task,
      type: text,
      agent,
      params: dictionary(text),
      budgets,
      startedAt: instant,
      expiresAt: instant,
      approver: id,
    }),
    together(
      together(maybe('onBehalfOf', id), maybe('purpose', text)),
      together(
        maybe('scope', scope),
        maybe('above', fc.array(fc.record({ task, agent }), { minLength: 1, maxLength: 3 })),
      ),
    ),
  );
  const request = together(
    fc.record({
      method: text,
      server: text,
      target: text,
      action: text,
      class: fc.oneof(text, fc.constantFrom('read', 'send')),
      resource: fc.record({ type: text, id: text }),
      argsOpaque: fc.boolean(),
    }),
    together(maybe('args', payloadRef), maybe('definition', digest)),
  );
  const stores = fc.record({
    store: fc.constantFrom('disk', 'crm'),
    items: fc.uniqueArray(fc.constantFrom('*', 'File', 'File /a', 'File /a/b', 'Ticket 1'), {
      minLength: 1,
      maxLength: 3,
    }),
  });
  const open = together(
    fc.record({ reserves, worst: labels, releaseWithinMs: fc.nat() }),
    maybe('stores', stores),
  );
  const scalar = fc.oneof(
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 64, unit: 'grapheme-ascii' }),
    fc.record({ decimal: fc.constantFrom('1.5', '-0.0001') }),
  );
  const held = fc.oneof(
    ...(['agent', 'task', 'session'] as const).map((scope) =>
      fc.record({ scope: fc.constant(scope), target: names[scope] }),
    ),
    fc.record({ scope: fc.constant('all' as const), target: fc.constant('default') }),
  );
  const hold = fc.record({ hold: fc.constantFrom(...holdKinds), author: id, reason: text });
  const holds = {
    'hold.set': together(
      together(held, hold),
      fc.record({ type: type('hold.set'), calls: fc.constantFrom('finish', 'abort') }),
    ),
    'hold.lifted': together(together(held, hold), fc.record({ type: type('hold.lifted') })),
  };
  const kept = dictionary(fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })));
  return {
    'agent.registered': fc.record({
      type: type('agent.registered'),
      agent,
      owner: id,
      autonomy: fc.constantFrom('supervised', 'semi', 'full'),
      verifiedAt: instant,
    }),
    'task.started': fc.record({ type: type('task.started'), task: terms }),
    'prompt.submitted': fc.record(
      {
        type: type('prompt.submitted'),
        task,
        author: id,
        channel: fc.constantFrom('orchestrator', 'hook', 'operator', 'agent-claimed'),
        text: payloadRef,
        intent: fc.record(
          {
            provider: id,
            model: id,
            question: digest,
            code: fc.constantFrom(
              'read',
              'not_asked',
              'unreachable',
              'timeout',
              'failed',
              'too_large',
              'malformed',
            ),
            proposal: payloadRef,
          },
          { requiredKeys: ['provider', 'model', 'question', 'code'] },
        ),
      },
      { requiredKeys: ['type', 'task', 'author', 'channel', 'text'] },
    ),
    'session.started': fc.record({ type: type('session.started'), session, task, agent, tokenId: id }),
    'task.ended': fc.record({ type: type('task.ended'), task, reason: text }),
    revoked: fc.oneof(
      fc.record(
        {
          type: type('revoked'),
          scope: fc.constantFrom('token', 'tool', 'policy'),
          target: id,
          reason: text,
          text: digest,
        },
        { requiredKeys: ['type', 'scope', 'target', 'reason'] },
      ),
      ...(['agent', 'task', 'session'] as const).map((scope) =>
        fc.record({
          type: type('revoked'),
          scope: fc.constant(scope),
          target: names[scope],
          reason: text,
        }),
      ),
    ),
    swept: fc.record({
      type: type('swept'),
      filter: fc.record(
        { agent, owner: id, onBehalfOf: id, taskType: text, since: instant },
        { requiredKeys: ['since'] },
      ),
      ended: fc.record({ agents: fc.nat(9), tasks: fc.nat(9), sessions: fc.nat(9), calls: fc.nat(9) }),
      author: id,
      reason: text,
    }),
    ...holds,
    'session.redecided': fc.record({
      type: type('session.redecided'),
      session,
      outcome: fc.constantFrom('keep', 'narrow', 'pause', 'end'),
      trigger: text,
      policy: text,
      by: fc.array(fc.record({ policy: text, text: digest }), { maxLength: 2 }),
      reason: text,
    }),
    'autonomy.set': together(
      fc.record({
        type: type('autonomy.set'),
        agent,
        level: fc.constantFrom(...autonomies),
        author: id,
        reason: text,
      }),
      together(maybe('rule', text), maybe('decision', id)),
    ),
    'revocation.lifted': together(
      fc.record({
        type: type('revocation.lifted'),
        scope: fc.constantFrom('tool', 'policy'),
        target: id,
        author: id,
        reason: text,
      }),
      maybe('text', digest),
    ),
    'policy.published': fc.record(
      {
        type: type('policy.published'),
        policy: digest,
        engine: text,
        mode: fc.constantFrom('enforce', 'shadow'),
        sources: payloadRef,
        author: id,
        reason: text,
        undoes: digest,
      },
      { requiredKeys: ['type', 'policy', 'engine', 'mode', 'sources'] },
    ),
    'candidate.published': fc.record({
      type: type('candidate.published'),
      policy: digest,
      engine: text,
      sources: payloadRef,
      author: id,
      reason: text,
    }),
    'candidate.withdrawn': fc.record({
      type: type('candidate.withdrawn'),
      policy: digest,
      author: id,
      reason: text,
    }),
    'catalogue.published': fc.record({
      type: type('catalogue.published'),
      catalogue: digest,
      sources: payloadRef,
    }),
    'catalogue.accepted': fc.record({
      type: type('catalogue.accepted'),
      server: id,
      tool: id,
      definition: digest,
      reason: text,
    }),
    'approvers.published': together(
      fc.record({
        type: type('approvers.published'),
        approvers: digest,
        sources: payloadRef,
        author: id,
        reason: text,
      }),
      maybe('passkey', passkeyUsed),
    ),
    'passkey.enrolled': together(
      fc.record({
        type: type('passkey.enrolled'),
        ...{ person, credential, publicKey: credential, rpId: id, uses },
        name: fc.string({ maxLength: 60 }),
        author: id,
      }),
      maybe('passkey', passkeyUsed),
    ),
    'passkey.removed': together(
      fc.record({ type: type('passkey.removed'), person, credential, author: id, reason: text }),
      maybe('passkey', passkeyUsed),
    ),
    'person.signed_in': together(
      fc.record({ type: type('person.signed_in'), person, way: fc.constantFrom('passkey', 'oidc') }),
      maybe('passkey', fc.record({ credential, uses })),
    ),
    'signals.published': fc.record({
      type: type('signals.published'),
      signals: digest,
      sources: payloadRef,
      author: id,
      reason: text,
    }),
    'signal.set': fc.record({
      type: type('signal.set'),
      signal: signalName,
      value: fc.oneof(text, fc.constantFrom('up', 'down')),
      number: fc.integer(),
      source: id,
      maxAgeMs: fc.integer({ min: 1, max: 60_000 }),
      author: id,
      reason: text,
    }),
    'signal.cleared': fc.record({
      type: type('signal.cleared'),
      signal: signalName,
      author: id,
      reason: text,
    }),
    'approval.requested': together(
      fc.record({
        type: type('approval.requested'),
        approval,
        decision: id,
        agent,
        task,
        session,
        matter: fc.oneof(digest, fc.constant(`sha256:${'1'.repeat(64)}`)),
        card: fc.oneof(payloadRef, fc.constant({ digest: oneCard, sizeBytes: 1 })),
        asks,
        expiresAt: instant,
      }),
      together(
        together(
          maybe('tool', text),
          maybe(
            'instead',
            fc.record({
              of: approval,
              matter: fc.oneof(digest, fc.constant(`sha256:${'1'.repeat(64)}`)),
              person: id,
              operator: id,
              reason: text,
            }),
          ),
        ),
        together(
          maybe('edit', fc.record({ changes: payloadRef, changed: strings })),
          maybe(
            'standing',
            fc.record({
              fixed: digest,
              free: fc.array(fc.record({ argument: name, must }), { maxLength: 2 }),
              labels,
              count: fc.integer({ min: 1, max: 3 }),
              until: instant,
            }),
          ),
        ),
      ),
    ),
    'break_glass.requested': fc.record({
      type: type('break_glass.requested'),
      approval,
      agent,
      task,
      group: name,
      reason: text,
      forMs: counted,
      matter: digest,
      card: fc.oneof(payloadRef, fc.constant({ digest: oneCard, sizeBytes: 1 })),
      asks,
      expiresAt: instant,
      person: id,
      operator: id,
    }),
    'break_glass.opened': fc.record({
      type: type('break_glass.opened'),
      glass: approval,
      agent,
      task,
      group: name,
      reason: text,
      people: fc.array(id, { minLength: 2, maxLength: 3 }),
      until: instant,
    }),
    'break_glass.closed': fc.record({
      type: type('break_glass.closed'),
      glass: approval,
      agent,
      task,
      operator: id,
      reason: text,
    }),
    'approval.decided': together(
      fc.record({
        type: type('approval.decided'),
        approval,
        verdict: fc.constantFrom('approve', 'refuse'),
        person,
        operator: id,
        policies: fc.oneof(strings, fc.constant(['p1']), fc.constant(['p1', 'p2'])),
        binding: digest,
        card: fc.oneof(digest, fc.constant(oneCard)),
        reason: text,
      }),
      together(maybe('assurance', fc.constantFrom(...assurances)), maybe('passkey', passkeyUsed)),
    ),
    'approval.expired': fc.record({ type: type('approval.expired'), approval, session }),
    'review.closed': fc.record(
      {
        type: type('review.closed'),
        review: names.decision,
        last: names.decision,
        person: id,
        operator: id,
        reason: text,
      },
      { requiredKeys: ['type', 'review', 'last', 'operator', 'reason'] },
    ),
    'deferral.requested': fc.record({
      type: type('deferral.requested'),
      deferral,
      decision: id,
      agent,
      task,
      session,
      action: fc.oneof(text, fc.constantFrom('read', 'send')),
      matter: fc.oneof(digest, fc.constant(`sha256:${'1'.repeat(64)}`)),
      waits: fc.array(
        fc.record({
          policy: fc.constantFrom('p1', 'p2'),
          text: digest,
          until: fc.constantFrom('signal:severity=high', 'calendar:changes', 'call:read', 'call:send'),
        }),
        { maxLength: 2 },
      ),
      depth: fc.integer({ min: 1, max: 4 }),
      expiresAt: instant,
    }),
    'deferral.cancelled': fc.record({ type: type('deferral.cancelled'), deferral, author: id, reason: text }),
    decision: together(
      fc.record({
        type: type('decision'),
        who: fc.oneof({ weight: 4, arbitrary: caller }, operator),
        chain: fc.array(id, { maxLength: 3 }),
        request,
        versions: fc.record({ policy: text, catalogue: text, fold: text, engine: text }),
        facts,
        verdicts: fc.array(
          fc.record({
            policy: text,
            effect: fc.constantFrom('permit', 'forbid'),
            kind: fc.constantFrom('satisfied', 'errored'),
            text: digest,
          }),
          { maxLength: 3 },
        ),
        lifts: fc.array(
          fc.record(
            { policy: text, textDigest: digest, via: approval, glass: fc.constant(true as const) },
            { requiredKeys: ['policy', 'textDigest'] },
          ),
          { maxLength: 2 },
        ),
        transforms: strings,
        outcome: fc.constantFrom(...outcomes),
        code: text,
        shadow: fc.boolean(),
        obligations: strings,
      }),
      together(
        together(maybe('open', open), maybe('kept', kept)),
        together(
          together(maybe('first', strings), maybe('would', would)),
          together(
            together(
              together(maybe('detail', text), maybe('pending', approval)),
              maybe('deferral', deferral),
            ),
            together(
              maybe('opinion', payloadRef),
              maybe('edited', fc.record({ by: approval, from: payloadRef })),
            ),
          ),
        ),
      ),
    ),
    observation: together(
      fc.record({
        type: type('observation'),
        decision: names.decision,
        status: fc.constantFrom('ok', 'error', 'withheld', 'ambiguous', 'unreleased'),
        label: labels,
        tookMs: fc.double({ min: 0, max: 1e9, noNaN: true }).map((ms) => ms + 0),
      }),
      together(
        together(
          maybe('stored', fc.record({ by: fc.array(id, { maxLength: 4 }), untrusted: fc.boolean() })),
          together(maybe('session', session), maybe('kept', kept)),
        ),
        together(together(maybe('detail', text), maybe('result', payloadRef)), maybe('decided', decided)),
      ),
    ),
    'label.endorsed': together(
      fc.record({ type: type('label.endorsed'), of: labelled(task), author: id, reason: text }),
      maybe('sources', sortedNames),
    ),
    'label.declassified': together(
      fc.record({ type: type('label.declassified'), of: labelled(task), author: id, reason: text }),
      fc.record(
        {
          level: fc.constantFrom(...levels),
          categories: sortedNames,
          readers: fc.oneof(fc.constant('everyone' as const), sortedNames),
        },
        { requiredKeys: [] },
      ),
    ),
    'messages.published': fc.record({
      type: type('messages.published'),
      targets: fc.array(
        fc.record({
          name: fc.constantFrom('pager', 'team'),
          kind: fc.constantFrom('webhook', 'slack'),
          origin: fc.constant('https://hooks.example.com'),
          address: digest.map((text) => text.slice(-32)),
          events: fc.subarray(['approval.requested', 'approval.decided']),
          shows: fc.constantFrom('deed', 'id'),
        }),
        { maxLength: 2 },
      ),
      author: id,
      reason: text,
    }),
    'message.ended': fc.record(
      {
        type: type('message.ended'),
        target: fc.constantFrom('pager', 'team'),
        of: id,
        about: approval,
        end: fc.constantFrom('delivered', 'refused', 'late'),
        attempts: fc.nat(),
        status: fc.integer({ min: 100, max: 599 }),
        card: digest,
      },
      { requiredKeys: ['type', 'target', 'of', 'about', 'end', 'attempts'] },
    ),
    'node.started': fc.record({
      type: type('node.started'),
      version: text,
      mode: fc.constantFrom('enforce', 'shadow'),
    }),
  };
}

/** Every event type there is, in no order. */
export const eventTypes: readonly EventBody['type'][] = Object.keys(
  draws(anyNames),
) as readonly EventBody['type'][];

export function eventBodies(names: Names = anyNames): fc.Arbitrary<EventBody> {
  return fc.oneof(...Object.values<fc.Arbitrary<EventBody>>(draws(names)));
}

export function eventBodiesOf<T extends EventBody['type']>(
  wanted: T,
  names: Names = anyNames,
): fc.Arbitrary<BodyOf<T>> {
  return draws(names)[wanted];
}

/** Any event with a header, as it would stand in a record. */
export function events(names: Names = anyNames): fc.Arbitrary<Event> {
  const header = fc.record({
    v: fc.constant(1 as const),
    id,
    at: instant,
    node: id,
    tenant: id,
    moves: sortedNames,
    drops: sortedNames,
    reads: dictionary(name),
  });
  return fc.tuple(header, eventBodies(names)).map(([head, body]): Event => ({ ...body, ...head }));
}

/** One event of a history, with the id, the time and the node of its record. */
export interface Step {
  readonly id: string;
  readonly at: number;
  readonly node: string;
  readonly event: EventBody;
}

/**
 * Events about few agents, tasks, sessions and calls, so that most of them find what they speak of.
 * Ids are `r0`, `r1` ...: an observation names the decision of an earlier place, or of none.
 */
export function histories(maxLength = 40): fc.Arbitrary<readonly Step[]> {
  const one = (letter: string) => fc.constantFrom(`${letter}1`, `${letter}2`);
  const names: Names = {
    agent: one('a'),
    task: one('t'),
    session: one('s'),
    decision: fc.nat(maxLength).map((n) => `r${n}`),
  };
  const all = draws(names);
  const likely = fc.oneof(
    { weight: 3, arbitrary: eventBodies(names) },
    { weight: 4, arbitrary: all.decision },
    { weight: 4, arbitrary: all.observation },
  );
  const beginning = fc.tuple(all['agent.registered'], all['task.started'], all['session.started']);
  return fc
    .tuple(beginning, fc.array(fc.tuple(likely, fc.constantFrom('n1', 'n2')), { maxLength }))
    .map(([first, rest]) =>
      [...first.map((event): [EventBody, string] => [event, 'n1']), ...rest].map(([event, node], i) => ({
        id: `r${i}`,
        at: 1_700_000_000_000 + i * 1000,
        node,
        event,
      })),
    );
}
