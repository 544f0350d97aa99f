// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of a production database: one SQLite file, read, changed, and copied to other machines over HTTP.
 *
 * `server.ts FILE [HOST=127.0.0.1:PORT]...`: a file that is not there yet gets three items. Copies go to the hosts
 * that are named, which are all on loopback: it asks no resolver.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { argument, serveTools, text, whole } from '../serve.ts';

const db = new DatabaseSync(argument(1, 'server.ts FILE [HOST=127.0.0.1:PORT]...'));
db.exec(`
  CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, name TEXT, cents INTEGER);
  INSERT OR IGNORE INTO item VALUES (1, 'kettle', 4900), (2, 'lamp', 2500), (3, 'chair', 8900);
`);
const ports = new Map(
  process.argv.slice(3).map((pair): [string, number] => {
    const [, host = '', port] = /^([a-z0-9.-]+)=127\.0\.0\.1:(\d{1,5})$/.exec(pair) ?? [];
    return [host, Number(port)];
  }),
);

const item = whole(1, 1_000_000);
const cents = whole(0, 1_000_000);
const rows = whole(1, 100_000);
const destination = text('^[a-z0-9.-]{1,100}$');

serveTools('shop', (tool) => {
  tool<{ item: number }>('read_item', 'Read one item', { item }, (args) => ({
    text: JSON.stringify(db.prepare('SELECT * FROM item WHERE id = ?').get(args.item) ?? null),
  }));
  tool<{ item: number; cents: number }>('set_price', 'Change a price', { item, cents }, (args) => {
    const { changes } = db.prepare('UPDATE item SET cents = ? WHERE id = ?').run(args.cents, args.item);
    return { text: `${changes} changed` };
  });
  tool<{ destination: string; rows: number }>(
    'copy_items',
    'Copy items to another machine',
    { destination, rows },
    async (args) => {
      const port = ports.get(args.destination);
      if (port === undefined) throw new Error(`\`${args.destination}\` cannot be reached`);
      const copied = db.prepare('SELECT * FROM item ORDER BY id LIMIT ?').all(args.rows);
      const sent = request({
        host: '127.0.0.1',
        port,
        method: 'POST',
        headers: { host: args.destination },
        signal: AbortSignal.timeout(5000),
      });
      sent.end(JSON.stringify(copied));
      const [response] = await once(sent, 'response');
      response.resume();
      return { text: `${copied.length} items are at ${args.destination}` };
    },
  );
});
