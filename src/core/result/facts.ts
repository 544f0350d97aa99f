// SPDX-License-Identifier: Apache-2.0
/**
 * What was found in a result, as policy is told it: counts, kinds and sizes, never what was found.
 *
 * What a detector could not tell is taken for the worst that it could have said, and its name stands in `unknown`. Facts
 * raise labels and never lower them; they allow and refuse nothing themselves.
 *
 * Source: docs/adr/0024-results.md; docs/policy-reference.md, "Results".
 */

import { canonicalJson } from '../json/canonical.ts';
import type { JsonObject } from '../json/value.ts';
import { join, type Label, nothingRead } from '../label/label.ts';
import type { CedarRecord } from '../policy/values.ts';
import { type SecretSpan, secretKinds, secretsIn } from '../record/secret.ts';
import { dataIn, rowsOf } from './data.ts';
import { type Detector, detectors } from './detector.ts';
import { type Sign, signs, signsIn } from './instructions.ts';
import { countInvisible } from './invisible.ts';
import { countImages, countLinks } from './markdown.ts';
import type { Piece, Sheet } from './sheet.ts';

/** More than this is not counted; what could not be told counts so much. */
export const maxCount = 1000;

export interface ResultFacts {
  /** What came back says that it failed. */
  readonly error: boolean;
  /** Of its canonical form. */
  readonly sizeBytes: number;
  /** Of the longest list at the top of its data. */
  readonly rows: number;
  /** Data with a form: not only text. */
  readonly structured: boolean;
  readonly secrets: number;
  readonly pii: number;
  /** Of the secrets and the personal data: sorted, each once. */
  readonly kinds: readonly string[];
  readonly emails: number;
  readonly signs: readonly Sign[];
  readonly invisible: number;
  readonly images: number;
  readonly links: number;
  /** Of its server, tools that are not declared as they were accepted. */
  readonly changedTools: number;
  /** Detectors that could not tell. */
  readonly unknown: readonly Detector[];
}

/** What finders beside our own said of a sheet; undefined where they could not tell. */
export interface Said {
  readonly secrets: readonly SecretSpan[] | undefined;
  readonly pii: readonly SecretSpan[] | undefined;
}

/** Every kind that they know: with our own, what could not be told may be any of them. */
export interface Kinds {
  readonly secrets: readonly string[];
  readonly pii: readonly string[];
}

/** One thing that was found: it can stand in pieces. */
export interface Mark {
  readonly kind: string;
  readonly pieces: readonly Piece[];
}

export interface Found {
  readonly facts: ResultFacts;
  readonly secrets: readonly Mark[];
  readonly pii: readonly Mark[];
}

export interface About {
  readonly error: boolean;
  readonly changedTools: number;
  /** Names that an agent could be told to call. */
  readonly tools: ReadonlySet<string>;
}

/** E-mail addresses are counted and nothing more: nearly everything has one. */
export const email = 'email';

export function foundIn(
  result: JsonObject,
  sheet: Sheet | undefined,
  said: Said,
  kinds: Kinds,
  about: About,
): Found {
  const data = dataIn(result);
  const plain = {
    error: about.error,
    sizeBytes: Buffer.byteLength(canonicalJson(result)),
    rows: Math.max(0, ...data.map((one) => rowsOf(one) ?? 0)),
    structured: data.length > 0,
    changedTools: Math.min(about.changedTools, maxCount),
  };
  if (sheet === undefined) return { facts: { ...plain, ...worst(kinds) }, secrets: [], pii: [] };
  const secrets = said.secrets && marked(sheet, [...secretsIn(sheet.text), ...said.secrets]);
  const personal = said.pii && marked(sheet, said.pii);
  const pii = personal?.filter(({ kind }) => kind !== email);
  return {
    facts: {
      ...plain,
      secrets: secrets === undefined ? maxCount : Math.min(secrets.length, maxCount),
      pii: pii === undefined ? maxCount : Math.min(pii.length, maxCount),
      kinds: [
        ...new Set([
          ...(secrets?.map(({ kind }) => kind) ?? [...secretKinds, ...kinds.secrets]),
          ...(pii?.map(({ kind }) => kind) ?? kinds.pii),
        ]),
      ].sort(),
      emails: personal === undefined ? maxCount : Math.min(personal.length - (pii?.length ?? 0), maxCount),
      signs: signsIn(sheet.text, about.tools),
      invisible: sum(sheet.texts, countInvisible),
      images: sum(sheet.texts, countImages),
      links: sum(sheet.texts, countLinks),
      unknown: [
        ...(secrets === undefined ? (['secrets'] as const) : []),
        ...(pii === undefined ? (['pii'] as const) : []),
      ],
    },
    secrets: secrets ?? [],
    pii: personal ?? [],
  };
}

function worst(
  kinds: Kinds,
): Omit<ResultFacts, 'error' | 'sizeBytes' | 'rows' | 'structured' | 'changedTools'> {
  return {
    secrets: maxCount,
    pii: maxCount,
    kinds: [...new Set([...secretKinds, ...kinds.secrets, ...kinds.pii])].sort(),
    emails: maxCount,
    signs,
    invisible: maxCount,
    images: maxCount,
    links: maxCount,
    unknown: detectors,
  };
}

function sum(texts: readonly string[], count: (text: string) => number): number {
  return Math.min(
    texts.reduce((all, text) => all + count(text), 0),
    maxCount,
  );
}

/** The same place is one find, however many readings showed it; the longest of them speaks for it. */
function marked(sheet: Sheet, spans: readonly SecretSpan[]): readonly Mark[] {
  const marks = spans
    .map(({ kind, start, end }): Mark => ({ kind, pieces: merged(sheet.pieces(start, end)) }))
    .filter(({ pieces }) => pieces.length > 0)
    .sort((a, b) => lengthOf(b) - lengthOf(a) || (a.kind < b.kind ? -1 : 1));
  const kept: Mark[] = [];
  const taken = new Map<number, Piece[]>();
  for (const mark of marks) {
    const isNew = mark.pieces.some(
      (piece) =>
        !(taken.get(piece.text) ?? []).some((one) => one.start <= piece.start && piece.end <= one.end),
    );
    if (!isNew) continue;
    kept.push(mark);
    if (kept.length === maxMarks) break;
    for (const piece of mark.pieces) taken.get(piece.text)?.push(piece) ?? taken.set(piece.text, [piece]);
  }
  return kept;
}

/** More of them are found when these are gone. */
const maxMarks = 2000;

function merged(pieces: readonly Piece[]): readonly Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (last !== undefined && last.text === piece.text && piece.start <= last.end)
      out[out.length - 1] = {
        ...last,
        start: Math.min(last.start, piece.start),
        end: Math.max(last.end, piece.end),
      };
    else if (piece.start < piece.end) out.push(piece);
  }
  return out;
}

function lengthOf({ pieces }: Mark): number {
  return pieces.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** The label of what holds this. Only ever joined to another. */
export function labelOf(facts: ResultFacts, source: string): Label {
  const stranger = facts.signs.length > 0 || facts.changedTools > 0;
  return join(nothingRead, {
    level: 'public',
    categories: [...(facts.pii > 0 ? ['pii'] : []), ...(facts.secrets > 0 ? ['secret'] : [])],
    integrity: stranger ? 'untrusted' : 'trusted',
    sources: stranger ? [source] : [],
  });
}

/** Its own part of `context.result`. */
export function factsRecord(facts: ResultFacts): CedarRecord {
  const { signs: found, ...rest } = facts;
  return { ...rest, instructions: found.length, signs: found };
}
