// SPDX-License-Identifier: Apache-2.0
/**
 * Notifications of upstreams, rebuilt from the members that are known and bounded.
 *
 * What they say is untrusted, and reaches the client while the call still runs: hence few, short, and
 * counted in the record of the call. A notification that is not known is dropped.
 */
import { canonicalJson } from '../../core/json/canonical.ts';
import { integerAt, type JsonObject, numberAt, own, stringAt } from '../../core/json/value.ts';
import { type LogLevel, logLevel, logLevels } from './era.ts';
import type { GatewayLimits } from './limits.ts';
import { notificationTreatment } from './methods.ts';
import { type Scope, shownUri } from './namespace.ts';
import type { Era } from './upstream/link.ts';

/** How the client wants to hear of them. */
export interface Audience {
  readonly era: Era;
  readonly scope: Scope;
  /** Undefined: log messages are not wanted at all. */
  readonly logLevel: LogLevel | undefined;
}

/** @returns the parameters as they may be passed on, or undefined where nothing may */
export function relayable(
  audience: Audience,
  server: string,
  method: string,
  params: JsonObject,
  maxBytes: number,
): JsonObject | undefined {
  if (notificationTreatment('server', audience.era, method) !== 'relayed') return undefined;
  const rebuilt = rebuild(audience, server, method, params);
  return rebuilt === undefined || canonicalJson(rebuilt).length > maxBytes ? undefined : rebuilt;
}

function rebuild(
  audience: Audience,
  server: string,
  method: string,
  params: JsonObject,
): JsonObject | undefined {
  switch (method) {
    case 'notifications/progress': {
      const progressToken = stringAt(params, 'progressToken') ?? integerAt(params, 'progressToken');
      const progress = numberAt(params, 'progress');
      if (progressToken === undefined || progress === undefined) return undefined;
      const total = numberAt(params, 'total');
      const message = stringAt(params, 'message');
      return {
        progressToken,
        progress,
        ...(total === undefined ? {} : { total }),
        ...(message === undefined ? {} : { message }),
      };
    }
    case 'notifications/message': {
      const level = logLevel(stringAt(params, 'level'));
      const data = own(params, 'data');
      if (level === undefined || data === undefined || !isHeard(level, audience.logLevel)) return undefined;
      const logger = stringAt(params, 'logger');
      return { level, data, ...(logger === undefined ? {} : { logger }) };
    }
    case 'notifications/resources/updated': {
      const uri = stringAt(params, 'uri');
      return uri === undefined ? undefined : { uri: shownUri(audience.scope, server, uri) };
    }
    case 'notifications/elicitation/complete': {
      const elicitationId = stringAt(params, 'elicitationId');
      return elicitationId === undefined ? undefined : { elicitationId };
    }
    default:
      return {};
  }
}

function isHeard(level: LogLevel, wanted: LogLevel | undefined): boolean {
  return wanted !== undefined && logLevels.indexOf(level) >= logLevels.indexOf(wanted);
}

export interface Notices {
  take(method: string, params: JsonObject): void;
  /** Our own words for the record, undefined where there was nothing. */
  summary(): string | undefined;
}

/** Those of one call. */
export function createNotices(
  audience: Audience,
  server: string,
  limits: Pick<GatewayLimits, 'maxNoticesPerCall' | 'maxNoticeBytes'>,
  deliver: (method: string, params: JsonObject) => void,
): Notices {
  let relayed = 0;
  let dropped = 0;
  return {
    take(method, params) {
      const shown =
        relayed < limits.maxNoticesPerCall
          ? relayable(audience, server, method, params, limits.maxNoticeBytes)
          : undefined;
      if (shown === undefined) dropped++;
      else {
        relayed++;
        deliver(method, shown);
      }
    },
    summary: () =>
      relayed + dropped === 0 ? undefined : `notifications: ${relayed} relayed, ${dropped} dropped`,
  };
}
