// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of an operations console: a shell in one directory, SQL on one database, and services.
 *
 * `server.ts DIR`: a database that is not there yet gets orders and salaries. It does whatever reaches it. The database
 * is a SQLite file, which needs no service; what is asked of it here means the same to PostgreSQL.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { argument, serveTools, text } from '../serve.ts';

const dir = argument(1, 'server.ts DIR');
mkdirSync(join(dir, 'logs'), { recursive: true });
writeFileSync(join(dir, 'logs/app.log'), 'start\nerror one\nerror two\nstop\n');
const db = new DatabaseSync(join(dir, 'shop.sqlite'));
db.exec(`
  CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, item TEXT);
  INSERT OR IGNORE INTO orders VALUES (1, 'kettle'), (2, 'lamp');
  CREATE TABLE IF NOT EXISTS salary (id INTEGER PRIMARY KEY, cents INTEGER);
  INSERT OR IGNORE INTO salary VALUES (1, 500000);
`);
const run = promisify(execFile);

serveTools('console', (tool) => {
  tool<{ command: string }>('run', 'Run a command in bash', { command: text('.') }, async ({ command }) => {
    const { stdout } = await run('bash', ['--noprofile', '--norc', '-c', command], {
      cwd: dir,
      timeout: 10_000,
    });
    return { text: stdout };
  });
  tool<{ service: string }>(
    'restart',
    'Restart a service',
    { service: text('^[a-z]{1,20}$') },
    ({ service }) => ({
      text: `${service} was restarted`,
    }),
  );
  tool<{ sql: string }>('query', 'Run SQL', { sql: text('.') }, ({ sql }) => {
    // Several statements are run, as a server of PostgreSQL runs them; of one the rows are told.
    if (/;\s*\S/.test(sql)) {
      db.exec(sql);
      return { text: 'done' };
    }
    return { text: JSON.stringify(db.prepare(sql).all()) };
  });
});
