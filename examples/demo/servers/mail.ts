// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of the demo: a mailbox of JSON files, `inbox/` to read and `sent/` to write.
 *
 * Sends nothing anywhere: what lies in `sent/` counts as sent.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { answer } from './answer.ts';

const { values } = parseArgs({ options: { spool: { type: 'string' } } });
if (values.spool === undefined) throw new Error('`--spool DIR` is missing');
const inbox = join(values.spool, 'inbox');
const sent = join(values.spool, 'sent');
await mkdir(sent, { recursive: true });

serveStdio(() => {
  const server = new McpServer({ name: 'mail', version: '1.0.0' });

  server.registerTool(
    'list_inbox',
    { description: 'List the ids of the mails received', annotations: { readOnlyHint: true } },
    async () => {
      const names = await readdir(inbox);
      return answer(names.map((name) => name.replace(/\.json$/, '')).sort());
    },
  );

  server.registerTool(
    'read_mail',
    {
      description: 'Read one mail received',
      inputSchema: fromJsonSchema<{ mailId: string }>({
        type: 'object',
        properties: { mailId: { type: 'string', pattern: '^[a-z0-9-]{1,60}$' } },
        required: ['mailId'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ mailId }) => answer(await readFile(join(inbox, `${mailId}.json`), 'utf8')),
  );

  server.registerTool(
    'send_mail',
    {
      description: 'Send a mail to one address',
      inputSchema: fromJsonSchema<{ to: string; subject: string; body: string }>({
        type: 'object',
        properties: {
          to: { type: 'string', pattern: '^[^@\\s]+@[^@\\s]+$', maxLength: 254 },
          subject: { type: 'string', maxLength: 200 },
          body: { type: 'string', maxLength: 1_000_000 },
        },
        required: ['to', 'subject', 'body'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    },
    async ({ to, subject, body }) => {
      await writeFile(join(sent, `${randomUUID()}.json`), JSON.stringify({ to, subject, body }));
      return answer(`sent to ${to}`);
    },
  );

  return server;
});
