// SPDX-License-Identifier: Apache-2.0
/**
 * Countersign in the hooks of Claude Code: each tool call is decided before it runs and observed after, and each prompt
 * is put on record before the agent reads it.
 *
 * The client runs the calls, so what it does with an answer cannot be seen from here: it starts a tool when it likes,
 * and what a failed call printed reaches the model whatever is answered. docs/coding-agents.md has the list.
 */
import { authorize } from '../../app/authorize.ts';
import { observe, type Upshot } from '../../app/observe.ts';
import type { Randomness } from '../../app/ports.ts';
import { submitPrompt } from '../../app/prompts.ts';
import type { Road } from '../../app/road.ts';
import { canonicalJson } from '../../core/json/canonical.ts';
import { parseJson } from '../../core/json/parse.ts';
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json/value.ts';
import type { Caller, Operator } from '../../core/request/proposal.ts';
import { narrowingNotice, quarantineNotice, sentence } from '../mcp/refusal.ts';
import {
  type Answer,
  blocked,
  denied,
  narrowedTo,
  pass,
  passWith,
  replaced,
  withheld,
} from './claude-answer.ts';
import type { ClaudeEvent } from './claude-event.ts';
import { claudeTarget, clientServer, contentOf, responseOf, tooMuch } from './claude-target.ts';
import { type Conversations, createConversations } from './conversations.ts';
import { createOpenCalls, type OpenCall } from './open-calls.ts';
import type { Ground } from './place.ts';

export interface HookGate {
  readonly road: Road;
  readonly randomness: Randomness;
  readonly operator: Operator;
  /** What lies where, for a project in this directory. */
  readonly ground: (project: string) => Ground;
  readonly log: (event: string, detail: JsonObject) => void;
}

/** What the thin client says beside the event. */
export interface HookSays {
  readonly event: ClaudeEvent;
  /** The directory that the client was started for. */
  readonly project: string;
  /** COUNTERSIGN_TASK. */
  readonly task?: string;
}

export interface ClaudeHooks {
  /** @param gone aborted when nobody waits for the answer any more */
  handle(says: HookSays, gone: AbortSignal): Promise<Answer>;
  close(): void;
}

/** What the client lets be done to a result is too little to keep an obligation on it. */
const understood: ReadonlySet<string> = new Set();
const maxAttempts = 3;
const argsLimits = { maxBytes: 32 << 20, maxDepth: 64, maxNodes: 1_000_000 };

type Before = Extract<ClaudeEvent, { kind: 'before' }>;
type After = Extract<ClaudeEvent, { kind: 'after' | 'failed' }>;

export function createClaudeHooks(gate: HookGate): ClaudeHooks {
  const { road, operator } = gate;
  const conversations: Conversations = createConversations(road, gate.randomness, operator);
  const calls = createOpenCalls(road.clock, (lost) => void closeLost(lost, 'no result came in an hour'));

  const close = (open: OpenCall, upshot: Omit<Upshot, 'tookMs'>) =>
    observe(road, open.call, { ...upshot, tookMs: road.clock.monotonicMs() - open.startedMs });

  function closeLost(open: OpenCall, detail: string) {
    return close(open, { status: 'ambiguous', detail });
  }

  async function before(
    event: Before,
    caller: Caller,
    directory: string,
    gone: AbortSignal,
  ): Promise<Answer> {
    const { session } = caller;
    const asked = canonicalJson({ tool: event.tool, input: event.input });
    const already = calls.get(session, event.id);
    // Hooks that are installed twice ask twice about one call.
    if (already?.asked === asked) return passWith(argsOf(already.args));
    if (already !== undefined || calls.answered(session, event.id) !== undefined)
      return denied('This call was refused: another call has its name already. Nothing was done.');

    const { target, server, args } = claudeTarget(event.tool, event.input, {
      cwd: event.cwd,
      ground: gate.ground(directory),
      entries: road.published().catalogue.entries,
      programs: road.programs,
    });
    // A tool of a server runs where that does, and not where the client is.
    const standsIn = server === clientServer ? { standsIn: event.cwd } : {};
    const proposal = { method: 'tools/call', server, target, args, ...standsIn };
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const startedMs = road.clock.monotonicMs();
      const authorization = await authorize(road, caller, proposal, understood);
      if (authorization.outcome !== 'allow') return denied(sentence(authorization, 'tools/call'));
      const { call } = authorization;
      const open: OpenCall = {
        call,
        tool: event.tool,
        target,
        args: authorization.args,
        asked,
        subagent: event.subagent,
        startedMs,
      };
      await call.ready();
      const released = gone.aborted ? 'stopped' : call.release();
      if (released === 'go') {
        if (calls.add(session, event.id, open)) return passWith(argsOf(open.args));
        // It was let go and will not run; nobody can take that back but by saying so.
        await closeLost(open, 'too many calls are open');
        return denied(
          'This call was refused: too many calls of this conversation are open. Try again later.',
        );
      }
      await close(open, { status: 'unreleased' });
      if (released === 'stopped') break;
    }
    return denied('This call was refused: its decision could not be acted on in time. Nothing was done.');
  }

  async function after(event: After, caller: Caller): Promise<Answer> {
    const { session } = caller;
    const response = event.kind === 'after' ? event.response : undefined;
    const again = calls.answered(session, event.id);
    if (again !== undefined) return again;
    const open = calls.take(session, event.id);
    if (open === undefined) {
      gate.log('hook_call_unknown', { session, tool: event.tool });
      const reason = 'Countersign did not decide this call, or has closed it: its result is withheld.';
      return event.kind === 'after' ? withheld(reason, response) : pass;
    }
    const answer = await observed(event, open);
    calls.remember(session, event.id, answer);
    return answer;
  }

  async function observed(event: After, open: OpenCall): Promise<Answer> {
    const response = event.kind === 'after' ? event.response : undefined;
    const other = ranAsDecided(event, open.args)
      ? undefined
      : 'the client ran other arguments than were decided';
    const more = response === undefined ? undefined : tooMuch(open.target, response);
    const why = other ?? more;
    const content =
      event.kind === 'after'
        ? contentOf(event.tool, event.response)
        : { isError: true, content: [{ type: 'text', text: event.error }] };
    const done = await close(
      open,
      why === undefined
        ? {
            status: event.kind === 'after' ? 'ok' : 'error',
            result: content,
          }
        : { status: 'withheld', detail: why },
    );
    if (done.released) {
      const { result, transforms } = done;
      if (result === undefined || transforms.length === 0 || event.kind === 'failed') return pass;
      const notice = narrowingNotice(transforms, open.call.decision);
      const left = responseOf(event.tool, event.response, result);
      return left === undefined
        ? withheld(`${notice} What is left has no form that the client takes.`, response)
        : narrowedTo(left, notice);
    }
    // What a failed call printed is on its way already: only its label counts from here on.
    if (event.kind === 'failed') return pass;
    if (done.code === 'quarantined')
      return withheld(quarantineNotice(done.quarantine, open.call.decision), response);
    const what =
      why ??
      (done.code === 'stopped'
        ? 'the task, session or agent lost its standing while it ran'
        : 'it could not be recorded');
    const reason = `Countersign withholds this result: ${what} (decision ${open.call.decision}).`;
    // The work can go on without it: the search is one whose result the client is known to replace.
    return other === undefined && more !== undefined && event.kind === 'after'
      ? replaced(reason, event.response)
      : withheld(reason, response);
  }

  async function prompt(text: string, caller: Caller): Promise<Answer> {
    const channel = isClients(text) ? 'agent-claimed' : 'hook';
    const done = await submitPrompt(road, operator, { task: caller.task, channel, text });
    if (done.ok) return pass;
    const by = done.policies.length === 0 ? '' : `, policy ${done.policies.join(', ')}`;
    return blocked(`Countersign could not take the prompt: ${done.reason ?? done.code} (${done.code}${by}).`);
  }

  async function over(session: string, whose: { subagent: string | undefined } | 'all'): Promise<Answer> {
    for (const open of calls.takeAll(session, whose))
      await closeLost(open, 'the turn ended without its result');
    return pass;
  }

  return {
    async handle({ event, project, task }, gone) {
      const conversation = { client: 'claude', id: event.conversation, directory: project };
      if (event.kind === 'stop' || event.kind === 'end') {
        const known = conversations.known(conversation);
        if (known === undefined) return pass;
        return over(known.session, event.kind === 'end' ? 'all' : { subagent: event.subagent });
      }
      const standing = await conversations.standingOf({
        ...conversation,
        ...(task === undefined ? {} : { task }),
      });
      if (!standing.ok) {
        const reason = `Countersign lets nothing through here: ${standing.reason}.`;
        if (event.kind === 'before') return denied(reason);
        if (event.kind === 'prompt') return blocked(reason);
        return event.kind === 'after' ? withheld(reason, event.response) : pass;
      }
      const { caller, directory } = standing;
      switch (event.kind) {
        case 'prompt':
          // Between two turns none of its own calls can still be running.
          await over(caller.session, { subagent: undefined });
          return prompt(event.text, caller);
        case 'before':
          return before(event, caller, directory, gone);
        case 'after':
        case 'failed':
          return after(event, caller);
      }
    },
    close: calls.clear,
  };
}

/** What the person answers stands among the arguments afterwards. */
const filledIn: ReadonlySet<string> = new Set(['AskUserQuestion', 'ExitPlanMode']);

function ranAsDecided({ tool, input }: After, decided: string): boolean {
  if (canonicalJson(input) === decided) return true;
  const same = (name: string, value: JsonValue): boolean => {
    const ran = own(input, name);
    return ran !== undefined && canonicalJson(ran) === canonicalJson(value);
  };
  return filledIn.has(tool) && Object.entries(argsOf(decided)).every(([name, value]) => same(name, value));
}

/**
 * Whether the client itself has written a prompt: what a sub-agent or a background command came back with arrives as one,
 * and is the word of whoever that one has read. A person who begins with such a tag is taken for the client, too.
 */
function isClients(text: string): boolean {
  return (
    /^\s*<[a-z][a-z0-9]*(?:-[a-z0-9]+)+[\s>]/.test(text) ||
    /<\/?(?:task-notification|system-reminder|teammate-message|agent-message|background-task)[\s>]/i.test(
      text,
    )
  );
}

/** Ours, and written by us a moment ago. */
function argsOf(canonical: string): JsonObject {
  const parsed = parseJson(Buffer.from(canonical, 'utf8'), argsLimits);
  if (!parsed.ok || !isObject(parsed.value)) throw new Error('the arguments of a call are not an object');
  return parsed.value;
}
