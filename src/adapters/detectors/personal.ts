// SPDX-License-Identifier: Apache-2.0
/**
 * Personal data that proves itself by a checksum: payment cards, bank accounts, and national numbers with a form of their own.
 * E-mail addresses are found as well.
 *
 * Names, addresses, telephone numbers and numbers without a checksum (that of the United States) are not found.
 *
 * Source: ISO/IEC 7812-1 (cards), ISO 13616 (IBAN); `validator` for each country's sum.
 */
import validator from 'validator';
import type { Finder } from '../../app/ports.ts';
import type { SecretSpan } from '../../core/record/secret.ts';
import { email } from '../../core/result/facts.ts';

interface Kind {
  readonly kind: string;
  /** Bounded, so that each place costs so much and no more. */
  readonly looksSo: RegExp;
  readonly isSo: (text: string) => boolean;
}

const kinds: readonly Kind[] = [
  {
    kind: 'card',
    looksSo: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g,
    isSo: (text) => validator.default.isCreditCard(text),
  },
  {
    kind: 'iban',
    looksSo: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g,
    isSo: (text) => validator.default.isIBAN(text.replaceAll(' ', '')),
  },
  {
    kind: 'national_id',
    looksSo: /(?<![A-Za-z0-9])(?:\d{8}|[XYZ]\d{7})-?[A-Z](?![A-Za-z0-9])/g,
    isSo: (text) => validator.default.isIdentityCard(text.replace('-', ''), 'ES'),
  },
  {
    kind: 'national_id',
    looksSo: /(?<![A-Za-z0-9])\d{6}[-+A]\d{3}[0-9A-Y](?![A-Za-z0-9])/g,
    isSo: (text) => validator.default.isIdentityCard(text, 'FI'),
  },
  {
    kind: 'national_id',
    looksSo: /(?<![A-Za-z0-9])\d{17}[0-9Xx](?![A-Za-z0-9])/g,
    isSo: (text) => validator.default.isIdentityCard(text, 'zh-CN'),
  },
  {
    kind: 'national_id',
    looksSo: /(?<![A-Za-z0-9])\d{4}[ -]\d{4}[ -]\d{4}(?![A-Za-z0-9-])/g,
    isSo: (text) => validator.default.isIdentityCard(text.replaceAll(/[ -]/g, ''), 'IN'),
  },
  {
    kind: 'national_id',
    looksSo:
      /(?<![A-Za-z0-9])[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z](?![A-Za-z0-9])/g,
    isSo: (text) => validator.default.isTaxID(text, 'it-IT'),
  },
  {
    kind: 'national_id',
    looksSo: /(?<![0-9.])\d{3}\.\d{3}\.\d{3}-\d{2}(?![0-9])/g,
    isSo: (text) => validator.default.isTaxID(text, 'pt-BR'),
  },
  {
    kind: 'national_id',
    looksSo: /(?<![0-9-])(?:19|20)?\d{6}[-+]\d{4}(?![0-9-])/g,
    isSo: (text) => validator.default.isTaxID(text, 'sv-SE'),
  },
  {
    kind: email,
    looksSo: /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g,
    isSo: () => true,
  },
];

/** More places to look at than this, and nobody can tell. */
const maxCandidates = 50_000;

export class TooManyCandidates extends Error {
  readonly code = 'too_many_candidates';
}

export function personalFinder(): Finder {
  return {
    kinds: ['card', 'iban', 'national_id'],
    async find(text) {
      const found: SecretSpan[] = [];
      let looked = 0;
      for (const { kind, looksSo, isSo } of kinds) {
        for (const { 0: all, index } of text.matchAll(looksSo)) {
          looked += 1;
          if (looked > maxCandidates) throw new TooManyCandidates();
          const length = kind === 'iban' ? wholeWords(all, isSo) : isSo(all) ? all.length : 0;
          if (length > 0) found.push({ kind, start: index, end: index + length });
        }
      }
      return found;
    },
  };
}

/** What comes after it in capitals is no part of it. */
function wholeWords(text: string, isSo: (text: string) => boolean): number {
  for (let end = text.length; end > 14; end = text.lastIndexOf(' ', end - 1)) {
    if (isSo(text.slice(0, end))) return end;
  }
  return 0;
}
