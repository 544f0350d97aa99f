// SPDX-License-Identifier: Apache-2.0
// An upstream that keeps its own account: each call's id is on disk before the call is answered.
// What it wrote is what happened, whatever anybody else recorded.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const account = process.argv[2];
if (account === undefined) throw new Error('usage: account-server.ts FILE');

await serveStdio(() => {
  const server = new McpServer({ name: 'account', version: '1.0.0' });
  server.registerTool(
    'note',
    {
      description: 'Write an id into the account',
      inputSchema: fromJsonSchema<{ id: string }>({
        type: 'object',
        properties: { id: { type: 'string', maxLength: 100 } },
        required: ['id'],
        additionalProperties: false,
      }),
    },
    ({ id }) => {
      const file = openSync(account, 'a');
      writeSync(file, `${id}\n`);
      fsyncSync(file);
      closeSync(file);
      return { content: [{ type: 'text', text: `noted ${id}` }] };
    },
  );
  return server;
});
