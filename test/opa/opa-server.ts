// SPDX-License-Identifier: Apache-2.0
// A server that answers as OPA's REST API does, over real HTTP: documents by path, `result` left out where one is
// undefined, errors as `{code, message}`. It keeps what it was asked, and can be told to misbehave.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: what was sent is looked at as a stranger would
  readonly input: any;
}

/** What a rule says of an input; undefined: no rule applies; it throws: rules contradict each other. */
// biome-ignore lint/suspicious/noExplicitAny: a rule may look at anything
export type Rule = (input: any) => unknown;

export interface OpaServer extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** How many connections were opened to it. */
  connections(): number;
  decide(rule: Rule): void;
  /** Instead of an answer of OPA. */
  misbehave(how: ((res: ServerResponse, req: IncomingMessage) => void) | undefined): void;
}

/** What a rule says that takes longer than anybody waits. */
export const never = Symbol('never');

const documentPath = '/v1/data/countersign/decision';

export async function openOpaServer(rule: Rule): Promise<OpaServer> {
  let current = rule;
  let odd: ((res: ServerResponse, req: IncomingMessage) => void) | undefined;
  let connections = 0;
  const asked: Asked[] = [];
  const json = (res: ServerResponse, status: number, body: object) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const path = req.url ?? '';
      let input: unknown;
      try {
        input = JSON.parse(Buffer.concat(chunks).toString('utf8')).input;
      } catch {
        return json(res, 400, {
          code: 'invalid_parameter',
          message: 'body contains malformed input document',
        });
      }
      asked.push({ path, headers: req.headers, input });
      if (odd !== undefined) return odd(res, req);
      if (req.method !== 'POST' || !path.startsWith('/v1/data/'))
        return json(res, 405, { code: 'method_not_allowed', message: 'method not allowed' });
      let result: unknown;
      try {
        result = path === documentPath ? current(input) : undefined;
      } catch {
        return json(res, 500, {
          code: 'internal_error',
          message: 'error(s) occurred while evaluating query',
        });
      }
      if (result === never) return undefined;
      const decision_id = `00000000-0000-4000-8000-${String(asked.length).padStart(12, '0')}`;
      return json(res, 200, { decision_id, ...(result === undefined ? {} : { result }) });
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${documentPath}`,
    asked,
    connections: () => connections,
    decide(rule) {
      current = rule;
    },
    misbehave(how) {
      odd = how;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
