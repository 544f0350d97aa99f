// SPDX-License-Identifier: Apache-2.0
/**
 * `countersign hook claude EVENT --data DIR`: the command that Claude Code runs at each event of its hooks.
 *
 * Started for every tool call, so it loads next to nothing: it asks the daemon and prints what that says. Whatever goes
 * wrong is a refusal in words; where it cannot even say that, it exits with 2 and never with 1, which lets a call pass.
 * Its deadline is shorter than the client's, since a client that stops waiting lets the call pass, too.
 *
 * Source: docs/coding-agents.md, "How it fails".
 */
import { resolve } from 'node:path';
import { askDaemon } from '../edges/hooks/ask-daemon.ts';
import { type HookEvent, isAnswer, isHookEvent, type Json, undecided } from '../edges/hooks/claude-answer.ts';
import { socketPathOf } from './socket-path.ts';

const maxEventBytes = 32 << 20;
/** `hook install` gives the client three times as long. */
const usualDeadlineMs = 10_000;

const startedMs = performance.now();
const fail = (error: unknown): never => {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`Countersign's hook failed, so nothing is let through: ${why}\n`);
  process.exit(2);
};
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const [, , client, ...rest] = process.argv;
const named = isHookEvent(rest[0]) ? rest[0] : undefined;
const dataDir = resolve(after('--data') ?? process.env.COUNTERSIGN_DATA ?? '.countersign');
const deadlineMs = Number(after('--deadline') ?? usualDeadlineMs);

function after(flag: string): string | undefined {
  const at = rest.indexOf(flag);
  return at < 0 ? undefined : rest[at + 1];
}

async function main(): Promise<void> {
  if (client !== 'claude') throw new Error('say which client this is the hook of: claude');
  const left = (): number => Math.max(1, deadlineMs - (performance.now() - startedMs));
  const text = await input(left());
  const read = typeof text === 'string' ? undefined : parsed(text);
  const event = named ?? eventIn(read);
  if (event === undefined) throw new Error('what came is no event of a hook');

  const refuse = (reason: string): void =>
    print(
      undecided(
        event,
        `Countersign could not decide, so nothing is let through: ${reason}.`,
        responseIn(read),
      ),
    );
  if (typeof text === 'string') return refuse(text);
  if (read === undefined) return refuse('the event is not JSON');
  if (eventIn(read) !== event) return refuse('the event is another one than this hook is for');

  const asked = await askDaemon(socketPathOf(dataDir), '/v1/hooks/claude', body(text), left());
  if (!asked.ok) return refuse(asked.reason);
  const answer = asked.answer as Json | undefined;
  return isAnswer(event, answer)
    ? print(answer)
    : refuse('its daemon gave an answer that this event does not have');
}

/** What the client wrote goes on as it is: it is one whole JSON value, so nothing of it can stand beside itself. */
function body(event: Buffer): Buffer {
  const says = {
    project: process.env.CLAUDE_PROJECT_DIR ?? process.cwd(),
    ...(process.env.COUNTERSIGN_TASK === undefined ? {} : { task: process.env.COUNTERSIGN_TASK }),
  };
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(says).slice(0, -1)},"event":`),
    event,
    Buffer.from('}'),
  ]);
}

/** @returns the event, or why there is none */
function input(withinMs: number): Promise<Buffer | string> {
  return new Promise((settle) => {
    const chunks: Buffer[] = [];
    let size = 0;
    setTimeout(() => settle('the event did not come to an end in time'), withinMs).unref();
    process.stdin.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxEventBytes) chunks.push(chunk);
      else settle(`an event has at most ${maxEventBytes} bytes`);
    });
    process.stdin.on('end', () => settle(Buffer.concat(chunks)));
    process.stdin.on('error', () => settle('the event could not be read'));
  });
}

function parsed(text: Buffer): Record<string, Json> | undefined {
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, Json>) : undefined;
  } catch {
    return undefined;
  }
}

function eventIn(read: Record<string, Json> | undefined): HookEvent | undefined {
  const name = read?.hook_event_name;
  return typeof name === 'string' && isHookEvent(name) ? name : undefined;
}

function responseIn(read: Record<string, Json> | undefined): Json | undefined {
  return read?.tool_response;
}

function print(answer: Json): void {
  process.stdout.on('error', fail);
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
}

await main().catch(fail);
