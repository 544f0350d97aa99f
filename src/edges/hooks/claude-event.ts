// SPDX-License-Identifier: Apache-2.0
/**
 * One event of a Claude Code hook, read out of what the client wrote.
 *
 * Members that are not named here are passed by: the client adds some with each version. What is named is bounded, and
 * an event that lacks it is none.
 */
import { isObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from '../../core/json/value.ts';
import { type HookEvent, isHookEvent } from './claude-answer.ts';

interface Where {
  readonly name: HookEvent;
  /** The client's own name for the conversation. */
  readonly conversation: string;
  readonly cwd: string;
  /** Set where a sub-agent does it. */
  readonly subagent?: string;
}

interface ToolCall {
  readonly id: string;
  readonly tool: string;
  readonly input: JsonObject;
}

export type ClaudeEvent = Where &
  (
    | { readonly kind: 'prompt'; readonly text: string }
    | (ToolCall & { readonly kind: 'before' })
    | (ToolCall & { readonly kind: 'after'; readonly response: JsonValue })
    | (ToolCall & { readonly kind: 'failed'; readonly error: string })
    /** The turn of the agent, or of a sub-agent, is over. */
    | { readonly kind: 'stop' }
    | { readonly kind: 'end' }
  );

export type EventRead =
  | { readonly ok: true; readonly event: ClaudeEvent }
  | { readonly ok: false; readonly message: string };

const isId = /^[A-Za-z0-9_-]{1,128}$/;
const isToolName = /^[A-Za-z0-9_-]{1,256}$/;
const maxPathLength = 4096;

export function readClaudeEvent(value: JsonValue | undefined): EventRead {
  if (!isObject(value)) return refused('the event must be an object');
  const name = stringAt(value, 'hook_event_name');
  if (!isHookEvent(name)) return refused('`hook_event_name` is no event that is decided here');
  const conversation = stringAt(value, 'session_id');
  if (conversation === undefined || !isId.test(conversation))
    return refused('`session_id` must be a name of letters, digits, `-` and `_`');
  const cwd = stringAt(value, 'cwd');
  if (cwd === undefined || !isAbsolutePath(cwd)) return refused('`cwd` must be an absolute path');
  const subagent = stringAt(value, 'agent_id');
  const where: Where = { name, conversation, cwd, ...(subagent === undefined ? {} : { subagent }) };

  switch (name) {
    case 'UserPromptSubmit': {
      const text = stringAt(value, 'prompt');
      return text === undefined
        ? refused('`prompt` must be a string')
        : read({ ...where, kind: 'prompt', text });
    }
    case 'SubagentStop':
    case 'Stop':
      return read({ ...where, kind: 'stop' });
    case 'SessionEnd':
      return read({ ...where, kind: 'end' });
    case 'PreToolUse':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return readCall(value, where);
  }
}

function readCall(value: JsonObject, where: Where): EventRead {
  const id = stringAt(value, 'tool_use_id');
  const tool = stringAt(value, 'tool_name');
  const input = objectAt(value, 'tool_input');
  if (id === undefined || !isId.test(id)) return refused('`tool_use_id` must be a name');
  if (tool === undefined || !isToolName.test(tool)) return refused('`tool_name` must be a name');
  if (input === undefined) return refused('`tool_input` must be an object');
  const call = { ...where, id, tool, input };
  if (where.name === 'PreToolUse') return read({ ...call, kind: 'before' });
  if (where.name === 'PostToolUseFailure')
    return read({ ...call, kind: 'failed', error: stringAt(value, 'error') ?? '' });
  return read({ ...call, kind: 'after', response: own(value, 'tool_response') ?? null });
}

export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') && path.length <= maxPathLength && !path.includes('\0');
}

function read(event: ClaudeEvent): EventRead {
  return { ok: true, event };
}

function refused(message: string): EventRead {
  return { ok: false, message };
}
