// SPDX-License-Identifier: Apache-2.0
// Whether an HTTP address says that it is up: a status from 200 to 299, in time. Follows nobody elsewhere, and reads
// nothing of what is said: the body could be anything, and without an end.
import { Agent, request } from 'undici';
import type { AskDependency } from '../../app/probing.ts';

export interface HttpProbes {
  readonly ask: AskDependency;
  close(): Promise<void>;
}

export function openHttpProbes(): HttpProbes {
  // A kept connection would say that the connection is up.
  const agent = new Agent({ pipelining: 0, allowH2: false, keepAliveMaxTimeout: 1 });
  return {
    async ask(url, timeoutMs) {
      try {
        const { statusCode, body } = await request(url, {
          method: 'GET',
          headers: { 'user-agent': 'countersign', accept: '*/*' },
          signal: AbortSignal.timeout(timeoutMs),
          dispatcher: agent,
        });
        body.on('error', () => undefined).destroy();
        return statusCode >= 200 && statusCode < 300;
      } catch {
        return false;
      }
    },
    close: () => agent.destroy(),
  };
}
