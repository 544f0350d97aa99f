// SPDX-License-Identifier: Apache-2.0
/**
 * A server that messages go to, in the test's own process: it verifies signatures by the specification and by nothing of
 * ours, and answers, fails, hangs, redirects or dies as it is told.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly id: string;
  /** Of the attempt. */
  readonly timestamp: string;
  /** Why the signature is none of the secret's; empty where it is one. */
  readonly wrong: string;
  readonly raw: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are read here as any stranger would read them
  readonly body: any;
}

export type Answer = (res: ServerResponse, nth: number) => void;

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly got: readonly Received[];
  /** From now on. */
  answer(how: Answer): void;
  /** Ends connections and takes no more, at the same port later. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export const heard: Answer = (res) => void res.writeHead(204).end();

export async function startReceiver(secret: string): Promise<Receiver> {
  const got: Received[] = [];
  let how: Answer = heard;
  let port = 0;
  const server = createServer((req, res) => {
    receive(req, secret).then(
      (one) => {
        got.push(one);
        how(res, got.length);
      },
      () => res.destroy(),
    );
  });
  const up = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
  };
  const down = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  await up();
  return {
    url: `http://127.0.0.1:${port}`,
    got,
    answer(next) {
      how = next;
    },
    up,
    down,
    [Symbol.asyncDispose]: down,
  };
}

async function receive(req: IncomingMessage, secret: string): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const raw = Buffer.concat(chunks).toString('utf8');
  const header = (name: string) => String(req.headers[name] ?? '');
  return {
    path: req.url ?? '',
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    wrong: whyWrong(header, raw, secret),
    raw,
    body: JSON.parse(raw),
  };
}

/** Standard Webhooks 1.0.0, "Verifying signatures". */
export function whyWrong(
  header: (name: string) => string,
  raw: string,
  secret: string,
  nowMs = Date.now(),
): string {
  const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')];
  if (id === '' || !/^\d+$/.test(timestamp)) return 'headers are missing';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > 300) return 'not of now';
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const want = createHmac('sha256', key).update(`${id}.${timestamp}.${raw}`).digest();
  for (const one of header('webhook-signature').split(' ')) {
    const [version, signature = ''] = one.split(',');
    const has = Buffer.from(signature, 'base64');
    if (version === 'v1' && has.length === want.length && timingSafeEqual(has, want)) return '';
  }
  return 'no signature of this secret';
}
