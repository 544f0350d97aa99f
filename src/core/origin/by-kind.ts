// SPDX-License-Identifier: Apache-2.0
/**
 * A value read as the kind that the catalogue says it is: one canonical form for all spellings of one thing.
 *
 * What is none of its kind has no canonical form, and whoever asks may not take it for safer than it was. Never strips
 * what is not seen: that would make a look-alike into what it looks like.
 *
 * Source: docs/catalogue.md, "Kinds".
 */
import type { Kind } from '../catalogue/kind.ts';
import { hasUnseen } from './fold-text.ts';

const maxLength = 4096;

/** @returns undefined where it is none of that kind */
export function canonicalOf(kind: Kind, value: string): string | undefined {
  const text = value.trim();
  if (text === '' || text.length > maxLength || hasUnseen(value)) return undefined;
  switch (kind) {
    case 'email':
      return /^[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,10}$/u.test(text)
        ? text.toLowerCase()
        : undefined;
    case 'iban':
      return iban(text.replaceAll(' ', '').toUpperCase());
    case 'url':
      return url(text);
    case 'host':
      return host(text.toLowerCase().replace(/\.$/, ''));
    case 'path':
      return path(text);
    case 'phone':
      return /^\+\d[\d ().-]{6,18}\d$/.test(text) ? text.replace(/[^\d+]/g, '') : undefined;
    case 'uuid':
      return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined;
    case 'money':
      return /^-?\d{1,16}$/.test(text) ? text : undefined;
    case 'shell':
    case 'sql':
      // Programs: core/program says what these are.
      return value;
  }
}

/** The remainder of ISO 7064 MOD 97-10, in pieces that a number holds. */
function iban(text: string): string | undefined {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return undefined;
  const digits = `${text.slice(4)}${text.slice(0, 4)}`.replace(/[A-Z]/g, (c) => String(c.charCodeAt(0) - 55));
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1 ? text : undefined;
}

function url(text: string): string | undefined {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  const parsed = /[\s\\]/.test(text) ? null : URL.parse(full);
  // A name before the host is what somebody would read as the host.
  return parsed === null || parsed.username !== '' || parsed.password !== '' ? undefined : parsed.href;
}

function host(text: string): string | undefined {
  const name =
    /^(?=.{1,253}$)[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)*(?::\d{1,5})?$/u;
  return name.test(text) || /^\[[0-9a-f:.]{2,45}\](?::\d{1,5})?$/.test(text) ? text : undefined;
}

/** Where `..` leads behind a link is not in the text. */
function path(text: string): string | undefined {
  if (/(?:^|\/)\.\.(?:\/|$)|\p{Cc}/u.test(text)) return undefined;
  return (
    text
      .replace(/\/{2,}/g, '/')
      .replace(/(?<=^|\/)\.\//g, '')
      .replace(/(?<=.)\/\.?$/, '') || '.'
  );
}
