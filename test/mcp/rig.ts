// SPDX-License-Identifier: Apache-2.0
/**
 * The whole gateway for a test: real road, real policies and catalogue, a ledger in memory, node:http on
 * a free port. Upstreams are the test's own links, or what an `mcpServers` object names.
 *
 * The catalogue accepts everything that the upstreams declare when the rig starts, unless told otherwise.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadCatalogue } from '../../src/adapters/catalogue-files/load.ts';
import { writeLock } from '../../src/adapters/catalogue-files/lock.ts';
import { compilePolicies } from '../../src/adapters/cedar-wasm/compile.ts';
import { masterKey } from '../../src/adapters/keys/master.ts';
import { createMemoryStore } from '../../src/adapters/memory/ledger.ts';
import { systemClock, systemRandomness } from '../../src/adapters/system/clock.ts';
import { publishApproversAtStart } from '../../src/app/approvers.ts';
import type { Published } from '../../src/app/ports.ts';
import { publish, publishAtStart } from '../../src/app/publish.ts';
import { revoke } from '../../src/app/revoke.ts';
import type { Road } from '../../src/app/road.ts';
import { endTask, startTask } from '../../src/app/tasks.ts';
import { mayList } from '../../src/app/visible.ts';
import type { Roster } from '../../src/core/approval/roster.ts';
import type { ToolDefinition } from '../../src/core/catalogue/entry.ts';
import { parseToolDefinition } from '../../src/core/catalogue/pin.ts';
import type { Event, EventOf } from '../../src/core/record/event.ts';
import type { Caller, Operator } from '../../src/core/request/proposal.ts';
import type { TokenVerdict } from '../../src/edges/mcp/bearer.ts';
import { createDeclared } from '../../src/edges/mcp/declared.ts';
import { createMcpGateway, type McpGateway } from '../../src/edges/mcp/gateway.ts';
import { defaultLimits, type GatewayLimits } from '../../src/edges/mcp/limits.ts';
import { parseMcpServers } from '../../src/edges/mcp/upstream/config.ts';
import { DEFAULT_LIMITS } from '../../src/edges/mcp/upstream/limits.ts';
import type { Upstreams } from '../../src/edges/mcp/upstream/link.ts';
import { createUpstreams } from '../../src/edges/mcp/upstream/upstreams.ts';
import { daemonLimits, roadOver } from '../builders/road.ts';

export interface RigOptions {
  readonly upstreams: Upstreams;
  /** Cedar; permits everything to agents by default. */
  readonly policies?: string;
  /** Lines of YAML for the sections `resources`, `prompts` and `methods` of each server. */
  readonly catalogue?: string;
  /** Classes of tools, `read` for those that are not named. */
  readonly classes?: Readonly<Record<string, string>>;
  /** The label of what tools return, in YAML; harmless by default. */
  readonly label?: string;
  /** Tools that nobody accepted. */
  readonly unaccepted?: readonly string[];
  readonly limits?: Partial<GatewayLimits>;
  readonly releaseWithinMs?: number;
  /** Who may be asked; without it nobody is. */
  readonly roster?: Roster;
  /** Where people decide. */
  readonly deskUrlOf?: (approval: string) => string | undefined;
}

export interface Rig {
  /** Of the endpoint of all upstreams; append `/<server>` for one. */
  readonly url: string;
  readonly token: string;
  readonly caller: Caller;
  readonly road: Road;
  readonly gateway: McpGateway;
  readonly logged: readonly string[];
  /** Another task with its own token. */
  anotherToken(): Promise<{ readonly token: string; readonly caller: Caller }>;
  /** What the next verification of a token says; by default the tokens of this rig are good. */
  verdicts: Map<string, TokenVerdict>;
  events(): Promise<readonly Event[]>;
  decisions(): Promise<readonly EventOf<'decision'>[]>;
  observations(): Promise<readonly EventOf<'observation'>[]>;
  endTask(): Promise<void>;
  revokeSession(): Promise<void>;
  /** Calls that are held for people. */
  held(): number;
  /** Other policies over the same catalogue. */
  publish(policies: string): Promise<void>;
  close(): Promise<void>;
}

export const permitAll = `@id("all") @owner("tests") permit (principal is Agent, action, resource);`;

const operator: Operator = { id: 'local:0', channel: 'local-socket' };

export function upstreamsOf(servers: Readonly<Record<string, object>>, stateless = false): Upstreams {
  const parsed = parseMcpServers(JSON.parse(JSON.stringify({ mcpServers: servers })), process.env);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return createUpstreams({
    servers: parsed.servers,
    stateless: () => stateless,
    limits: DEFAULT_LIMITS,
    onStderr: () => undefined,
  });
}

export async function startRig(options: RigOptions): Promise<Rig> {
  const store = createMemoryStore();
  const ledger = store.ledger();
  const clock = systemClock;
  const randomness = systemRandomness();
  const master = masterKey(new Uint8Array(32).fill(7));
  const first = await published(options);
  const { roster } = options;
  const { road, force } = roadOver({
    ledger,
    keys: store.keys,
    clock,
    randomness,
    master,
    first,
    node: 'test',
    limits: daemonLimits,
    releaseWithinMs: options.releaseWithinMs ?? 1_000,
    roster,
  });
  await publishAtStart(road, first, 'local:0');
  if (roster !== undefined) await publishApproversAtStart(road, { roster, source: '{}' }, 'local:0');

  const started = async () => {
    const task = await startTask(road, randomness, operator, {
      type: 'test',
      agent: 'tester',
      owner: 'tests',
      autonomy: 'semi',
      params: {},
      budgets: [],
      ttlMs: 3_600_000,
    });
    if (!task.ok) throw new Error(JSON.stringify(task));
    const { agent, task: id, session, tokenId, expiresAtMs } = task.value;
    const caller: Caller = { agent, task: id, session, tokenId };
    const token = `test.${tokenId}`;
    verdicts.set(token, { ok: true, caller, expiresAtMs });
    return { token, caller };
  };
  const verdicts = new Map<string, TokenVerdict>();
  const { token, caller } = await started();

  const logged: string[] = [];
  const gateway = createMcpGateway({
    road,
    upstreams: options.upstreams,
    verifyToken: async (given) => verdicts.get(given) ?? { ok: false, code: 'malformed' },
    resourceMetadataUrl: 'http://127.0.0.1/.well-known/oauth-protected-resource/mcp',
    mayList: (who, method, server, target) => mayList(road, who, method, server, target),
    log: (event, detail) => logged.push(`${event} ${JSON.stringify(detail)}`),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.deskUrlOf === undefined ? {} : { deskUrlOf: options.deskUrlOf }),
  });
  const http = createServer((req, res) => gateway.handle(req, res));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;

  const events = async () => {
    const entries = await ledger.read(0, 100_000);
    return entries.map(({ leaf }): Event => JSON.parse(leaf).body);
  };
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    token,
    caller,
    road,
    gateway,
    logged,
    verdicts,
    anotherToken: started,
    events,
    decisions: async () =>
      (await events()).filter((e) => e.type === 'decision' && 'session' in e.who) as never,
    observations: async () => (await events()).filter((e) => e.type === 'observation') as never,
    async endTask() {
      await endTask(road, operator, caller.task, 'test');
    },
    async revokeSession() {
      await revoke(road, operator, 'session', caller.session, 'test');
    },
    held: gateway.held,
    async publish(policies) {
      const done = await publish(road, force, operator, await published({ ...options, policies }), {
        reason: 'test',
      });
      if (!done.ok) throw new Error(JSON.stringify(done));
    },
    async close() {
      await gateway.close(200);
      await options.upstreams.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function published(options: RigOptions): Promise<Published> {
  const files: { name: string; text: string }[] = [];
  for (const server of options.upstreams.names) {
    const tools = (await declaredBy(options.upstreams, server)).filter(
      ({ name }) => options.unaccepted?.includes(name) !== true,
    );
    files.push({ name: `${server}.yaml`, text: yamlOf(server, tools, options) });
    if (tools.length > 0) files.push({ name: `${server}.lock.json`, text: writeLock(server, tools) });
  }
  const catalogue = loadCatalogue(files);
  if (!catalogue.ok) throw new Error(JSON.stringify(catalogue.problems));
  const compiled = compilePolicies({
    files: [{ name: 'test.cedar', text: options.policies ?? permitAll }],
    entries: catalogue.index.entries,
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return {
    policies: compiled.set,
    catalogue: catalogue.index,
    mode: 'enforce',
    sources: { policies: '{}', catalogue: '{}' },
  };
}

/** What an operator would be shown: the tools as they are declared when the rig starts. */
async function declaredBy(upstreams: Upstreams, server: string): Promise<readonly ToolDefinition[]> {
  const link = await upstreams.link(server, 'legacy', {
    task: 'setup',
    session: 'setup',
    // Some servers declare certain tools only to clients that can be asked.
    clientCapabilities: { elicitation: {}, sampling: {}, roots: {} },
    clientInfo: { name: 'rig', version: '1' },
    protocolVersion: '2025-11-25',
  });
  if (link.facts.capabilities.tools === undefined) return [];
  const items = await createDeclared(defaultLimits, () => 0).list(link, 'tools/list');
  await upstreams.release(({ task }) => task === 'setup');
  return items.flatMap((item) => {
    const parsed = parseToolDefinition(item);
    return parsed.ok ? [parsed.definition] : [];
  });
}

const leastLabel = '{ level: public, integrity: trusted }';
const harmless = `result: ${leastLabel}, reversible: true`;

function yamlOf(server: string, tools: readonly ToolDefinition[], options: RigOptions): string {
  const lines = tools.map(
    ({ name }) =>
      `  ${JSON.stringify(name)}: { class: ${options.classes?.[name] ?? 'read'}, result: ${options.label ?? leastLabel}, reversible: true }`,
  );
  return [
    `server: ${server}`,
    lines.length === 0 ? 'tools: {}' : `tools:\n${lines.join('\n')}`,
    options.catalogue ?? '',
  ]
    .join('\n')
    .replaceAll('$harmless', harmless);
}
