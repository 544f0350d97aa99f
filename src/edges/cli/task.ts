// SPDX-License-Identifier: Apache-2.0
// `countersign task start|prompt|end`.
import type { Daemon } from './client.ts';
import { parseDurationMs } from './durations.ts';
import { accepted, CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine } from './printable.ts';

export interface StartOptions {
  readonly type: string;
  readonly agent: string;
  readonly owner: string;
  readonly autonomy: string;
  readonly param: readonly string[];
  readonly budget: readonly string[];
  readonly ttl?: string;
  readonly onBehalfOf?: string;
  readonly purpose?: string;
  readonly prompt?: string;
  readonly parent?: string;
  readonly json?: boolean;
}

export async function startTask(
  daemon: Daemon,
  options: StartOptions,
  stdin: () => Promise<string>,
): Promise<void> {
  const ttlMs = options.ttl === undefined ? undefined : parseDurationMs(options.ttl);
  if (options.ttl !== undefined && ttlMs === undefined)
    throw new CommandFailed(`--ttl \`${options.ttl}\` is no duration: write 90s, 15m, 2h`, exit.usage);
  const prompt = options.prompt === '-' ? await stdin() : options.prompt;
  const body = accepted(
    await daemon.call('POST', '/v1/tasks', {
      type: options.type,
      agent: options.agent,
      owner: options.owner,
      autonomy: options.autonomy,
      params: Object.fromEntries(options.param.map((pair) => keyValue(pair, '--param ticket=42'))),
      budgets: options.budget.map((pair) => {
        const [name, limit] = keyValue(pair, '--budget calls=50');
        if (!/^\d{1,9}$/.test(limit))
          throw new CommandFailed(`\`${pair}\` has no whole number: write --budget calls=50`, exit.usage);
        return { name, limit: Number(limit) };
      }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
      ...(options.onBehalfOf === undefined ? {} : { onBehalfOf: options.onBehalfOf }),
      ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(options.parent === undefined ? {} : { parent: options.parent }),
    }),
  );
  if (options.json === true) return print(jsonLine(body));
  say(`task ${body.task} for agent ${body.agent}, until ${body.taskExpiresAt}`);
  say(`point the MCP client at ${body.urls[0]} with this as its bearer token:`);
  print(body.token);
}

export interface PromptOptions {
  readonly author?: string;
  readonly channel: string;
  readonly json?: boolean;
}

/** @param text absent or `-`: it is read from standard input */
export async function promptTask(
  daemon: Daemon,
  task: string,
  text: string | undefined,
  { author, channel, json }: PromptOptions,
  stdin: () => Promise<string>,
): Promise<void> {
  const body = accepted(
    await daemon.call('POST', '/v1/prompts', {
      task,
      channel,
      text: text === undefined || text === '-' ? await stdin() : text,
      ...(author === undefined ? {} : { author }),
    }),
  );
  print(json === true ? JSON.stringify(body) : `prompt ${body.prompt} for ${task} (${body.decision})`);
}

export async function endTask(daemon: Daemon, task: string, reason: string, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('POST', '/v1/tasks/end', { task, reason }));
  print(json ? jsonLine(body) : `ended ${task}`);
}

function keyValue(pair: string, example: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new CommandFailed(`\`${pair}\` is not name=value: write ${example}`, exit.usage);
  return [pair.slice(0, at), pair.slice(at + 1)];
}
