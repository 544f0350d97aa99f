// SPDX-License-Identifier: Apache-2.0
// A stdio server of the older era whose tools are what a file says at the moment: argv[2] is that file.
// It keeps an account beside it of each start and each call, so that a test need not believe anybody.
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const file = process.argv[2] ?? '';
const account = (line: string) => appendFileSync(`${file}.account`, `${line}\n`);
account(`start ${process.env.SECRET ?? ''}`);

const answers: Readonly<Record<string, (params: { name?: string }) => unknown>> = {
  initialize: () => ({
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'changing', version: '1' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: JSON.parse(readFileSync(file, 'utf8')) }),
  'tools/call': ({ name }) => {
    account(`call ${name}`);
    return { content: [{ type: 'text', text: `did ${name}` }] };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const answer = answers[method];
  const reply =
    answer === undefined
      ? { error: { code: -32601, message: `no \`${method}\`` } }
      : { result: answer(params ?? {}) };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...reply })}\n`);
}
