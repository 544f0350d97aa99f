// SPDX-License-Identifier: Apache-2.0
// A server on standard input and output whose tools fail when they are told to.
import { createInterface } from 'node:readline';

const inputSchema = {
  type: 'object',
  properties: { fail: { type: 'boolean' } },
  additionalProperties: false,
};
const tools = ['save', 'other', 'look'].map((name) => ({ name, description: `Does ${name}.`, inputSchema }));

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const reply = (body: object) => console.log(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
  if (method === 'initialize') {
    const serverInfo = { name: 'failing', version: '1' };
    reply({ result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/list') reply({ result: { tools } });
  else if (method === 'tools/call') {
    const isError = params.arguments?.fail === true;
    reply({ result: { content: [{ type: 'text', text: isError ? 'no' : 'yes' }], isError } });
  } else reply({ error: { code: -32601, message: 'no such method' } });
}
