// SPDX-License-Identifier: Apache-2.0
// Builds the daemon in reading order: the only file that knows everybody.
// Nothing listens before the road has proved that it stops what must be stopped.
import { accessSync, chmodSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { personalFinder } from '../adapters/detectors/personal.ts';
import { secretlintFinder } from '../adapters/detectors/secretlint.ts';
import { createOperands } from '../adapters/files/operands.ts';
import { createRepositories } from '../adapters/git/repositories.ts';
import { masterKeyFromFile, masterKeyFromText } from '../adapters/keys/master.ts';
import { signingKeyFromFile } from '../adapters/keys/signing.ts';
import { openHttpProbes } from '../adapters/probe/http.ts';
import { openSqliteStore } from '../adapters/sqlite/ledger.ts';
import { systemClock, systemRandomness } from '../adapters/system/clock.ts';
import { createTaskTokens } from '../adapters/tokens/task-token.ts';
import { approversInForce } from '../app/approvers.ts';
import { proveRoad } from '../app/canary.ts';
import { watchContact } from '../app/contact.ts';
import { editOf } from '../app/editing.ts';
import { createIntegrator } from '../app/integrate.ts';
import { createLiveCalls, isLost } from '../app/live.ts';
import { createMessages } from '../app/messages.ts';
import { createOrigins } from '../app/origins.ts';
import { createPast } from '../app/past.ts';
import type { Published, TreeStore } from '../app/ports.ts';
import { startProbing } from '../app/probing.ts';
import { createForce, publish, publishAtStart } from '../app/publish.ts';
import { textsDigest } from '../app/published-sources.ts';
import { closeAbandoned, watchAbandoned } from '../app/recover.ts';
import { createRedecider } from '../app/redecide.ts';
import { createReviews } from '../app/reviews.ts';
import type { Road } from '../app/road.ts';
import { createSequencer } from '../app/sequencer.ts';
import { watchUnanswered } from '../app/unanswered.ts';
import { createVault } from '../app/vault.ts';
import { mayList } from '../app/visible.ts';
import type { Event } from '../core/record/event.ts';
import type { Caller, Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { approvalRoutes } from '../edges/api/approval-routes.ts';
import { approverRoutes } from '../edges/api/approver-routes.ts';
import { autonomyRoutes } from '../edges/api/autonomy-routes.ts';
import { batchRoutes } from '../edges/api/batch-routes.ts';
import { breakGlassRoutes } from '../edges/api/break-glass-routes.ts';
import { catalogueRoutes } from '../edges/api/catalogue-routes.ts';
import { deferralRoutes } from '../edges/api/deferral-routes.ts';
import { labelRoutes } from '../edges/api/label-routes.ts';
import { loadRoutes } from '../edges/api/load-routes.ts';
import { messageRoutes } from '../edges/api/message-routes.ts';
import { policyRoutes } from '../edges/api/policy-routes.ts';
import { recordRoutes } from '../edges/api/record-routes.ts';
import { reviewRoutes } from '../edges/api/review-routes.ts';
import { createApiServer } from '../edges/api/server.ts';
import { signalRoutes } from '../edges/api/signal-routes.ts';
import { statusRoutes } from '../edges/api/status-routes.ts';
import { steeringRoutes } from '../edges/api/steering-routes.ts';
import { taskRoutes } from '../edges/api/task-routes.ts';
import { createClaudeHooks } from '../edges/hooks/claude.ts';
import { claudeRoutes } from '../edges/hooks/claude-routes.ts';
import { createMcpGateway } from '../edges/mcp/gateway.ts';
import { DEFAULT_LIMITS } from '../edges/mcp/upstream/limits.ts';
import { createUpstreams } from '../edges/mcp/upstream/upstreams.ts';
import {
  keyPairFromSeed,
  openCheckpoint,
  parseSignerKey,
  parseVerifierKey,
  type TrustedLog,
} from '../log/index.ts';
import { approversFrom, liveApprovers } from './approver-file.ts';
import { besideGateway } from './beside-gateway.ts';
import { createCatalogueDesk } from './catalogue-desk.ts';
import { openDesk } from './desk-open.ts';
import { openIntent, toldOf } from './intent-open.ts';
import { readMcpServers } from './mcp-servers.ts';
import { openMessages } from './messages-open.ts';
import { openSecond } from './opa-open.ts';
import { type DaemonOptions, starterDir, version } from './options.ts';
import { loadPrograms } from './programs.ts';
import { atStart, createPublishing, rolledBack } from './publishing.ts';
import { ConfigurationRefused } from './refused.ts';
import { loadTested } from './rehearse.ts';
import { createReloader } from './reload.ts';
import { shadowCheckOf } from './shadow-check.ts';
import { signalsFrom } from './signals-file.ts';
import { socketPathOf } from './socket-path.ts';
import { templatesFrom } from './task-templates.ts';
import { watchFiles } from './watch.ts';

export interface Daemon {
  /** Where MCP clients go. */
  readonly url: string;
  readonly socketPath: string;
  readonly verifierKey: string;
  /** Where people sign in and answer. */
  readonly deskUrl?: string;
  readonly published: Published;
  /** Stops taking work, lets what runs end within the grace, signs a last head. */
  close(): Promise<void>;
}

/** The node's name within its store: one store has one daemon, so one name is enough. */
const node = 'local';

/** Shorter than a client waits for its hook. */
const operandsWithinMs = 6000;

/** A call whose observation the store refused stays open for no longer than this once the store is back. */
const abandonedEveryMs = 5000;

/** That nobody answered a request in time is on record so soon after. */
const unansweredEveryMs = 5000;

export async function startDaemon(
  options: DaemonOptions,
  first: Published,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<Daemon> {
  const { dataDir } = options;
  const operator: Operator = { id: `local:${process.getuid?.() ?? 0}`, channel: 'local-socket' };
  const shadow = shadowCheckOf(options.shadowCheck ?? 0, log);
  const servers =
    options.mcpFile === undefined
      ? { ok: true as const, servers: [], ignored: [] }
      : readMcpServers(options.mcpFile, env);
  if (!servers.ok) throw new ConfigurationRefused(servers.problems.join('\n'));
  for (const key of servers.ignored) log(`ignored \`${key}\` of the upstreams' file`);
  const templates = templatesFrom(options.taskDir, log);
  if (!templates.ok) throw new ConfigurationRefused(templates.reason);
  const approversFile = approversFrom(options.approversFile);
  if (!approversFile.ok) throw new ConfigurationRefused(approversFile.reason);
  const signalsFile = options.signalsFile === undefined ? undefined : signalsFrom(options.signalsFile, log);
  if (signalsFile?.ok === false) throw new ConfigurationRefused(signalsFile.reason);
  usable(dataDir);
  await using opened = new AsyncDisposableStack();
  const opa = options.opa === undefined ? undefined : await openSecond(options.opa, env);
  opened.defer(async () => opa?.close());
  const intent = options.intent === undefined ? undefined : openIntent(options.intent, env);
  opened.defer(async () => intent?.close());

  const keyText = env.COUNTERSIGN_MASTER_KEY;
  const master =
    keyText === undefined ? masterKeyFromFile(join(dataDir, 'master.key')) : masterKeyFromText(keyText);
  const tokenKey = signingKeyFromFile(join(dataDir, 'token.key'), master);
  const logKey = signingKeyFromFile(join(dataDir, 'log.key'), master);

  const clock = systemClock;
  const randomness = systemRandomness();
  const store = await openSqliteStore({ path: join(dataDir, 'ledger.sqlite') });
  // A start that fails further down leaves nothing that would keep the process or hold the store.
  opened.defer(() => store.close());
  const pseudonym = (secret: string) => master.mac('secret', secret);
  const sequencer = createSequencer(store.ledger, clock, randomness, createPast(pseudonym), {
    node,
    tenant: 'default',
    commitTimeoutMs: 10_000,
    maxGroup: 128,
    maxQueued: 10_000,
    maxAttempts: 8,
  });
  const programs = await loadPrograms();
  const live = createLiveCalls(clock, options.releaseWithinMs);
  const reviews = createReviews(sequencer);
  sequencer.onEvent((event) => live.learn(event, (who) => !isLost(sequencer.head, who, clock.wallMs())));
  const vault = createVault(store.keys, store.ledger, master, randomness);
  const force = createForce(first, sequencer);
  const targets =
    options.messagesFile === undefined
      ? []
      : openMessages(options.messagesFile, env, (url) => master.mac('message', url), clock);
  opened.defer(async () => void (await Promise.all(targets.map((target) => target.close()))));
  // Before the first catch-up: what was never told is in what it reads.
  const messages = createMessages({
    road: { sequencer, clock, vault },
    ledger: store.ledger,
    randomness,
    targets,
    reviews,
  });
  opened.defer(messages.close);
  const origins = createOrigins({
    ledger: store.ledger,
    vault,
    sequencer,
    clock,
    catalogue: () => force.current().catalogue,
  });
  await sequencer.catchUp();
  const stored = await approversInForce(store.ledger, vault);
  const approvers = liveApprovers(approversFile.read, stored, sequencer, log);
  const signals = signalsFile?.open(sequencer);
  const road: Road = {
    clock,
    sequencer,
    vault,
    live,
    origins,
    pseudonym,
    programs,
    published: force.current,
    candidate: force.candidate,
    releaseWithinMs: options.releaseWithinMs,
    ...(opa === undefined ? {} : { second: opa.second }),
    ...(intent === undefined ? {} : { intent: intent.reader }),
    operands: {
      port: createOperands({
        clock,
        git: createRepositories({
          home: homedir(),
          path: env.PATH ?? '/usr/bin:/bin',
          signersFile: options.signersFile,
          protectedBranches: options.protectedBranches,
        }),
      }),
      timeoutMs: operandsWithinMs,
    },
    finders: { secrets: secretlintFinder(), pii: personalFinder(), timeoutMs: 2000 },
    templates: templates.current,
    ...(approvers === undefined ? {} : { roster: approvers.approvers.current }),
    ...(signals === undefined ? {} : { registry: signals.registries.current }),
    edits: (approval) => editOf(vault, store.ledger, approval),
  };

  const origin = `countersign/${master.id}`;
  const pair = keyPairFromSeed(origin, seedOf(logKey.privateKey.export({ format: 'der', type: 'pkcs8' })));
  const signer = parseSignerKey(pair.signerKey);
  const verifier = parseVerifierKey(pair.verifierKey);
  if (!signer.ok || !verifier.ok) throw new Error('the key of the log cannot sign');
  await ownHead(store.tree, { origin, keys: [verifier.verifier] });
  writeFileSync(join(dataDir, 'log.pub'), `${pair.verifierKey}\n`);

  const restored = await atStart(road, store.ledger, first, shadow);
  if (!restored.ok) throw new ConfigurationRefused(restored.reason);
  if (restored.undone) log(rolledBack);
  force.stage(restored.published);
  await publishAtStart(road, restored.published, operator.id);
  await approvers?.publishAtStart(road, operator.id);
  await signals?.publishAtStart(road, operator.id);
  const policyDir = options.policyDir ?? starterDir;
  const publishing = createPublishing({ road, force, ledger: store.ledger, policyDir, shadow, say: log });
  await publishing.checkCandidate(operator);
  const closed = await closeAbandoned(road, node);
  if (closed > 0)
    log(`closed ${closed} calls that were open when the last run ended: they are \`ambiguous\` now`);
  await proveRoad(road, store.ledger);
  const canaryProvedAt = clock.wallMs();

  const redecider = createRedecider(road, (line) => log(line));
  await redecider.redecide('start');

  const integrator = createIntegrator(store.ledger, store.tree, signer.signer, origin, clock);
  const stopContact = watchContact(road);
  const stopClosing = watchAbandoned(road, node, abandonedEveryMs);
  const stopExpiring = watchUnanswered(road, unansweredEveryMs);
  const stopIntegrating = integrator.start(1000, () => log('the log could not be integrated; trying again'));
  opened.defer(() => {
    stopContact();
    stopClosing();
    stopExpiring();
    stopIntegrating();
    redecider.close();
  });

  const upstreams = createUpstreams({
    servers: servers.servers,
    stateless: (server) => {
      // Shared only if everything that is known of it may be: one tool with a memory is enough to leak.
      const known = road.published().catalogue.entries.filter((entry) => entry.server === server);
      return known.length > 0 && known.every((entry) => entry.stateless);
    },
    limits: DEFAULT_LIMITS,
    // What a server prints is untrusted and may hold anything: it is dropped.
    onStderr: () => undefined,
  });

  const opening =
    options.desk === undefined || approvers === undefined
      ? undefined
      : await openDesk(options.desk, road, store.ledger, approvers.approvers, operator, log);
  opened.defer(() => opening?.close());
  if (opening !== undefined) log(`the desk is at ${opening.url}`);
  await messages.start(operator.id, opening?.desk.urlOf ?? options.deskUrlOf);

  const gatewayServer = createServer({ keepAliveTimeout: 65_000 });
  opened.defer(() => void gatewayServer.close());
  const url = await listening(gatewayServer, options);
  const tokens = createTaskTokens(tokenKey, { issuer: origin, audience: url }, 8 * 3_600_000);
  const metadataUrl = new URL('/.well-known/oauth-protected-resource/mcp', url).href;
  const gateway = createMcpGateway({
    road,
    upstreams,
    verifyToken: (token) => tokens.verify(token, clock.wallMs()),
    resourceMetadataUrl: metadataUrl,
    mayList: (caller, method, server, target) => mayList(road, caller, method, server, target),
    log: (event, detail) => log(`${event} ${JSON.stringify(detail)}`),
    ...(options.approvalHoldMs === undefined ? {} : { limits: { approvalHoldMs: options.approvalHoldMs } }),
    ...(options.deskUrlOf === undefined ? {} : { deskUrlOf: options.deskUrlOf }),
    ...(opening === undefined ? {} : { deskUrlOf: opening.desk.urlOf }),
  });
  const beside = besideGateway(road, (token) => tokens.verify(token, clock.wallMs()), metadataUrl);
  const metadata = JSON.stringify({
    resource: url,
    bearer_methods_supported: ['header'],
    resource_name: 'Countersign',
  });
  gatewayServer.on('request', (req, res) => {
    if (req.method === 'GET' && req.url === new URL(metadataUrl).pathname) {
      res.writeHead(200, { 'content-type': 'application/json' }).end(metadata);
    } else if (!beside(req, res)) gateway.handle(req, res);
  });
  sequencer.onEvent((event) => {
    if (!takesStanding(event)) return;
    const lost = (caller: Caller) => isLost(sequencer.head, caller, clock.wallMs());
    gateway.forget(lost);
    // A process that serves nobody's task any more is not left running.
    void upstreams
      .release((owner) => {
        const agent = sequencer.head.get(facets.task(owner.task))?.agent ?? '';
        return lost({ agent, tokenId: '', task: owner.task, session: owner.session });
      })
      .catch(() => log('an upstream could not be ended'));
  });

  const socketPath = socketPathOf(dataDir);
  const catalogueDir = options.catalogueDir ?? resolve('catalogue');
  const reloader = createReloader({
    load: () =>
      loadTested({
        policyDir,
        mode: options.mode,
        shadow,
        programs,
        ...(existsSync(catalogueDir) ? { catalogueDir } : {}),
        ...(options.signalsFile === undefined ? {} : { signalsFile: options.signalsFile }),
      }),
    current: force.current,
    publish: (who, next, reason) => publish(road, force, who, next, { reason }),
    undone: ({ sources }) => sequencer.head.get(facets.undone)?.texts === textsDigest(sources.policies),
    catalogueChanged: publishing.checkCandidate,
    wallMs: clock.wallMs,
    say: log,
  });
  const stopWatching = watchFiles({
    directories: options.watch === true ? [policyDir, catalogueDir] : [],
    settleMs: 150,
    pollMs: 2000,
    onChange: async () =>
      void (await reloader.reload({ ...operator, channel: 'watched-files' }, 'the files were saved')),
  });
  opened.defer(stopWatching);
  const stopTemplates = options.watch === true ? templates.watch() : () => undefined;
  opened.defer(stopTemplates);
  const watchedFiles: Operator = { ...operator, channel: 'watched-files' };
  const stopApprovers =
    (options.watch === true ? approvers?.watch(road, watchedFiles) : undefined) ?? (() => undefined);
  opened.defer(stopApprovers);
  const stopSignals =
    (options.watch === true ? signals?.watch(road, watchedFiles) : undefined) ?? (() => undefined);
  opened.defer(stopSignals);
  const probes = openHttpProbes();
  const stopProbing = startProbing(road, probes.ask, { id: `${operator.id}/probe` }, (signal, why) =>
    log(`the probe of \`${signal}\` could not say what it found: ${why}`),
  );
  opened.defer(async () => {
    stopProbing();
    await probes.close();
  });
  const catalogueDesk = createCatalogueDesk(catalogueDir, upstreams, force.current, reloader);

  const guards = [
    dataDir,
    policyDir,
    catalogueDir,
    options.taskDir,
    options.mcpFile,
    options.approversFile,
    options.signalsFile,
    options.messagesFile,
  ];
  if (options.signersFile !== undefined) guards.push(options.signersFile);
  const hooks = createClaudeHooks({
    road,
    randomness,
    operator: { ...operator, channel: 'hook' },
    ground: (project) => ({
      project,
      home: homedir(),
      guards: guards.filter((path) => path !== undefined).map((path) => resolve(path)),
    }),
    log: (event, detail) => log(`${event} ${JSON.stringify(detail)}`),
  });
  opened.defer(hooks.close);

  const api = createApiServer(
    [
      ...claudeRoutes(hooks),
      ...taskRoutes(road, randomness, tokens, () => [url]),
      ...approvalRoutes(road, store.ledger, opening?.desk.urlOf),
      ...approverRoutes(
        road,
        approvers?.approvers,
        opening === undefined ? undefined : { url: opening.url, link: opening.desk.link },
      ),
      ...batchRoutes(road, store.ledger),
      ...loadRoutes(road, store.ledger),
      ...reviewRoutes(road, reviews),
      ...signalRoutes(road, store.ledger),
      ...breakGlassRoutes(road),
      ...messageRoutes(road, messages),
      ...deferralRoutes(road),
      ...recordRoutes(road, store.ledger),
      ...labelRoutes(road),
      ...catalogueRoutes(road, catalogueDesk),
      ...steeringRoutes(road),
      ...autonomyRoutes(road),
      ...policyRoutes({
        ...publishing,
        publish: reloader.reload,
        digests: () => {
          const { policies, catalogue } = force.current();
          return { policies: policies.digest, catalogue: catalogue.digest };
        },
      }),
      ...statusRoutes(road, {
        version,
        startedAt: clock.wallMs(),
        canaryProvedAt,
        url,
        policyDir,
        catalogueDir,
        ...(options.mcpFile === undefined ? {} : { mcpFile: options.mcpFile }),
        upstreams: servers.servers.map(({ name, kind }) => ({ name, kind })),
        ...(opening === undefined ? {} : { desk: opening.url }),
        held: () => approvers?.approvers.held() !== undefined,
        ...(opa === undefined ? {} : { opa: opa.told }),
        ...(options.intent === undefined ? {} : { intent: toldOf(options.intent) }),
        messages: messages.states,
        reload: reloader.last,
      }),
    ],
    operator,
  );
  await listeningLocally(api, socketPath);

  opened.move();
  return {
    url,
    socketPath,
    verifierKey: pair.verifierKey,
    ...(opening === undefined ? {} : { deskUrl: opening.url }),
    published: first,
    async close() {
      stopWatching();
      stopTemplates();
      stopApprovers();
      stopSignals();
      stopProbing();
      await probes.close();
      opening?.close();
      gatewayServer.close();
      await gateway.close(options.graceMs);
      hooks.close();
      live.stop(() => true, 'shutdown');
      await upstreams.close();
      await opa?.close();
      await intent?.close();
      await messages.close();
      await Promise.all(targets.map((target) => target.close()));
      gatewayServer.closeAllConnections();
      api.close();
      api.closeAllConnections();
      stopContact();
      stopClosing();
      stopExpiring();
      stopIntegrating();
      redecider.close();
      await integrator.integrate();
      await store.close();
      rmSync(socketPath, { force: true });
    },
  };
}

/**
 * A log is signed by one key to its end: going on with another would make two histories of one.
 *
 * @throws {ConfigurationRefused} the newest head of this ledger is not by our key
 */
async function ownHead(tree: TreeStore, log: TrustedLog): Promise<void> {
  const newest = await tree.checkpoint();
  if (newest === undefined || openCheckpoint(Buffer.from(newest.note), log).ok) return;
  throw new ConfigurationRefused(
    'the newest head of this ledger was signed with another key: put back the `log.key` and the master key that belong to it, or start with a new data directory',
  );
}

/** @throws {ConfigurationRefused} it is no directory, or not ours to read and write */
function usable(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unusable';
    throw new ConfigurationRefused(
      `\`${dataDir}\` cannot be the data directory (${code}): name another with --data`,
    );
  }
}

function takesStanding(event: Event): boolean {
  if (event.type === 'session.redecided') return event.outcome === 'end';
  return event.type === 'task.ended' || event.type === 'revoked' || event.type === 'swept';
}

async function listening(server: Server, { host, port }: DaemonOptions): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on (${error.code})`;
      reject(new ConfigurationRefused(`\`${host}:${port}\` ${why}: name another with --listen`));
    });
    server.listen(port, host, () => resolve());
  });
  const { port: bound } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}/mcp`;
}

// The store is owned by this process, so a socket that is still there belongs to nobody.
async function listeningLocally(server: Server, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve());
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
}

/** An Ed25519 key in PKCS #8 (RFC 8410) ends in its 32-byte seed. */
function seedOf(pkcs8: Uint8Array): Uint8Array {
  return pkcs8.subarray(pkcs8.length - 32);
}
