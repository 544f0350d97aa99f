// SPDX-License-Identifier: Apache-2.0
// A daemon with a second decision point, as a process; a real MCP server behind it, and a real client before it.
import type { Client } from '@modelcontextprotocol/client';
import { modernClient } from '../builders/era.ts';
import { type Accounting, openAccounting, tool } from '../scenarios/accounting.fixture.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';

export interface AskedDaemon extends AsyncDisposable {
  readonly acc: Accounting;
  readonly daemon: DaemonProcess;
  /** Calls the one tool that there is. */
  call(id: string): ReturnType<Client['callTool']>;
}

export async function openAskedDaemon(env: Readonly<Record<string, string>>): Promise<AskedDaemon> {
  const acc = openAccounting([tool('note')]);
  const daemon = await runDaemon({ mcpServers: { acc: acc.server }, env });
  await daemon.accept('acc');
  const { token } = await daemon.task();
  const client = await modernClient(daemon.url, token);
  return {
    acc,
    daemon,
    call: (id) => client.callTool({ name: 'acc__note', arguments: { id } }),
    async [Symbol.asyncDispose]() {
      await client.close();
      await daemon[Symbol.asyncDispose]();
      acc.remove();
    },
  };
}
