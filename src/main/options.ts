// SPDX-License-Identifier: Apache-2.0
// What a daemon is started with: flag over environment over default. Nothing else reads the environment.
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { parseDurationMs } from '../edges/cli/durations.ts';
import { type DeskFlags, type DeskOptions, readDesk } from './desk-open.ts';
import { type IntentFlags, type IntentOptions, readIntentOptions } from './intent.ts';
import { type OpaFlags, type OpaOptions, readOpa } from './opa.ts';

export interface DaemonOptions {
  /** The `mcpServers` file that names the upstreams. */
  readonly mcpFile?: string;
  readonly policyDir?: string;
  readonly catalogueDir?: string;
  /** Templates of tasks: docs/tasks.md. */
  readonly taskDir?: string;
  /** Who may approve: docs/approvals.md. Absent: nobody is asked. */
  readonly approversFile?: string;
  /** Which signals there are: docs/signals.md. Absent: none. */
  readonly signalsFile?: string;
  /** Where people sign in and answer. Absent: nowhere. */
  readonly desk?: DeskOptions;
  /** Where people are told what waits: docs/approvals.md. Absent: nobody is told. */
  readonly messagesFile?: string;
  /** How long the gateway holds a call that waits for people. */
  readonly approvalHoldMs?: number;
  /** Whose signatures of commits count: docs/coding-agents.md. Absent: nobody's. */
  readonly signersFile?: string;
  /** Branches that `context.git` calls protected. Absent: the usual names. */
  readonly protectedBranches?: readonly string[];
  /** Where people decide a request, from whoever serves the page. Absent: no client is sent anywhere. */
  readonly deskUrlOf?: (approval: string) => string | undefined;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly mode: 'enforce' | 'shadow';
  /** How long a decision may wait for its release; docs/architecture.md, rule 5. */
  readonly releaseWithinMs: number;
  readonly graceMs: number;
  /** `policy.shadowCheck`: the share of decisions that the official engine decides again; docs/adr/0013-compiled-cedar.md. */
  readonly shadowCheck?: number;
  /** Whether saved policies and catalogue files come into force by themselves. */
  readonly watch?: boolean;
  /** Asked beside policy; absent: policy decides alone. */
  readonly opa?: OpaOptions;
  /** Asked what prompts ask for; absent: they are read by the built-in reader alone. */
  readonly intent?: IntentOptions;
}

export interface Flags extends OpaFlags, IntentFlags, DeskFlags {
  readonly mcp?: string;
  readonly policies?: string;
  readonly catalogue?: string;
  readonly tasks?: string;
  readonly approvers?: string;
  readonly signals?: string;
  readonly messages?: string;
  readonly approvalHold?: string;
  readonly signers?: string;
  readonly protectedBranches?: string;
  readonly data?: string;
  readonly listen?: string;
  readonly mode?: string;
  readonly shadowCheck?: string;
  readonly releaseWithin?: string;
}

export type OptionsRead =
  | { readonly ok: true; readonly options: DaemonOptions }
  | { readonly ok: false; readonly message: string };

/** Policies that nobody named: those that come with the product. */
export const starterDir = join(import.meta.dirname, '../../policies');

/** What clients are to run. */
export const command = join(import.meta.dirname, '../../bin/countersign');

/** What hooks of clients are to run. */
export const hookProgram = join(import.meta.dirname, '../../bin/countersign-hook');

/** Where `init` keeps the upstreams that it has taken out of the reach of clients. */
export const adoptedUpstreams = 'upstreams.json';

export const version = packageJson.version;

export const defaultListen = '127.0.0.1:7171';

export const defaultShadowCheck = '0.01';

export const defaultReleaseWithin = '1s';

/** Shorter, and a busy disk lets nothing through; longer, and what was revoked may still begin for that long. */
const releaseWithinBounds = { leastMs: 100, mostMs: 30_000 };

/** Shorter than clients wait for a call. */
export const defaultApprovalHold = '20s';

export function readOptions(flags: Flags, env: NodeJS.ProcessEnv): OptionsRead {
  const listen = parseListen(flags.listen ?? env.COUNTERSIGN_LISTEN ?? defaultListen);
  if (listen === undefined) return { ok: false, message: '--listen is HOST:PORT: 127.0.0.1:7171' };
  const mode = flags.mode ?? env.COUNTERSIGN_MODE ?? 'enforce';
  if (mode !== 'enforce' && mode !== 'shadow')
    return { ok: false, message: '--mode is `enforce` or `shadow`' };
  const share = flags.shadowCheck ?? env.COUNTERSIGN_SHADOW_CHECK ?? defaultShadowCheck;
  const shadowCheck = Number(share);
  if (!/^[0-9]*\.?[0-9]+$/.test(share) || shadowCheck > 1)
    return { ok: false, message: '--shadow-check is a share from 0 to 1: 0.01' };
  const releaseWithinMs = parseDurationMs(
    flags.releaseWithin ?? env.COUNTERSIGN_RELEASE_WITHIN ?? defaultReleaseWithin,
  );
  const { leastMs, mostMs } = releaseWithinBounds;
  if (releaseWithinMs === undefined || releaseWithinMs < leastMs || releaseWithinMs > mostMs)
    return { ok: false, message: '--release-within is a duration from 100ms to 30s: 1s' };
  const approversFile = named(flags.approvers ?? env.COUNTERSIGN_APPROVERS, 'approvers.yaml');
  const signalsFile = named(flags.signals ?? env.COUNTERSIGN_SIGNALS, 'signals.yaml');
  const signersFile = named(flags.signers ?? env.COUNTERSIGN_SIGNERS, 'allowed_signers');
  if (signersFile !== undefined && !existsSync(signersFile))
    return { ok: false, message: `there is no file \`${signersFile}\`` };
  const branches = (flags.protectedBranches ?? env.COUNTERSIGN_PROTECTED_BRANCHES)?.split(',');
  if (branches?.every((branch) => /^[A-Za-z0-9][A-Za-z0-9._/-]*\*?$/.test(branch)) === false)
    return { ok: false, message: '--protected-branches is a list such as `main,release/*`' };
  const messagesFile = named(flags.messages ?? env.COUNTERSIGN_MESSAGES, 'messages.yaml');
  const hold = flags.approvalHold ?? env.COUNTERSIGN_APPROVAL_HOLD ?? defaultApprovalHold;
  const approvalHoldMs = hold === '0' ? 0 : parseDurationMs(hold);
  if (approvalHoldMs === undefined || approvalHoldMs > maxApprovalHoldMs)
    return { ok: false, message: '--approval-hold is `0` or a time such as `20s`, at most `10m`' };
  const opa = readOpa(flags, env);
  if (!opa.ok) return opa;
  const intent = readIntentOptions(flags, env);
  if (!intent.ok) return intent;
  const desk = readDesk(flags, env);
  if (!desk.ok) return desk;
  const adopted = join(dataDirOf(flags.data, env), adoptedUpstreams);
  const mcpFile = flags.mcp ?? env.COUNTERSIGN_MCP ?? (existsSync(adopted) ? adopted : undefined);
  const policyDir = named(flags.policies ?? env.COUNTERSIGN_POLICIES, 'policies');
  const catalogueDir = named(flags.catalogue ?? env.COUNTERSIGN_CATALOGUE, 'catalogue');
  const taskDir = named(flags.tasks ?? env.COUNTERSIGN_TASKS, 'tasks');
  for (const dir of [policyDir, catalogueDir, taskDir])
    if (dir !== undefined && !isDirectory(dir))
      return { ok: false, message: `there is no directory \`${dir}\`` };
  return {
    ok: true,
    options: {
      ...(mcpFile === undefined ? {} : { mcpFile: resolve(mcpFile) }),
      ...(policyDir === undefined ? {} : { policyDir }),
      ...(catalogueDir === undefined ? {} : { catalogueDir }),
      ...(taskDir === undefined ? {} : { taskDir }),
      ...(approversFile === undefined ? {} : { approversFile }),
      ...(signalsFile === undefined ? {} : { signalsFile }),
      ...(desk.desk === undefined ? {} : { desk: desk.desk }),
      ...(messagesFile === undefined ? {} : { messagesFile }),
      approvalHoldMs,
      ...(signersFile === undefined ? {} : { signersFile }),
      ...(branches === undefined ? {} : { protectedBranches: branches }),
      dataDir: dataDirOf(flags.data, env),
      ...listen,
      mode,
      shadowCheck,
      releaseWithinMs,
      graceMs: 10_000,
      watch: true,
      ...(opa.opa === undefined ? {} : { opa: opa.opa }),
      ...(intent.intent === undefined ? {} : { intent: intent.intent }),
    },
  };
}

export function dataDirOf(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  return resolve(flag ?? env.COUNTERSIGN_DATA ?? '.countersign');
}

const maxApprovalHoldMs = 600_000;

// Without a flag, the directory or file of the usual name is taken if it is there.
function named(given: string | undefined, usual: string): string | undefined {
  if (given !== undefined) return resolve(given);
  return existsSync(usual) ? resolve(usual) : undefined;
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function parseListen(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}
