// SPDX-License-Identifier: Apache-2.0
// The thread that reads a ledger for a replay: rows, records and contents, so that the other one only decides.
import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { stepsOf } from '../app/replay.ts';
import { createPacker } from '../app/replay-wire.ts';
import { masterKeyOf, openStoreOf, vaultOver } from './reading.ts';
import { maxAhead, type ReplayMessage, type ReplayOrder } from './replay-thread.ts';

if (parentPort !== null) void run(parentPort, workerData);

async function run(port: MessagePort, { dataDir, sinceMs }: ReplayOrder): Promise<void> {
  const send = (message: ReplayMessage, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  let ahead = 0;
  port.on('message', () => {
    ahead -= 1;
  });
  try {
    const evidence = openStoreOf(dataDir);
    try {
      const open = vaultOver(evidence, masterKeyOf(dataDir, process.env))?.open;
      const pack = createPacker();
      for await (const steps of stepsOf(evidence, { sinceMs, open })) {
        const packed = pack(steps);
        send({ kind: 'steps', packed }, [packed.numbers.buffer]);
        ahead += 1;
        while (ahead >= maxAhead) await once(port, 'message');
      }
    } finally {
      evidence.close();
    }
    send({ kind: 'end' });
  } catch (error) {
    send({
      kind: 'failed',
      message: error instanceof Error ? error.message : 'for a reason that was not told',
    });
  }
  port.close();
}
