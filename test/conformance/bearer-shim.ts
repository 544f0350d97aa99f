// SPDX-License-Identifier: Apache-2.0
/**
 * A forwarding shim that adds `Authorization: Bearer ...` to each request, since the conformance client
 * cannot send a token. Everything else goes through as it came, in both directions and as it arrives:
 * header names in their case and order, Host and Origin (the suite forges them), bodies, event streams,
 * and the end of either side.
 *
 * It never reads a message, never buffers one and never retries.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface BearerShim {
  readonly url: string;
  close(): Promise<void>;
}

/** @param target the endpoint to stand in front of; the shim's URL has the same path */
export async function startBearerShim(shim: {
  readonly target: string;
  readonly token: string;
}): Promise<BearerShim> {
  const target = new URL(shim.target);
  // A fresh connection for each request: a pooled one may be closed under a POST that must not be repeated.
  const agent = new Agent({ keepAlive: false });

  function forward(req: IncomingMessage, res: ServerResponse): void {
    const onward = request({
      agent,
      host: target.hostname,
      port: target.port,
      method: req.method,
      path: req.url,
      headers: [...withoutAuthorization(req.rawHeaders), 'Authorization', `Bearer ${shim.token}`],
    });
    onward.on('response', (answer) => {
      res.sendDate = false;
      res.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      res.flushHeaders();
      answer.on('error', () => res.destroy());
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.on('error', () => onward.destroy());
    res.on('close', () => {
      if (!res.writableFinished) onward.destroy();
    });
    req.pipe(onward);
  }

  const server = createServer(forward);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the shim has no port');

  return {
    url: `http://127.0.0.1:${address.port}${target.pathname}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

function withoutAuthorization(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, at) => rawHeaders[at - (at % 2)]?.toLowerCase() !== 'authorization');
}
