// SPDX-License-Identifier: Apache-2.0
// A real Open Policy Agent, where the machine has one: `opa` on the path, or COUNTERSIGN_TEST_OPA. No package that is
// installed here brings it, so what needs it is left out elsewhere, and says so.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const opa = process.env.COUNTERSIGN_TEST_OPA ?? 'opa';
const documentPath = '/v1/data/countersign/decision';

export const hasOpa = spawnSync(opa, ['version']).status === 0;

export interface RealOpa extends AsyncDisposable {
  /** Of the document `countersign/decision`. */
  readonly url: string;
}

/** `opa run --server` over these rules and this data. */
export async function runOpa(rego: string, data: object = {}): Promise<RealOpa> {
  const dir = written(rego, data);
  const addr = `127.0.0.1:${await freePort()}`;
  const server = spawn(opa, ['run', '--server', '--addr', addr, '--log-level', 'error', dir], {
    stdio: 'ignore',
  });
  for (let tries = 0; ; tries++) {
    const healthy = await fetch(`http://${addr}/health`).catch(() => undefined);
    if (healthy?.status === 200) break;
    if (tries > 200 || server.exitCode !== null) throw new Error('opa does not serve');
    await pause(50);
  }
  return {
    url: `http://${addr}${documentPath}`,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
}

/** `opa build -t wasm`. @returns the bundle's path */
export function buildBundle(rego: string, data: object = {}): Disposable & { readonly path: string } {
  const dir = written(rego, data);
  const path = join(dir, 'bundle.tar.gz');
  execFileSync(opa, ['build', '-t', 'wasm', '-e', 'countersign/decision', '-o', path, dir]);
  return { path, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

function written(rego: string, data: object): string {
  const dir = mkdtempSync(join(tmpdir(), 'cs-opa-'));
  writeFileSync(join(dir, 'policy.rego'), rego);
  writeFileSync(join(dir, 'data.json'), JSON.stringify(data));
  return dir;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
