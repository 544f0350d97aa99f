// SPDX-License-Identifier: Apache-2.0
/**
 * Every method and notification of MCP, both ways, in both eras, with what the gateway does about it.
 *
 * The only place that knows. What is not named here is denied: a method that a later revision adds
 * stays shut until somebody has said what deciding it means.
 *
 * - `decided`: through the road, before anything leaves
 * - `listed`: answered from what the upstreams declare, less what may not be seen
 * - `local`: answered by the gateway itself; at most a checked value of it reaches an upstream
 * - `relayed`: a notification passed on, rebuilt from the members that are known and bounded
 * - `kept`: a notification that is accepted and goes no further
 * - `denied`: as if it did not exist
 *
 * Source: MCP 2025-11-25 and 2026-07-28, schema.
 */
import type { Era } from './upstream/link.ts';

export type RequestTreatment = 'decided' | 'listed' | 'local' | 'denied';
export type NotificationTreatment = 'relayed' | 'kept' | 'denied';

type Rows<T> = Readonly<Record<string, Readonly<Record<Era, T>>>>;

const requestsOfClients: Rows<RequestTreatment> = {
  initialize: { legacy: 'local', modern: 'denied' },
  'server/discover': { legacy: 'denied', modern: 'local' },
  ping: { legacy: 'local', modern: 'denied' },
  'logging/setLevel': { legacy: 'local', modern: 'denied' },
  'tools/list': { legacy: 'listed', modern: 'listed' },
  'tools/call': { legacy: 'decided', modern: 'decided' },
  'prompts/list': { legacy: 'listed', modern: 'listed' },
  'prompts/get': { legacy: 'decided', modern: 'decided' },
  'resources/list': { legacy: 'listed', modern: 'listed' },
  'resources/templates/list': { legacy: 'listed', modern: 'listed' },
  'resources/read': { legacy: 'decided', modern: 'decided' },
  'resources/subscribe': { legacy: 'decided', modern: 'denied' },
  'resources/unsubscribe': { legacy: 'decided', modern: 'denied' },
  'completion/complete': { legacy: 'decided', modern: 'decided' },
  // Each resource in its filter is decided; the rest of it carries no content.
  'subscriptions/listen': { legacy: 'denied', modern: 'local' },
  // Decided only at one upstream's own endpoint, and only where the catalogue names them.
  'tasks/get': { legacy: 'decided', modern: 'decided' },
  'tasks/result': { legacy: 'decided', modern: 'denied' },
  'tasks/list': { legacy: 'denied', modern: 'denied' },
  'tasks/cancel': { legacy: 'decided', modern: 'decided' },
  'tasks/update': { legacy: 'denied', modern: 'decided' },
};

const requestsOfServers: Rows<RequestTreatment> = {
  ping: { legacy: 'local', modern: 'denied' },
  // In the modern era these three come inside a result; they are decided all the same.
  'sampling/createMessage': { legacy: 'decided', modern: 'decided' },
  'elicitation/create': { legacy: 'decided', modern: 'decided' },
  'roots/list': { legacy: 'decided', modern: 'decided' },
  'tasks/get': { legacy: 'denied', modern: 'denied' },
  'tasks/result': { legacy: 'denied', modern: 'denied' },
  'tasks/list': { legacy: 'denied', modern: 'denied' },
  'tasks/cancel': { legacy: 'denied', modern: 'denied' },
};

const notificationsOfClients: Rows<NotificationTreatment> = {
  'notifications/initialized': { legacy: 'kept', modern: 'denied' },
  // Cancels the call here, which cancels it upstream.
  'notifications/cancelled': { legacy: 'kept', modern: 'kept' },
  // Free text towards an upstream that nobody decided.
  'notifications/progress': { legacy: 'kept', modern: 'denied' },
  'notifications/roots/list_changed': { legacy: 'relayed', modern: 'denied' },
  'notifications/tasks/status': { legacy: 'denied', modern: 'denied' },
};

const notificationsOfServers: Rows<NotificationTreatment> = {
  'notifications/cancelled': { legacy: 'kept', modern: 'kept' },
  'notifications/progress': { legacy: 'relayed', modern: 'relayed' },
  'notifications/message': { legacy: 'relayed', modern: 'relayed' },
  'notifications/tools/list_changed': { legacy: 'relayed', modern: 'relayed' },
  'notifications/prompts/list_changed': { legacy: 'relayed', modern: 'relayed' },
  'notifications/resources/list_changed': { legacy: 'relayed', modern: 'relayed' },
  'notifications/resources/updated': { legacy: 'relayed', modern: 'relayed' },
  'notifications/elicitation/complete': { legacy: 'relayed', modern: 'denied' },
  'notifications/tasks/status': { legacy: 'denied', modern: 'denied' },
  // The gateway acknowledges on its own account.
  'notifications/subscriptions/acknowledged': { legacy: 'denied', modern: 'kept' },
};

export type Sender = 'client' | 'server';

/** @returns what to do about a request; `denied` for every method that nobody has thought about */
export function requestTreatment(from: Sender, era: Era, method: string): RequestTreatment {
  return treatment(from === 'client' ? requestsOfClients : requestsOfServers, era, method) ?? 'denied';
}

export function notificationTreatment(from: Sender, era: Era, method: string): NotificationTreatment {
  const rows = from === 'client' ? notificationsOfClients : notificationsOfServers;
  return treatment(rows, era, method) ?? 'denied';
}

/** Whether the table says something of this method, be it that it is denied. */
export function isNamed(kind: 'request' | 'notification', from: Sender, method: string): boolean {
  const rows =
    kind === 'request'
      ? { client: requestsOfClients, server: requestsOfServers }
      : { client: notificationsOfClients, server: notificationsOfServers };
  return Object.hasOwn(rows[from], method);
}

function treatment<T>(rows: Rows<T>, era: Era, method: string): T | undefined {
  return Object.hasOwn(rows, method) ? rows[method]?.[era] : undefined;
}
