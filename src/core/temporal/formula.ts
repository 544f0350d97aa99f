// SPDX-License-Identifier: Apache-2.0
/**
 * What a temporal condition says, after macros are expanded and pins are appended. Past only, every
 * window bounded. Parsers make it, monitors and the reference interpreter read it.
 *
 * Source: Dogwood's formal specification (guide 08), chapters 2.4 and 3; docs/adr/0012-temporal.md.
 */
import type { TemporalValue } from './value.ts';

/** A closed window: a match exactly `seconds` ago is inside. */
export type WindowSeconds = number;

/** `principal`, `resource.owner`, `context.input.user`: read off the request being decided, at any depth. */
export interface Reference {
  readonly kind: 'reference';
  readonly root: 'principal' | 'resource' | 'context';
  /** Empty for the bare entity; never empty for `context`. */
  readonly path: readonly string[];
}

export type Term =
  | { readonly kind: 'value'; readonly value: TemporalValue }
  | Reference
  | { readonly kind: 'variable'; readonly name: string }
  /** An array some element of which is not a value yet. */
  | { readonly kind: 'array'; readonly items: readonly Term[] }
  /** Present, whatever it is. Only as the pattern of a field. */
  | { readonly kind: 'wildcard' };

/** Only as an operand of a comparison. */
export type Aggregate =
  | { readonly kind: 'count'; readonly binders: readonly Binder[]; readonly where: Formula }
  | {
      readonly kind: 'sum';
      /** One of the binders' names. */
      readonly of: string;
      readonly binders: readonly Binder[];
      readonly where: Formula;
    };

export type Operand = Term | Aggregate;

/** `type` as written: `Long`, `Timepoint`, `Drupe::OAuthUser`. */
export interface Binder {
  readonly name: string;
  readonly type: string;
}

/** One event of one kind of an action, or of any action in a group, with the fields that must match. */
export interface Predicate {
  readonly kind: 'predicate';
  /** Namespaces and `Action`, as in `Drupe::Action`. */
  readonly actionType: string;
  /** The action's or the group's: which events are meant, they say themselves (`namesOf`). */
  readonly actionId: string;
  /** `request`, `response`, `error` or what the event schema declares. */
  readonly event: string;
  readonly fields: readonly { readonly path: readonly string[]; readonly term: Term }[];
}

export type Comparison = '<' | '<=' | '==' | '!=' | '>=' | '>';

export type Formula =
  | Predicate
  /** In the order in which they are written: later ones see what earlier ones bound. */
  | { readonly kind: 'and'; readonly parts: readonly Formula[] }
  | { readonly kind: 'not'; readonly body: Formula }
  | { readonly kind: 'formerly'; readonly within: WindowSeconds; readonly body: Formula }
  | { readonly kind: 'previous'; readonly within: WindowSeconds; readonly body: Formula }
  | {
      readonly kind: 'since';
      readonly within: WindowSeconds;
      readonly left: Formula;
      readonly right: Formula;
    }
  | { readonly kind: 'exists'; readonly binder: Binder; readonly body: Formula }
  /** Binds the timepoint being looked at. */
  | { readonly kind: 'timepoint'; readonly name: string }
  | {
      readonly kind: 'compare';
      readonly op: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    };
