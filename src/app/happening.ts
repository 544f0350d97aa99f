// SPDX-License-Identifier: Apache-2.0
/**
 * Decisions and observations as events of history: what they are called, and what conditions may look at.
 *
 * Everything is read off the record, so that an event is the same whenever it is made: the class of a call is
 * the one that it had when it was decided, whatever the catalogue says today.
 *
 * Source: docs/temporal.md, "Events"; docs/adr/0021-groups-in-history.md.
 */
import { classes, isActionClass } from '../core/catalogue/taxonomy.ts';
import { recordedAction } from '../core/policy/actions.ts';
import type { DecisionEvent, ObservationEvent } from '../core/record/event.ts';
import type { Kept } from '../core/record/events/decision.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { TemporalEvent } from '../core/temporal/event.ts';
import { hashed, recordOfKept } from '../core/temporal/kept.ts';
import type { ActionName } from '../core/temporal/source.ts';
import { EntityValue, type RecordValue, type TemporalValue } from '../core/temporal/value.ts';

const actionType = 'Action';

/** What a decision is about, before anybody has decided. */
export interface Asking {
  readonly session: string;
  readonly task: string;
  readonly agent: string;
  /** As records name it. */
  readonly action: string;
  /** As policies name it: what is no tool has its class in its name. */
  readonly asked: string;
  readonly class: string;
  /** Absent for what is no tool. */
  readonly tool?: Tool;
  readonly resource: { readonly type: string; readonly id: string };
  readonly kept: Kept;
  readonly at: number;
}

export interface Tool {
  readonly server: string;
  readonly name: string;
}

/** What of a record says what was asked. */
export interface AskedFor extends Pick<DecisionEvent, 'who' | 'kept' | 'at'> {
  readonly request: Pick<
    DecisionEvent['request'],
    'method' | 'server' | 'target' | 'action' | 'class' | 'resource'
  >;
}

/** What of a record says what came of it. */
export type Ending = Pick<ObservationEvent, 'type' | 'at' | 'decision' | 'status' | 'kept'>;

/** @returns undefined for what is no event: what operators do, and what the catalogue does not know */
export function askingOf({ who, request, kept, at }: AskedFor): Asking | undefined {
  if (!('session' in who) || request.action === '') return undefined;
  const { session, agent, task } = who;
  const { action, class: of, resource, server, target } = request;
  return {
    session,
    agent,
    task,
    action,
    asked: recordedAction(request),
    class: of,
    ...(request.method === 'tools/call' ? { tool: { server, name: target } } : {}),
    resource,
    kept: kept ?? {},
    at,
  };
}

/**
 * An event whose fields are made when a condition looks at them. Most never are: what is kept of them then
 * is what they would be made of.
 */
export class Recorded implements TemporalEvent {
  readonly actionType = actionType;
  readonly actionId: string;
  readonly groups: readonly ActionName[];
  readonly kind: string;
  readonly at: number;
  declare readonly outputUnknown?: true;
  readonly #fields: () => RecordValue;

  constructor(
    { actionId, groups }: Pick<Recorded, 'actionId' | 'groups'>,
    kind: string,
    at: number,
    fields: () => RecordValue,
  ) {
    this.actionId = actionId;
    this.groups = groups;
    this.kind = kind;
    this.at = at;
    this.#fields = fields;
  }

  get fields(): RecordValue {
    return this.#fields();
  }

  as(kind: string): Recorded {
    return new Recorded(this, kind, this.at, this.#fields);
  }

  ended(kind: string, at: number, output: () => RecordValue): TemporalEvent {
    const before = this.#fields;
    return new Recorded(
      this,
      kind,
      at,
      once(() => new Map([...before(), ['output', output()]])),
    );
  }

  endedUnknown(kind: string, at: number): TemporalEvent {
    return Object.assign(new Recorded(this, kind, at, this.#fields), { outputUnknown: true as const });
  }
}

function once(make: () => RecordValue): () => RecordValue {
  let made: RecordValue | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** @param id of the record, where there is one already */
export function requestEvent(asking: Asking, names: Names, id?: string): Recorded {
  const { session, task, agent, action, asked, class: of, tool, resource, kept, at } = asking;
  const fields = () =>
    new Map<string, TemporalValue>([
      ['input', recordOfKept(kept)],
      ['callerPrincipal', new EntityValue('Agent', agent)],
      ['callerResource', new EntityValue(resource.type, resource.id)],
      ['sessionId', names.id(session)],
      ['taskId', new EntityValue('Task', task)],
      ...(tool === undefined ? [] : [['tool', names.tool(tool)] as const]),
      // Nobody asks for the request that is being decided by its id.
      ...(id === undefined ? [] : [['requestId', id] as const]),
    ]);
  const named = { actionId: action, groups: names.groups(action, asked, of) };
  return new Recorded(named, 'request', at, once(fields));
}

export function endsOf(call: Recorded, { status, kept, at }: Ending, names: Names): readonly TemporalEvent[] {
  switch (status) {
    case 'ok':
      return [call.ended('response', at, () => output(kept, names.id(status)))];
    case 'error':
      return [call.ended('error', at, () => output(kept, names.id(status)))];
    case 'withheld':
    case 'ambiguous':
      // It may have ended well or badly: whoever asks for either is told that nobody knows.
      return [call.endedUnknown('response', at), call.endedUnknown('error', at)];
    case 'unreleased':
      return [];
  }
}

function output(kept: Kept | undefined, status: string): RecordValue {
  return new Map<string, TemporalValue>([...recordOfKept(kept ?? {}), ['status', status]]);
}

export interface Names {
  /** An id as the text that it is in a context. */
  id(id: string): string;
  /** What an action of a class is in, and how else it is called. The same list each time. */
  groups(action: string, asked: string, of: string): readonly ActionName[];
  /** A tool as it is in a context. The same record each time. */
  tool(tool: Tool): RecordValue;
}

/** Sessions and tasks come again with every event; hashing costs more than remembering. */
const maxNames = 10_000;

export function createNames(pseudonym: Pseudonym): Names {
  const ids = new Map<string, string>();
  const groups = new Map<string, readonly ActionName[]>();
  const tools = new Map<string, RecordValue>();
  const id = (text: string): string => remembered(ids, text, () => hashed(text, pseudonym));
  return {
    id,
    groups(action, asked, of) {
      const also = action === asked ? [] : [asked];
      return remembered(groups, JSON.stringify([also, of]), () =>
        [...also, of, ...(isActionClass(of) ? classes[of] : [])].map((name) => ({
          type: actionType,
          id: name,
        })),
      );
    },
    tool: ({ server, name }) =>
      remembered(
        tools,
        JSON.stringify([server, name]),
        () =>
          new Map([
            ['server', id(server)],
            ['name', id(name)],
          ]),
      ),
  };
}

function remembered<T>(before: Map<string, T>, key: string, make: () => T): T {
  const found = before.get(key);
  if (found !== undefined) return found;
  if (before.size >= maxNames) before.clear();
  const made = make();
  before.set(key, made);
  return made;
}
