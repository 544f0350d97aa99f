// SPDX-License-Identifier: Apache-2.0
/**
 * The thin client's question to the daemon: one request over its local socket, by hand, since `node:http` takes longer
 * to load than the daemon takes to answer.
 *
 * Never throws. What is cut off, late, too long or anything else than one whole answer is a failure with a reason.
 */
import { connect } from 'node:net';

export type Asked =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly reason: string };

const maxReplyBytes = 48 << 20;

/** @param withinMs until the whole answer is here */
export function askDaemon(socketPath: string, path: string, body: Buffer, withinMs: number): Promise<Asked> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (asked: Asked): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(asked);
    };
    const timer = setTimeout(
      () => settle({ ok: false, reason: `its daemon did not answer within ${withinMs} ms` }),
      withinMs,
    );
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle({ ok: false, reason: whyNot(error, socketPath) }),
    );
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxReplyBytes) settle({ ok: false, reason: 'its daemon answered at too great length' });
      else chunks.push(chunk);
    });
    socket.on('end', () => settle(answerIn(Buffer.concat(chunks))));
    socket.on('close', () => settle({ ok: false, reason: 'its daemon went away' }));
    socket.write(
      `POST ${path} HTTP/1.0\r\nhost: local\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  });
}

function answerIn(reply: Buffer): Asked {
  const end = reply.indexOf('\r\n\r\n');
  const head = reply.subarray(0, Math.max(0, end)).toString('latin1');
  const status = /^HTTP\/1\.[01] ([0-9]{3})/.exec(head)?.[1];
  if (status === undefined) return { ok: false, reason: 'what answered on its socket is not its daemon' };
  let body: { schemaVersion?: unknown; answer?: unknown; message?: unknown } | null;
  try {
    body = JSON.parse(reply.subarray(end + 4).toString('utf8'));
  } catch {
    return { ok: false, reason: 'its daemon went away in the middle of an answer' };
  }
  if (status === '200' && body?.schemaVersion === 1) return { ok: true, answer: body.answer };
  return {
    ok: false,
    reason: typeof body?.message === 'string' ? body.message.slice(0, 500) : `its daemon answered ${status}`,
  };
}

function whyNot({ code }: NodeJS.ErrnoException, socketPath: string): string {
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return `no daemon listens on ${socketPath}; a person has to start it (countersign up)`;
  if (code === 'EACCES' || code === 'EPERM') return `the daemon on ${socketPath} belongs to another user`;
  return `its daemon cannot be asked (${code ?? 'unknown'})`;
}
