// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { type IntentFlags, readIntentOptions } from './intent.ts';

const name = { intentModelName: 'm' };

test.each<[what: string, flags: IntentFlags, env: NodeJS.ProcessEnv, want: object]>([
  ['no model reads unless somebody says so', {}, {}, { ok: true }],
  [
    'of this machine',
    { intentModel: 'http://127.0.0.1:11434', ...name },
    {},
    { intent: { url: 'http://127.0.0.1:11434/v1/chat/completions', model: 'm', timeoutMs: 2000 } },
  ],
  [
    'elsewhere with TLS, under a path of its own',
    { intentModel: 'https://models.example/api/v1/', ...name },
    {},
    { intent: { url: 'https://models.example/api/v1/chat/completions' } },
  ],
  [
    'all of it',
    { intentModel: 'https://models.example/v1/chat/completions', ...name, intentModelKeyFile: '/k' },
    {},
    { intent: { url: 'https://models.example/v1/chat/completions', keyFile: '/k' } },
  ],
  [
    'from the environment',
    {},
    {
      COUNTERSIGN_INTENT_MODEL: 'http://localhost:1',
      COUNTERSIGN_INTENT_MODEL_NAME: 'n',
      COUNTERSIGN_INTENT_MODEL_TIMEOUT: '500ms',
    },
    { intent: { model: 'n', timeoutMs: 500 } },
  ],
  [
    'elsewhere without TLS, when told',
    { intentModel: 'http://models.example', ...name, intentModelAllowHttp: true },
    {},
    { ok: true },
  ],
  [
    'elsewhere without TLS',
    { intentModel: 'http://models.example', ...name },
    {},
    { message: /must be https/ },
  ],
  ['without a name', { intentModel: 'https://models.example' }, {}, { message: /--intent-model-name/ }],
  ['no URL', { intentModel: 'models.example', ...name }, {}, { message: /the URL of a server/ }],
  ['a key in it', { intentModel: 'https://k@models.example', ...name }, {}, { message: /a key goes into/ }],
  [
    'a key behind it',
    { intentModel: 'https://models.example/v1?key=k', ...name },
    {},
    { message: /a key goes/ },
  ],
  [
    'longer than anybody waits',
    { intentModel: 'https://models.example', ...name, intentModelTimeout: '6s' },
    {},
    { message: /at most 5s/ },
  ],
])('%s', (_what, flags, env, want) => {
  const read = readIntentOptions(flags, env);
  if ('message' in want)
    expect(read).toMatchObject({ ok: false, message: expect.stringMatching(want.message as RegExp) });
  else expect(read).toMatchObject({ ok: true, ...want });
});
