// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { createMemoryVault } from './vault.ts';

test('what is sealed under a task is opened by its digest until the task is erased', async () => {
  const vault = createMemoryVault();
  expect(await vault.sealer('t')).toBeUndefined();
  await vault.create('t');
  const sealed = (await vault.sealer('t'))?.('{"a":"é"}');
  expect(sealed).toMatchObject({
    task: 't',
    sizeBytes: 10,
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  expect(await vault.open(sealed?.digest ?? '', 0)).toEqual({ ok: true, content: '{"a":"é"}' });
  await vault.ensure('t');
  expect(await vault.open(sealed?.digest ?? '', 0)).toMatchObject({ ok: true });
  expect(await vault.open('sha256:other', 0)).toEqual({ ok: false, reason: 'missing' });
  await vault.erase('t');
  expect(await vault.open(sealed?.digest ?? '', 0)).toEqual({ ok: false, reason: 'missing' });
  expect(await vault.sealer('t')).toBeUndefined();
});
