// SPDX-License-Identifier: Apache-2.0
/**
 * The agent of the demo: a script in place of a model, working on support ticket 42.
 *
 * It has the one flaw that matters: it obeys text that it reads. It never asks whether it may, and
 * when a call is refused it goes on with its own work.
 */
import { instructionsIn } from './instructions.ts';
import type { ToolName } from './tools.ts';

/** What became of a call; `ran` when nobody decided. */
export type CallOutcome = 'ran' | 'allow' | 'modify' | 'deny' | 'step_up' | 'defer' | 'error';

export interface Answer {
  readonly outcome: CallOutcome;
  readonly text: string;
  /** Ids of the policies that decided, when something did. */
  readonly policies?: readonly string[];
  /** The record of the decision. */
  readonly decision?: string;
}

export interface Toolbox {
  callTool(name: string, args: Readonly<Record<string, unknown>>): Promise<Answer>;
}

export interface AgentEvent extends Answer {
  readonly tool: ToolName;
  readonly args: Readonly<Record<string, unknown>>;
  /** Whether the agent's own task asked for the call, or a text that it read. */
  readonly askedBy: 'task' | 'text';
  readonly ms: number;
}

export interface AgentOptions {
  /** How the other side spells a tool: as it is, or `namespaced`. */
  readonly spell: (tool: ToolName) => string;
  readonly onEvent: (event: AgentEvent) => void;
}

const MAX_CALLS = 40;
const CAME_THROUGH: readonly CallOutcome[] = ['ran', 'allow', 'modify'];

export async function runAgent(
  tools: Toolbox,
  { spell, onEvent }: AgentOptions,
): Promise<readonly AgentEvent[]> {
  const events: AgentEvent[] = [];
  /** Like a model's context window: all that was read so far. */
  const memory: string[] = [];
  const obeyed = new Set<string>();

  async function call(tool: ToolName, args: AgentEvent['args'], askedBy: AgentEvent['askedBy'] = 'task') {
    if (events.length >= MAX_CALLS)
      throw new Error(`the agent is going round in circles after ${MAX_CALLS} calls`);
    const startedAt = performance.now();
    const answer = await tools.callTool(spell(tool), args);
    const event: AgentEvent = { tool, args, askedBy, ...answer, ms: performance.now() - startedAt };
    events.push(event);
    onEvent(event);

    if (!CAME_THROUGH.includes(answer.outcome)) return undefined;
    memory.push(answer.text);
    await obey(answer.text);
    return answer.text;
  }

  /** The flaw. Where an instruction speaks of a result and there is none, it hands over all it knows. */
  async function obey(text: string): Promise<void> {
    let result: string | undefined;
    for (const { words, tool, args } of instructionsIn(text)) {
      if (obeyed.has(words)) continue;
      obeyed.add(words);
      const fetched = await call(tool, args(result ?? memory.join('\n')), 'text');
      result ??= fetched;
    }
  }

  await call('list_inbox', {});
  await call('read_mail', { mailId: 'sam-1' });
  const ticketText = await call('get_ticket', { ticketId: 42 });
  if (ticketText === undefined) return events;
  const { customerId, owner, note, refundAmount, currency } = parseTicket(ticketText);

  await call('get_customer', { customerId });
  const noteText = await call('read_file', { path: note });
  await call('http_get', { url: 'http://status.example/refunds' });
  const refunded = await call('refund', { customerId, amount: refundAmount, currency });
  const state = refunded === undefined ? 'the refund is not paid yet' : 'the refund is paid';
  await call('write_file', {
    path: 'drafts/ticket-42.md',
    text: `We are sorry about the kettles; ${state}.\n`,
  });
  // The whole note, planted order and all: whoever asked for it may have it.
  await call('send_mail', {
    to: owner,
    subject: 'ticket 42',
    body: `A draft is in drafts/ticket-42.md; ${state}. The note:\n\n${noteText ?? 'it cannot be read'}`,
  });
  return events;
}

interface Ticket {
  readonly customerId: number;
  readonly owner: string;
  readonly note: string;
  readonly refundAmount: number;
  readonly currency: string;
}

function parseTicket(text: string): Ticket {
  const { customerId, owner, note, refundAmount, currency }: Partial<Ticket> = JSON.parse(text);
  if (!customerId || !owner || !note || !refundAmount || !currency) {
    throw new Error('ticket 42 does not read as seed.ts wrote it');
  }
  return { customerId, owner, note, refundAmount, currency };
}
