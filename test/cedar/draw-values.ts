// SPDX-License-Identifier: Apache-2.0
// Draws types of Cedar, values of them as JSON and as policy text, from pools small enough that two
// drawn values are often equal, and around every edge that Cedar has.
import { quoted } from '../../src/core/policy/cedar-type.ts';
import type { Chance } from './chance.ts';

export type Scalar = 'long' | 'string' | 'bool' | 'decimal' | 'ip' | 'datetime' | 'duration';

export type Type =
  | { readonly kind: Scalar }
  | { readonly kind: 'entity'; readonly name: string }
  | { readonly kind: 'set'; readonly of: Type }
  | { readonly kind: 'record'; readonly fields: readonly Field[] };

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly required: boolean;
}

export const entityTypes = ['User', 'Team', 'Doc', 'Acme::Folder'] as const;
export const ids = ['a', 'constructor', 'é "q"'] as const;
export const attributes = [
  ...['amount', 'name', 'owner', 'team', 'tags', 'at', 'net', 'rec', 'flag', 'n'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x y', 'é', ''],
];
export const tagNames = ['env', 'cost', '__proto__', 'é'];

export const longs: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, -1n, -2n, 10n, 100n],
  ...[2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 1n - 2n ** 53n],
  ...[
    3_037_000_499n,
    3_037_000_500n,
    2n ** 62n,
    2n ** 63n - 1n,
    2n ** 63n - 2n,
    -(2n ** 63n),
    1n - 2n ** 63n,
  ],
];
const fewLongs = longs.slice(0, 8);

export const strings = [
  '',
  'a',
  'ab',
  'aab',
  'abcabc',
  'é',
  '💩',
  'a💩b',
  '*',
  'a*b',
  'x\ny',
  '__proto__',
  'toString',
];

const decimals = [
  ...[
    '1.0',
    '1.00',
    '1.5',
    '-0.0',
    '0.0',
    '-0.5',
    '12.3456',
    '922337203685477.5807',
    '-922337203685477.5808',
  ],
  ...['00.10', '2.25'],
];
const badDecimals = [
  '1',
  '1.',
  '.5',
  '1.23456',
  '+1.0',
  '922337203685477.5808',
  '1.0 ',
  '',
  '-',
  '1e1',
  '-922337203685477.5809',
];

const ips = [
  ...[
    '1.2.3.4',
    '1.2.3.4/32',
    '10.0.0.0/8',
    '10.1.2.3',
    '10.0.0.0/24',
    '10.0.0.5/24',
    '127.0.0.1',
    '127.0.0.1/8',
  ],
  ...[
    '127.0.0.1/7',
    '0.0.0.0/0',
    '224.0.0.1',
    '224.0.0.0/4',
    '239.1.1.1/3',
    '255.255.255.255',
    '::1',
    '::',
    '::/0',
  ],
  ...[
    '::1/127',
    '0:0:0:0:0:0:0:1',
    'ff00::/8',
    'FF02::1',
    'ff00::/7',
    'abcd:ef01::/32',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
  ],
  ...['abcd:ef01:2::5', '1:2:3:4:5:6:7:8/128'],
];
const badIps = [
  ...[
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4/33',
    '1.2.3.4/08',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '/8',
  ],
  ...[
    '::ffff:1.2.3.4',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '::1/129',
    '12345::',
    ':::',
    '1:2:3:4:5:6:7:8::',
    '[::1]',
    '::1%1',
    ':1',
    '1:',
  ],
];

const datetimes = [
  ...[
    '1970-01-01',
    '1969-12-31',
    '2024-02-29',
    '0000-01-01',
    '9999-12-31',
    '2000-02-29',
    '1970-01-01T00:00:00Z',
  ],
  ...[
    '1969-12-31T23:59:59.999Z',
    '2024-01-01T12:30:45Z',
    '2024-01-01T12:30:45.678Z',
    '2024-01-01T12:30:45+0130',
  ],
  ...[
    '2024-01-01T12:30:45.678-2359',
    '1970-01-01T01:00:00+0100',
    '9999-12-31T23:59:59.999-2359',
    '0000-01-01T00:00:00+2359',
  ],
];
const badDatetimes = [
  ...[
    '',
    '2024-13-01',
    '2024-02-30',
    '2023-02-29',
    '1900-02-29',
    '2024-1-1',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
  ],
  ...[
    '2024-01-01T00:00:60Z',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00+2400',
    '2024-01-01T00:00:00+0060',
    '2024-01-01T00:00:00.1Z',
  ],
  ...[
    '2024-01-01T00:00:00+00:00',
    '2024-01-01t00:00:00z',
    '-001-01-01',
    '2024-00-01',
    '2024-01-00',
    '24-01-01',
    '2024-01-01Z',
  ],
];

const durations = [
  ...[
    '0ms',
    '1ms',
    '-1ms',
    '1s',
    '1000ms',
    '1m',
    '60s',
    '1h',
    '1d',
    '24h',
    '-1d',
    '1d2h3m4s5ms',
    '-1d1ms',
    '-0d',
  ],
  ...[
    '9223372036854775807ms',
    '-9223372036854775808ms',
    '106751991167d7h12m55s807ms',
    '-106751991167d7h12m55s808ms',
    '999h',
    '86399999ms',
  ],
];
const badDurations = [
  ...[
    '',
    '-',
    '1',
    'ms',
    '1h1d',
    '1d1d',
    '+1d',
    '1 d',
    '9223372036854775808ms',
    '106751991168d',
    '1.5h',
    '1w',
    '-9223372036854775809ms',
  ],
  ...['99999999999999999999d', 'd', '1D'],
];

/** By constructor: texts that it takes, and texts that it does not. */
export const extensions: ReadonlyMap<string, readonly [good: readonly string[], bad: readonly string[]]> =
  new Map([
    ['decimal', [decimals, badDecimals]],
    ['ip', [ips, badIps]],
    ['datetime', [datetimes, badDatetimes]],
    ['duration', [durations, badDurations]],
  ]);

const scalars: readonly Scalar[] = [
  'long',
  'string',
  'bool',
  'long',
  'string',
  'decimal',
  'ip',
  'datetime',
  'duration',
];

export function drawType(chance: Chance, depth: number): Type {
  const roll = chance.upTo(10);
  if (roll < 5 || depth <= 0) return { kind: chance.one(scalars) };
  if (roll < 7) return { kind: 'entity', name: chance.one(entityTypes) };
  if (roll < 9) return { kind: 'set', of: drawType(chance, depth - 1) };
  return { kind: 'record', fields: drawFields(chance, depth - 1, 3) };
}

export function drawFields(chance: Chance, depth: number, count: number): readonly Field[] {
  const fields = new Map<string, Field>();
  for (let i = 0; i < count; i++) {
    const name = chance.one(attributes);
    fields.set(name, { name, type: drawType(chance, depth), required: chance.happens(0.6) });
  }
  return [...fields.values()];
}

/** A bigint is a JSON integer that a double may not hold. */
export type Json = boolean | bigint | string | null | readonly Json[] | { readonly [name: string]: Json };

export function drawJson(chance: Chance, type: Type): Json {
  switch (type.kind) {
    case 'bool':
      return chance.happens(0.5);
    case 'long':
      return drawLong(chance);
    case 'string':
      return chance.one(strings);
    case 'entity':
      return { __entity: drawUid(chance, type.name) };
    case 'set':
      return Array.from({ length: setSize(chance) }, () => drawJson(chance, type.of));
    case 'record':
      return recordJson(chance, type.fields);
    default:
      return { __extn: { fn: type.kind, arg: chance.one(extensions.get(type.kind)?.[0] ?? ['']) } };
  }
}

export function recordJson(chance: Chance, fields: readonly Field[]): { readonly [name: string]: Json } {
  const present = fields.filter(({ required }) => required || chance.happens(0.6));
  return Object.fromEntries(present.map(({ name, type }) => [name, drawJson(chance, type)]));
}

/** The same kinds of values, as a policy has them. Texts of extensions are malformed now and then. */
export function drawLiteral(chance: Chance, type: Type): string {
  switch (type.kind) {
    case 'bool':
      return String(chance.happens(0.5));
    case 'long':
      return String(drawLong(chance));
    case 'string':
      return quoted(chance.one(strings));
    case 'entity':
      return written(drawUid(chance, type.name));
    case 'set':
      return `[${Array.from({ length: setSize(chance) }, () => drawLiteral(chance, type.of)).join(', ')}]`;
    case 'record':
      return `{${type.fields
        .filter(({ required }) => required || chance.happens(0.6))
        .map((field) => `${quoted(field.name)}: ${drawLiteral(chance, field.type)}`)
        .join(', ')}}`;
    default: {
      const [good, bad] = extensions.get(type.kind) ?? [[''], ['']];
      return `${type.kind}(${quoted(chance.one(chance.happens(0.05) ? bad : good))})`;
    }
  }
}

export function drawUid(chance: Chance, type: string): { readonly type: string; readonly id: string } {
  return { type, id: chance.one(ids) };
}

export function written({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}::${quoted(id)}`;
}

function drawLong(chance: Chance): bigint {
  return chance.one(chance.happens(0.7) ? fewLongs : longs);
}

/** Now and then more than are looked at one by one. */
function setSize(chance: Chance): number {
  return chance.happens(0.1) ? 9 + chance.upTo(6) : chance.upTo(4);
}
