// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of the example: pages, deployments that may fail, roles and refunds, none of them real.
 *
 * argv[2] is a file to which every call is written before it is answered: what stands there is what
 * reached the server, whatever anybody else recorded. A job whose name starts with `flaky` fails, and one
 * that starts with `stuck` never ends.
 */
import { appendFileSync } from 'node:fs';
import { type CallToolResult, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const account = process.argv[2];
if (account === undefined) throw new Error('usage: server.ts FILE');

const text = { type: 'string', maxLength: 100 } as const;
const cents = { type: 'integer', minimum: 1 } as const;
type Args = Readonly<Record<string, string | number>>;

serveStdio(() => {
  const server = new McpServer({ name: 'ops', version: '1.0.0' });
  const tool = (
    name: string,
    description: string,
    properties: Readonly<Record<string, typeof text | typeof cents>>,
    answer: (args: Args) => CallToolResult | Promise<CallToolResult> = () => said('done'),
  ): void => {
    const required = Object.keys(properties);
    const inputSchema = fromJsonSchema<Args>({
      type: 'object',
      properties,
      required,
      additionalProperties: false,
    });
    server.registerTool(name, { description, inputSchema }, (args) => {
      appendFileSync(account, `${JSON.stringify({ tool: name, ...args })}\n`);
      return answer(args);
    });
  };
  tool('read_page', 'Read a page', { page: text });
  tool('write_page', 'Replace a page', { page: text, text });
  tool('deploy', 'Build and deploy a job', { job: text }, ({ job }) => {
    if (`${job}`.startsWith('stuck')) return new Promise(() => undefined);
    if (`${job}`.startsWith('flaky')) return { ...said(`the build of ${job} failed`), isError: true };
    return { ...said(`${job} is deployed`), structuredContent: { build: `${job}-1` } };
  });
  tool('grant_role', 'Give this account a role', { role: text });
  tool('deploy_key', 'Get a key that may deploy a job', { job: text });
  tool('refund', 'Pay money back', { customer: text, amount: cents });
  return server;
});

function said(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] };
}
