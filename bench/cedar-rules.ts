// SPDX-License-Identifier: Apache-2.0
// The policies of bench/cedar.ts, each as Cedar and as the function that somebody would write instead.

/** One request as a hand-written rule takes it: typed, and nothing is checked. */
export interface Asked {
  readonly principal: { readonly id: string };
  readonly resource: { readonly id: string };
  readonly context: Context;
  readonly known: ReadonlyMap<string, Known>;
}

export interface Known {
  readonly attrs: { readonly team: string; readonly level: number };
  readonly teams: ReadonlySet<string>;
}

export interface Context {
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly country: string;
  readonly risk: number;
  readonly approved: boolean;
  readonly channel: string;
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly hour: number;
  readonly labels: readonly string[];
  readonly ticket?: { readonly id: string; readonly severity: number };
  readonly host: string;
  readonly method: string;
  readonly interactive: boolean;
  readonly attempts: number;
  readonly age: number;
  readonly purpose: string;
  readonly region: string;
}

export interface Rule {
  readonly id: string;
  readonly text: string;
  /** The same answers as the policy's: undefined where what it needs is missing or of another type. */
  readonly holds: (asked: Asked) => boolean | undefined;
}

/** @param action what the policy's scope says of the action */
export function ruleOf(at: number, action: string): Rule {
  const id = `policy-${String(at).padStart(5, '0')}`;
  const limit = 10 + ((at * 37) % 90);
  const team = `team-${at % 7}`;
  const scoped = (effect: string, condition: string, principal = 'principal') =>
    `@id("${id}") ${effect}(${principal}, ${action}, resource) when { ${condition} };`;
  switch (at % 8) {
    case 0:
      return {
        id,
        text: scoped('permit', `context.amount < ${limit} && context.currency == "EUR"`),
        holds({ context: { amount, currency } }) {
          if (typeof amount !== 'number') return undefined;
          if (amount >= limit) return false;
          return currency === undefined ? undefined : currency === 'EUR';
        },
      };
    case 1:
      return {
        id,
        text: scoped('permit', `principal.team == resource.team && context.risk <= ${limit}`),
        holds({ principal, resource, context: { risk }, known }) {
          const mine = known.get(principal.id)?.attrs.team;
          const theirs = known.get(resource.id)?.attrs.team;
          if (mine === undefined || theirs === undefined) return undefined;
          if (mine !== theirs) return false;
          return typeof risk === 'number' ? risk <= limit : undefined;
        },
      };
    case 2:
      return {
        id,
        text: scoped('forbid', 'context.approved == false && ["KP", "IR", "SY"].contains(context.country)'),
        holds({ context: { approved, country } }) {
          if (approved === undefined) return undefined;
          if (approved) return false;
          return country === undefined ? undefined : embargoed.has(country);
        },
      };
    case 3:
      return {
        id,
        text: scoped(
          'permit',
          'context.channel == "chat" && context.interactive',
          `principal in Team::"${team}"`,
        ),
        holds({ principal, context: { channel, interactive }, known }) {
          if (known.get(principal.id)?.teams.has(team) !== true) return false;
          if (channel === undefined) return undefined;
          if (channel !== 'chat') return false;
          return typeof interactive === 'boolean' ? interactive : undefined;
        },
      };
    case 4:
      return {
        id,
        text: scoped('forbid', `context.path like "/etc/*" || context.bytes > ${limit * 1000}`),
        holds({ context: { path, bytes } }) {
          if (typeof path !== 'string') return undefined;
          if (path.startsWith('/etc/')) return true;
          return typeof bytes === 'number' ? bytes > limit * 1000 : undefined;
        },
      };
    case 5:
      return {
        id,
        text: scoped(
          'permit',
          `context has ticket && context.ticket.id like "T-*" && context.ticket.severity >= ${limit % 5}`,
        ),
        holds({ context: { ticket } }) {
          if (ticket === undefined) return false;
          if (typeof ticket.id !== 'string') return undefined;
          if (!ticket.id.startsWith('T-')) return false;
          return typeof ticket.severity === 'number' ? ticket.severity >= limit % 5 : undefined;
        },
      };
    case 6:
      return {
        id,
        text: scoped('forbid', `context.labels.contains("secret") && resource.level > ${limit % 4}`),
        holds({ resource, context: { labels }, known }) {
          if (!Array.isArray(labels)) return undefined;
          if (!labels.includes('secret')) return false;
          const level = known.get(resource.id)?.attrs.level;
          return typeof level === 'number' ? level > limit % 4 : undefined;
        },
      };
    default:
      return {
        id,
        text: scoped(
          'permit',
          `context.amount + context.fee * 2 < ${limit} && context.hour >= 8 && context.hour < 18`,
        ),
        holds({ context: { amount, fee, hour } }) {
          if (typeof amount !== 'number' || typeof fee !== 'number') return undefined;
          const sum = amount + fee * 2;
          if (!Number.isSafeInteger(sum)) return undefined;
          if (sum >= limit) return false;
          return typeof hour === 'number' ? hour >= 8 && hour < 18 : undefined;
        },
      };
  }
}

const embargoed: ReadonlySet<string> = new Set(['KP', 'IR', 'SY']);
