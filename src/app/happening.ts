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
import type { DecisionEvent, Kept, ObservationEvent } from '../core/record/event.ts';
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

/** @returns undefined for what is no event: what operators do, and what the catalogue does not know */
export function askingOf({ who, request, kept, at }: DecisionEvent): Asking | undefined {
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

/** @param id of the record, where there is one already */
export function requestEvent(asking: Asking, names: Names, id?: string): TemporalEvent {
  const { session, task, agent, action, asked, class: of, tool, resource, kept, at } = asking;
  return {
    actionType,
    actionId: action,
    groups: names.groups(action, asked, of),
    kind: 'request',
    at,
    fields: new Map<string, TemporalValue>([
      ['input', recordOfKept(kept)],
      ['callerPrincipal', new EntityValue('Agent', agent)],
      ['callerResource', new EntityValue(resource.type, resource.id)],
      ['sessionId', names.id(session)],
      ['taskId', new EntityValue('Task', task)],
      ...(tool === undefined ? [] : [['tool', names.tool(tool)] as const]),
      // Nobody asks for the request that is being decided by its id.
      ...(id === undefined ? [] : [['requestId', id] as const]),
    ]),
  };
}

export function endsOf(
  call: TemporalEvent,
  { status, kept, at }: ObservationEvent,
  names: Names,
): readonly TemporalEvent[] {
  const ended = (kind: string, output?: RecordValue): TemporalEvent => ({
    ...call,
    kind,
    at,
    fields: output === undefined ? call.fields : new Map([...call.fields, ['output', output]]),
    ...(output === undefined ? { outputUnknown: true as const } : {}),
  });
  switch (status) {
    case 'ok':
      return [ended('response', output(kept, names.id(status)))];
    case 'error':
      return [ended('error', output(kept, names.id(status)))];
    case 'withheld':
    case 'ambiguous':
      // It may have ended well or badly: whoever asks for either is told that nobody knows.
      return [ended('response'), ended('error')];
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
