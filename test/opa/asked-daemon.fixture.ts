// SPDX-License-Identifier: Apache-2.0
// A daemon with a second decision point, as a process; a real MCP server behind it, and a real client before it.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
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
  const client = new Client(
    { name: 'opa', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(daemon.url), { requestInit }));
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
