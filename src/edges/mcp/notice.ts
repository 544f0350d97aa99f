// SPDX-License-Identifier: Apache-2.0
/**
 * Notifications of upstreams, rebuilt from the members that are known and bounded.
 *
 * What they say is untrusted: hence few, short, and counted in the record of the call. It reaches the
 * client while the call still runs only where it adds nothing to what the task has read; text that would
 * waits for the observation, which is what moves the labels. A notification that is not known is dropped.
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
  /** Tells what was kept back. Only once the call is observed, and its result may be shown. */
  tell(): void;
  /** Our own words for the record, undefined where there was nothing. */
  summary(): string | undefined;
}

/**
 * Those of one call.
 *
 * @param mayHear whether text may be heard before the call is observed; if not, progress is told in
 *   numbers only, and what else says something waits
 */
export function createNotices(
  audience: Audience,
  server: string,
  limits: Pick<GatewayLimits, 'maxNoticesPerCall' | 'maxNoticeBytes' | 'maxKeptNoticeBytes'>,
  mayHear: () => boolean,
  deliver: (method: string, params: JsonObject) => void,
): Notices {
  let relayed = 0;
  let dropped = 0;
  const kept: { readonly method: string; readonly params: JsonObject }[] = [];
  let keptBytes = 0;

  function keep(method: string, params: JsonObject): void {
    keptBytes += canonicalJson(params).length;
    if (keptBytes > limits.maxKeptNoticeBytes) dropped++;
    else kept.push({ method, params });
  }

  return {
    take(method, params) {
      const shown =
        relayed + kept.length < limits.maxNoticesPerCall
          ? relayable(audience, server, method, params, limits.maxNoticeBytes)
          : undefined;
      if (shown === undefined) dropped++;
      else if (method === 'notifications/progress') {
        relayed++;
        deliver(method, own(shown, 'message') === undefined || mayHear() ? shown : withoutText(shown));
      } else if (Object.keys(shown).length > 0 && (kept.length > 0 || !mayHear())) keep(method, shown);
      else {
        relayed++;
        deliver(method, shown);
      }
    },
    tell() {
      for (const { method, params } of kept.splice(0)) deliver(method, params);
    },
    summary() {
      if (relayed + dropped + kept.length === 0) return undefined;
      const later = kept.length === 0 ? '' : `, ${kept.length} kept for the result`;
      return `notifications: ${relayed} relayed, ${dropped} dropped${later}`;
    },
  };
}

function withoutText(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'message'));
}
