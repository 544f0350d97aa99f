// SPDX-License-Identifier: Apache-2.0
// A daemon whose prompts a model reads: the whole of it, but that the model is a fake that speaks the protocol.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { runDaemon } from './daemon-process.fixture.ts';

test('it is asked once for each prompt; records say what came of it, doctor that it is asked, nobody its key', async () => {
  verifies('intent.model-is-a-fact');
  const asked: { authorization: string | undefined; body: string }[] = [];
  let reply = JSON.stringify({ classes: [], tools: ['acc/note'], datasets: [], destinations: [] });
  const model = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    req.on('end', () => {
      asked.push({ authorization: req.headers.authorization, body });
      res.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: reply } }] }));
    });
  });
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
  const { port } = model.address() as AddressInfo;
  const acc = openAccounting([tool('note')]);
  await using daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    env: {
      COUNTERSIGN_INTENT_MODEL: `http://127.0.0.1:${port}/v1`,
      COUNTERSIGN_INTENT_MODEL_NAME: 'fake-1',
      COUNTERSIGN_INTENT_KEY: 'key-of-the-test',
    },
  });
  try {
    await daemon.accept('acc');
    const { task } = await daemon.task({ prompt: 'Take a note about ticket 42.' });
    expect(asked).toMatchObject([
      {
        authorization: 'Bearer key-of-the-test',
        body: expect.stringContaining('Take a note about ticket 42.'),
      },
    ]);
    expect(asked[0]?.body).toContain('acc/note');
    reply = 'I would rather talk about the weather.';
    expect((await daemon.cli('task', 'prompt', task, 'And another one.')).code).toBe(0);
    expect(asked).toHaveLength(2);
    const prompts = (await daemon.events('type=prompt.submitted')).filter((event) => event.task === task);
    expect(prompts.map(({ intent }) => [intent.code, intent.model, intent.provider])).toEqual([
      ['read', 'fake-1', `127.0.0.1:${port}`],
      ['malformed', 'fake-1', `127.0.0.1:${port}`],
    ]);
    const { out } = await daemon.cli('doctor');
    expect(out).toMatch(/intent_model[\s\S]*fake-1/);
    expect((await daemon.cli('verify', '--payloads')).code).toBe(0);
    const all = `${out}${daemon.said()}${JSON.stringify(await daemon.events())}${(await daemon.cli('status', '--json')).out}`;
    expect(all).not.toContain('key-of-the-test');
    expect(all).not.toContain('weather');
  } finally {
    model.closeAllConnections();
    model.close();
    acc.remove();
  }
}, 120_000);
