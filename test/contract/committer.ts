// SPDX-License-Identifier: Apache-2.0
// A process to be killed: commits as fast as it can and says on stdout what was acknowledged, each
// id before the next commit of its caller. `node committer.ts STORE PREFIX [CALLERS]`
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/adapters/sqlite/ledger.ts';
import { draft, unit } from './units.ts';

const [path = '', prefix = '', callers = '8'] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);

try {
  const { ledger } = await openSqliteStore({ path });
  say('ready');
  await Promise.all(
    Array.from({ length: Number(callers) }, async (_, caller) => {
      for (let n = 0; ; n++) {
        const id = `${prefix}-${caller}-${n}`;
        const payload = { digest: `sha256:${id}`, task: 't', sealed: Buffer.from(id), sizeBytes: id.length };
        const facet = `f${caller}`;
        const version = n === 0 ? '' : `${prefix}-${caller}-${n - 1}`;
        const expected = prefix === '0' || n > 0 ? { [facet]: version } : {};
        const one = draft(id, `stream-${caller % 3}`, { moves: [facet], payloads: [payload] });
        const [result] = await ledger.commit([unit(expected, one)], 10_000);
        say(result?.committed === true ? `${result.positions[0]} ${id}` : `conflict ${id}`);
      }
    }),
  );
} catch (error) {
  say(`failed ${error instanceof Error && 'code' in error ? error.code : error}`);
  process.exit(1);
}
