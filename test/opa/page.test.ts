// SPDX-License-Identifier: Apache-2.0
// The rules that docs/opa.md shows, in a real OPA: what the page says of them is what they say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOpaBundle } from '../../src/adapters/opa/bundle.ts';
import { openOpa } from '../../src/adapters/opa/rest.ts';
import type { SecondOpinion } from '../../src/app/ports.ts';
import { buildBundle, hasOpa, runOpa } from './real-opa.fixture.ts';

const page = (name: string) => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
const rego = /```rego\n([\s\S]*?)```/.exec(page('opa.md'))?.[1] ?? '';
const input = JSON.parse(/```json\n([\s\S]*?)```/.exec(page('formats/opa-input.md'))?.[1] ?? '{}');

async function saysAsThePage(opinion: SecondOpinion): Promise<void> {
  const about = (more: object) => opinion.ask(JSON.stringify({ ...input, ...more }), 10_000);
  const labels = (level: number) => ({ session: { ...input.session, labels: { level } } });
  expect(await about({ class: 'read', ...labels(1) })).toMatchObject({
    opinion: { outcome: 'allow', obligations: [{ name: 'max_result_bytes', bytes: 65_536 }] },
  });
  expect(await about({ class: 'read', ...labels(2) })).toMatchObject({
    opinion: { outcome: 'deny', reasons: ['No rule permits it.'] },
  });
  expect(await about({ class: 'pay' })).toMatchObject({
    opinion: { outcome: 'step_up', reasons: ['Payments need a person.'] },
  });
}

test.skipIf(!hasOpa)('in a server', async () => {
  await using server = await runOpa(rego);
  const opinion = openOpa({ url: new URL(server.url) });
  await saysAsThePage(opinion).finally(opinion.close);
});

test.skipIf(!hasOpa)('in a bundle', async () => {
  using built = buildBundle(rego);
  const opened = await openOpaBundle(built.path, 'countersign/decision');
  if (!opened.ok) throw new Error(opened.message);
  await saysAsThePage(opened.opa).finally(opened.opa.close);
});
