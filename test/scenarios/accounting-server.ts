// SPDX-License-Identifier: Apache-2.0
/**
 * A stdio server of the older era that writes down everything it is asked before it does anything: what
 * stands in its account is what reached it, whatever anybody else recorded.
 *
 * argv[2] is a directory: `account.jsonl` is written, `tools.json` says what it declares at the moment, two
 * a page. When that file changes it says so, once, as servers do.
 */
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const dir = process.argv[2] ?? '';
const toolsFile = join(dir, 'tools.json');
const perPage = 2;

interface Asked {
  readonly id?: number | string;
  readonly method?: string;
  readonly result?: object;
  readonly error?: object;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: { readonly id?: string; readonly ms?: number; readonly ask?: string };
    readonly cursor?: string;
    readonly requestId?: number | string;
  };
}

const account = (entry: object) =>
  appendFileSync(join(dir, 'account.jsonl'), `${JSON.stringify({ pid: process.pid, ...entry })}\n`);
const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const running = new Map<number | string, () => void>();

function page(cursor: string | undefined): object {
  const tools: readonly object[] = JSON.parse(readFileSync(toolsFile, 'utf8'));
  const from = Number(cursor?.slice(1) ?? 0);
  const more = from + perPage < tools.length;
  return {
    tools: tools.slice(from, from + perPage),
    ...(more ? { nextCursor: `p${from + perPage}` } : {}),
  };
}

/** Every tool does the same: it asks the client what it is told to ask, takes `ms`, and says that it is done. */
function work(id: number | string, { name, arguments: args }: NonNullable<Asked['params']>): void {
  account({ did: 'begin', name, id: args?.id });
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    running.delete(id);
    account({ did: 'end', name, id: args?.id });
    send({ id, result: { content: [{ type: 'text', text: `did ${name} ${args?.id ?? ''}` }] } });
  };
  running.set(id, () => clearTimeout(timer));
  if (args?.ask !== undefined) {
    running.set(`about ${id}`, end);
    send({ id: `about ${id}`, method: args.ask, params: { messages: [], maxTokens: 1, message: 'x' } });
  } else if (args?.ms === undefined) end();
  else timer = setTimeout(end, args.ms);
}

account({ did: 'start' });
let known = statSync(toolsFile).mtimeMs;
setInterval(() => {
  const { mtimeMs } = statSync(toolsFile);
  if (mtimeMs === known) return;
  known = mtimeMs;
  send({ method: 'notifications/tools/list_changed' });
}, 20);

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {}, result, error }: Asked = JSON.parse(line);
  if (method === undefined) {
    account({ told: result ?? error });
    running.get(id ?? '')?.();
    continue;
  }
  if (method !== 'tools/call') account({ asked: method });
  if (method === 'notifications/cancelled') {
    running.get(params.requestId ?? '')?.();
    account({ did: 'cancelled' });
  }
  if (id === undefined) continue;
  if (method === 'tools/call') work(id, params);
  else send({ id, ...answer(method, params) });
}
process.exit(0);

function answer(method: string, { cursor }: NonNullable<Asked['params']>): object {
  switch (method) {
    case 'initialize': {
      const lists = { listChanged: true };
      const capabilities = { tools: lists, resources: {}, prompts: {}, logging: {}, completions: {} };
      const serverInfo = { name: 'accounting', version: '1' };
      return { result: { protocolVersion: '2025-11-25', capabilities, serverInfo } };
    }
    case 'server/discover':
      return { error: { code: -32601, message: 'no such method' } };
    case 'tools/list':
      return { result: page(cursor) };
    case 'resources/list':
      return { result: { resources: ['open', 'secret'].map((name) => ({ uri: `acc://${name}`, name })) } };
    case 'prompts/list':
      return { result: { prompts: [{ name: 'greet' }, { name: 'hush' }] } };
    // Whatever else reaches it, it does: nothing but the gateway is in the way.
    default:
      return { result: {} };
  }
}
