// SPDX-License-Identifier: Apache-2.0
// A real OpenID provider in this process, and somebody who signs in there.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly client: string;
  /** Goes where the desk sends, signs in, and says where it is sent back to. */
  signIn(at: URL, as: string): Promise<URL>;
}

/** @param callback of the desk */
export async function openTestIssuer(callback: string): Promise<TestIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = 'countersign';
  // Its types would bring those of a whole web framework.
  const { default: Provider } = await import('oidc-provider' as string);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client,
        redirect_uris: [callback],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'k1' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    pkce: { required: () => true },
  });
  server.on('request', provider.callback());

  async function signIn(at: URL, as: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let next = at;
    let body: string | undefined;
    for (let i = 0; i < 20; i += 1) {
      const answer = await fetch(next, {
        redirect: 'manual',
        headers: {
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const [name = '', value = ''] = pair.split('=');
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      if (location !== null) {
        next = new URL(location, next);
        body = undefined;
        if (next.origin !== issuer) return next;
        continue;
      }
      const text = await answer.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
      const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
      if (prompt === undefined || action === undefined)
        throw new Error(`the issuer says: ${answer.status} ${text.slice(0, 2000)}`);
      next = new URL(action, next);
      body = new URLSearchParams({
        prompt,
        ...(prompt === 'login' ? { login: as, password: 'x' } : {}),
      }).toString();
    }
    throw new Error('the issuer goes round in circles');
  }

  return {
    ...{ issuer, client, signIn },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
