// SPDX-License-Identifier: Apache-2.0
/**
 * Values with a shape: addresses, accounts, links, numbers, days, file names. One canonical form each, so that
 * two spellings of one value are one value.
 */
import { composed, foldText } from './fold-text.ts';

export type Kind = 'email' | 'iban' | 'url' | 'host' | 'phone' | 'number' | 'day' | 'file' | 'text';

export interface Typed {
  readonly kind: Kind;
  /** Canonical: equal for what is the same value. */
  readonly value: string;
}

// Each is bounded, and starts where a word does: whoever writes the text cannot make one try each start anew.
const email =
  /(?<![\p{L}\p{N}])[\p{L}\p{N}][\p{L}\p{N}._%+'-]{0,63}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,10}/u;
const iban = /[A-Z]{2}\d{2}(?: ?[A-Z0-9]){10,30}/;
const url = /\b(?:https?:\/\/|www\.)[^\s<>"'`\])}]{1,2048}/i;
const phone = /\+\d[\d ().-]{6,18}\d/;
const day = /\b\d{4}-\d{2}-\d{2}\b/;
const number =
  /(?<![\p{L}\p{N}_.-])[-+]?(?:\d{1,3}(?:,\d{3}){1,8}|\d{1,30})(?:\.\d{1,30})?(?![\p{L}\p{N}_]|\.\d)/u;
const file =
  /(?<![\p{L}\p{N}_-])[\p{L}\p{N}_][\p{L}\p{N}_-]{0,99}(?:\.[\p{L}\p{N}_-]{1,40}){0,4}\.(?:txt|md|docx?|xlsx?|pptx?|pdf|csv|json|ya?ml|html?|png|jpe?g|gif|svg|zip|tar|gz|log|ts|js|py|sh|sql|ini|cfg|conf|toml|xml|eml|ics)\b/iu;

const linkHint = /:\/\/|www\./i;

/** Each with what a text must have in it to be worth looking through: most have nothing of it. */
const parts: readonly (readonly [Kind, RegExp, RegExp])[] = [
  ['url', url, linkHint],
  ['email', email, /@/],
  ['iban', iban, /[A-Z]{2}\d{2}/],
  ['phone', phone, /\+\d/],
  ['file', file, /\.[a-z]/i],
  ['day', day, /\d-\d/],
  ['number', number, /\d/],
];
const within = parts.map(
  ([kind, shape, hint]) => ({ kind, hint, shape: new RegExp(shape.source, `${shape.flags}g`) }) as const,
);
const wholly = parts.map(
  ([kind, shape, hint]) => ({ kind, hint, shape: new RegExp(`^(?:${shape.source})$`, shape.flags) }) as const,
);

/** No value with a shape is without one of these. */
const anyHint = /[@\d]|:\/\/|www\.|\.[a-z]/i;

/** What the whole text is. Free text is `text`, folded. */
export function typedOf(value: string | number | boolean): Typed {
  if (typeof value === 'number') return { kind: 'number', value: canonicalNumber(String(value)) };
  if (typeof value === 'boolean') return { kind: 'text', value: String(value) };
  const text = composed(value).trim();
  if (text.length <= maxWhole && anyHint.test(text))
    for (const { kind, shape, hint } of wholly)
      if (hint.test(text) && shape.test(text)) return { kind, value: canonical(kind, text) };
  return { kind: 'text', value: foldText(text) };
}

/** No address is longer: RFC 3986 sets no bound, and servers do. */
const maxWhole = 4096;

const listMarks = /^([^\S\n]{0,40}(?:[-*•][^\S\n]{0,8})?)\d{1,3}[.)](?=\s)/gmu;

/** At most this much of one text is looked through; what lies behind it is not found, which is no reason for anything. */
export const maxSearched = 1 << 16;
const maxFound = 2000;

/** Every value with a shape inside of a text. @param only of what is looked for first of all, links, and nothing else */
export function typedWithin(text: string, only?: 'url'): readonly Typed[] {
  const found: Typed[] = [];
  // The numbers of a list are no numbers in it.
  let rest = composed(text.slice(0, maxSearched));
  if (!(only === undefined ? anyHint : linkHint).test(rest)) return found;
  if (/\d[.)]/.test(rest)) rest = rest.replace(listMarks, '$1');
  for (const { kind, shape, hint } of within) {
    if (!hint.test(rest)) continue;
    if (only !== undefined && kind !== only) break;
    rest = rest.replace(shape, (match) => {
      if (found.length < maxFound) found.push({ kind, value: canonical(kind, trimmed(kind, match)) });
      // What was taken as one kind is not read again as another: a number within an account is none. Of a link one
      // part may be an address all the same.
      return kept.has(kind) ? match : ' ';
    });
  }
  return found;
}

const kept: ReadonlySet<Kind> = new Set<Kind>(['url', 'file', 'day']);

const addresses = within.filter(
  ({ kind }) => kind === 'email' || kind === 'url' || kind === 'iban' || kind === 'phone',
);

export function withoutAddresses(text: string): string {
  return addresses.reduce((left, { shape }) => left.replace(shape, ' '), text);
}

const places = [...addresses, ...within.filter(({ kind }) => kind === 'file')];
const path = /(?<![\p{L}\p{N}/])(?:[\p{L}\p{N}_.~-]{0,100}\/){1,20}[\p{L}\p{N}_.~-]{1,100}/gu;

/** Names of places are no words: of `notes/deploy.md` nothing is to be deployed. */
export function withoutPlaces(text: string): string {
  return places
    .reduce((left, { shape }) => left.replace(shape, ' # '), text)
    .replace(path, (match) => (/[._~-]|\/.*\//.test(match) ? ' # ' : match));
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const monthDay =
  /\b(?:(\d{1,2})(?:st|nd|rd|th)?(?: of)? )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: (\d{1,2})(?:st|nd|rd|th)?\b)?/g;

/** Days of the year that are written with the name of a month: `05-15`. English. */
export function namedDays(folded: string): readonly string[] {
  return [...folded.matchAll(monthDay)].flatMap(([, before, month = '', after]) => {
    const day = Number(before ?? after);
    const at = months.indexOf(month) + 1;
    return day >= 1 && day <= 31 ? [`${String(at).padStart(2, '0')}-${String(day).padStart(2, '0')}`] : [];
  });
}

/** Whether a destination, a link or an account can be compared as a whole. */
export function isAddress({ kind }: Typed): boolean {
  return kind === 'email' || kind === 'iban' || kind === 'url' || kind === 'phone';
}

function trimmed(kind: Kind, match: string): string {
  if (kind !== 'url' && kind !== 'email') return match;
  let end = match.length;
  while (end > 0 && '.,;:!?'.includes(match[end - 1] ?? '')) end -= 1;
  return match.slice(0, end);
}

function canonical(kind: Kind, text: string): string {
  switch (kind) {
    case 'email':
      return foldText(text).replace(/[.']+$/, '');
    case 'iban':
      return text.replaceAll(' ', '').toUpperCase();
    case 'phone':
      return text.replace(/[^\d+]/g, '');
    case 'number':
      return canonicalNumber(text);
    case 'url':
      return canonicalUrl(text);
    default:
      return foldText(text);
  }
}

function canonicalNumber(text: string): string {
  const value = Number(text.replaceAll(',', ''));
  return Number.isFinite(value) ? String(Object.is(value, -0) ? 0 : value) : foldText(text);
}

function canonicalUrl(text: string): string {
  const full = /^https?:/i.test(text) ? text : `https://${text}`;
  const parsed = URL.parse(full);
  return parsed === null ? foldText(text) : parsed.href.replace(/\/$/, '');
}
