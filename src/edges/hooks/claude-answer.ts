// SPDX-License-Identifier: Apache-2.0
/**
 * What the hooks of Claude Code are answered: in the daemon, and by the thin client where no daemon answers.
 *
 * Imports nothing, since the client is started for each call. Never says `allow`: that would take away the client's own
 * question to its user. Never says `ask`: a yes at the terminal would lift a refusal without a record.
 *
 * Source: docs/coding-agents.md, as Claude Code 2.1.330 was seen to behave.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Answer = { readonly [key: string]: Json };

/** The events that are listened to. */
export const hookEvents = [
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'SubagentStop',
  'Stop',
  'SessionEnd',
] as const;
export type HookEvent = (typeof hookEvents)[number];

export function isHookEvent(name: string | undefined): name is HookEvent {
  return hookEvents.some((one) => one === name);
}

/** Nothing stands against it. */
export const pass: Answer = { continue: true };

/** The call goes on to the client's own permissions, with these arguments and no others. */
export function passWith(args: Answer): Answer {
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', updatedInput: args } };
}

export function denied(reason: string): Answer {
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: reason,
    },
  };
}

/** The prompt reaches nobody; the person reads why. */
export function blocked(reason: string): Answer {
  return { decision: 'block', reason };
}

/** The call was made, and its result is not for the model: a notice stands in its place. */
export function replaced(reason: string, response: Json): Answer {
  return {
    decision: 'block',
    reason,
    hookSpecificOutput: { hookEventName: 'PostToolUse', updatedToolOutput: blank(response, reason) },
  };
}

/** The call was made, and the model reads what policy left of its result, and that something is gone. */
export function narrowedTo(response: Json, notice: string): Answer {
  return {
    hookSpecificOutput: {
      hookEventName: 'PostToolUse',
      updatedToolOutput: response,
      additionalContext: notice,
    },
  };
}

/**
 * The same, and the turn ends: where the client does not take a result of this form, the end of the turn is all that
 * holds the real one back.
 */
export function withheld(reason: string, response: Json | undefined): Answer {
  const notice = response === undefined ? { decision: 'block', reason } : replaced(reason, response);
  return { continue: false, stopReason: reason, ...notice };
}

/** What is said where nobody has decided. What comes after a failed call, and the end of a turn, cannot be held back. */
export function undecided(event: HookEvent, reason: string, response?: Json): Answer {
  switch (event) {
    case 'PreToolUse':
      return denied(reason);
    case 'UserPromptSubmit':
      return blocked(reason);
    case 'PostToolUse':
      return withheld(reason, response);
    case 'PostToolUseFailure':
    case 'SubagentStop':
    case 'Stop':
    case 'SessionEnd':
      return pass;
  }
}

/** Whether a daemon's answer is one that this event has: what is not is taken for none. */
export function isAnswer(event: HookEvent, answer: Json | undefined): answer is Answer {
  if (!isObject(answer)) return false;
  const said = answer.hookSpecificOutput;
  const narrows = event === 'PostToolUse' && isObject(said) && said.updatedToolOutput !== undefined;
  if (event !== 'PreToolUse')
    return typeof answer.continue === 'boolean' || answer.decision === 'block' || narrows;
  if (!isObject(said) || said.hookEventName !== 'PreToolUse') return false;
  const decision = said.permissionDecision;
  if (decision === undefined) return isObject(said.updatedInput);
  return decision === 'deny' && typeof said.permissionDecisionReason === 'string';
}

/**
 * The same form with nothing in it: the client takes no result of another form. Words that say what a thing is (`type`,
 * `mode`) stay, since the form hangs on them.
 */
function blank(value: Json, notice: string): Json {
  const kinds = new Set(['type', 'mode', 'status']);
  let said = false;
  const walk = (one: Json, key: string): Json => {
    if (typeof one === 'string') {
      if (kinds.has(key) && /^[a-z_]{1,32}$/.test(one)) return one;
      const first = !said && key !== 'filePath';
      said ||= first;
      return first ? notice : '';
    }
    if (typeof one === 'number') return 0;
    if (Array.isArray(one)) return [];
    if (!isObject(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, walk(inner, name)]));
  };
  return walk(value, '');
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
