// SPDX-License-Identifier: Apache-2.0
// As much of a browser as a desk sees: cookies, origins, forms. And it sends whatever a test wants instead.
import { request } from 'node:http';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { SoftPasskey } from './authenticator.fixture.ts';

export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Pairs where a name is there more than once. */
export type Fields = Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[];

const pairsOf = (fields: Fields): readonly (readonly [string, string])[] =>
  Array.isArray(fields) ? fields : Object.entries(fields);

export interface Browser {
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  /** Of the last page, and with its token. */
  post(path: string, fields?: Fields, headers?: Readonly<Record<string, string>>): Promise<Page>;
  /** Asks what to sign, signs it, and sends the form. */
  sign(path: string, options: string, passkey: SoftPasskey, fields?: Fields): Promise<Page>;
  /** The token of the last page. */
  token(): string;
}

/** @param port where it listens @param origin what its URL says */
export function browser(port: number, origin: string): Browser {
  const cookies = new Map<string, string>();
  let token = '';

  function send(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Page> {
    return new Promise((resolve, reject) => {
      const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const req = request(
        {
          ...{ host: '127.0.0.1', port, method, path, agent: false },
          headers: {
            host: new URL(origin).host,
            ...(jar === '' ? {} : { cookie: jar }),
            ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', origin }),
            ...headers,
          },
        },
        async (res) => {
          const chunks: Buffer[] = [];
          for await (const chunk of res) chunks.push(chunk);
          for (const line of res.headers['set-cookie'] ?? []) {
            const [pair = ''] = line.split(';');
            const at = pair.indexOf('=');
            if (/Max-Age=0/.test(line)) cookies.delete(pair.slice(0, at));
            else cookies.set(pair.slice(0, at), pair.slice(at + 1));
          }
          const text = Buffer.concat(chunks).toString('utf8');
          token = /name="token" value="([^"]*)"/.exec(text)?.[1] ?? token;
          resolve({ status: res.statusCode ?? 0, text, headers: res.headers });
        },
      );
      req.once('error', reject);
      req.end(body);
    });
  }

  const made: Browser = {
    cookies,
    token: () => token,
    get: (path, headers = {}) => send('GET', path, undefined, headers),
    post: (path, fields = {}, headers = {}) => send('POST', path, formOf(token, fields), headers),
    async sign(path, options, passkey, fields = {}) {
      const pairs = pairsOf(fields);
      const asked = await made.post(options, pairs);
      const told = JSON.parse(asked.text);
      if (asked.status !== 200) return asked;
      const challenge = Buffer.from(told.challenge, 'base64url');
      const response: JsonObject =
        told.rp === undefined ? passkey.get({ challenge }) : passkey.create({ challenge });
      return made.post(path, [...pairs, ['passkey', JSON.stringify(response)]]);
    },
  };
  return made;
}

/** The token of the page, unless a test says another. */
function formOf(token: string, fields: Fields): string {
  const pairs = pairsOf(fields);
  const form = new URLSearchParams();
  if (!pairs.some(([name]) => name === 'token')) form.append('token', token);
  for (const [name, value] of pairs) form.append(name, value);
  return form.toString();
}
