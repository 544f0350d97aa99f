// SPDX-License-Identifier: Apache-2.0
/**
 * A model that says what a script tells it to, over the streaming Messages API on loopback: for running the real client
 * without one. It does what a hijacked model would do, whatever it reads.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Step = ({ readonly tool: string; readonly input: object } | { readonly text: string }) & {
  /** Done before the model says it. */
  readonly first?: () => Promise<unknown>;
};

/** What a sub-agent's prompt begins with, so that it has a script of its own. */
export const subAgent = 'You are the sub-agent:';

export interface Model extends AsyncDisposable {
  readonly url: string;
  /** What the client sent back for each call, by its place in the script; undefined where nothing came. */
  readonly results: readonly (string | undefined)[];
  /** Everything that the client has ever sent. */
  readonly heard: string;
}

export async function openModel(script: readonly Step[], subScript: readonly Step[] = []): Promise<Model> {
  const results: (string | undefined)[] = [];
  let heard = '';
  let said = 0;
  let subSaid = 0;
  const server = createServer((request, response) => {
    buffer(request)
      .then(async (body) => {
        heard += body.toString('utf8');
        const asked = request.url?.startsWith('/v1/messages') === true ? parsed(body) : undefined;
        if (asked === undefined || request.url?.includes('count_tokens') === true) {
          response.writeHead(404, { 'content-type': 'application/json' }).end('{"type":"error"}');
          return;
        }
        for (const { id, text } of resultsIn(asked)) results[Number(id.slice('toolu_'.length))] = text;
        // Titles and summaries are asked for without the tools that the work is done with.
        const isWork = asked.tools !== undefined && asked.tools.length > 3;
        const isSub = JSON.stringify(asked.messages?.[0] ?? '').includes(subAgent);
        const at = isSub ? `sub${subSaid}` : `${said}`;
        const spoken = isSub ? subScript[subSaid] : script[said];
        const step: Step = isWork ? (spoken ?? { text: 'done' }) : { text: 'ok' };
        if (isWork && isSub) subSaid += 1;
        if (isWork && !isSub) said += 1;
        await step.first?.();
        speak(response, step, `toolu_${at}`, asked.model ?? 'scripted');
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    results,
    get heard() {
      return heard;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Asked {
  readonly model?: string;
  readonly tools?: readonly unknown[];
  readonly messages?: readonly { readonly content?: unknown }[];
}

function parsed(body: Buffer): Asked | undefined {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function resultsIn({ messages = [] }: Asked): readonly { readonly id: string; readonly text: string }[] {
  const blocks = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  return blocks
    .filter((block) => block?.type === 'tool_result' && typeof block.tool_use_id === 'string')
    .map((block) => ({ id: block.tool_use_id, text: JSON.stringify(block.content) }));
}

function speak(response: ServerResponse, step: Step, id: string, model: string): void {
  const isTool = 'tool' in step;
  const tell = (type: string, more: object): void =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const message = { id: `msg_${id}`, type: 'message', role: 'assistant', model, content: [] };
  const usage = { input_tokens: 1, output_tokens: 1 };
  tell('message_start', { message: { ...message, stop_reason: null, stop_sequence: null, usage } });
  const block = isTool ? { type: 'tool_use', id, name: step.tool, input: {} } : { type: 'text', text: '' };
  tell('content_block_start', { index: 0, content_block: block });
  const delta = isTool
    ? { type: 'input_json_delta', partial_json: JSON.stringify(step.input) }
    : { type: 'text_delta', text: step.text };
  tell('content_block_delta', { index: 0, delta });
  tell('content_block_stop', { index: 0 });
  tell('message_delta', {
    delta: { stop_reason: isTool ? 'tool_use' : 'end_turn', stop_sequence: null },
    usage: { output_tokens: 1 },
  });
  tell('message_stop', {});
  response.end();
}
