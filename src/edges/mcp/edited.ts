// SPDX-License-Identifier: Apache-2.0
/** What an agent is told of a call that people changed before it was made: that it was, and into what. Beside whatever came of it. */
import type { EditedCall } from '../../app/authorize.ts';
import { arrayAt, isObject, type JsonObject, objectAt } from '../../core/json/value.ts';
import { decisionKey } from './refusal.ts';
import type { Reply } from './rpc.ts';

/** Of each value: a model has to know what was done, and not to read a book. */
const maxValue = 300;

export function editNotice({ by, changed }: EditedCall): string {
  const said = changed.map(({ argument, now }) =>
    now === undefined ? `\`${argument}\` was left out` : `\`${argument}\` is ${short(now)}`,
  );
  return `A person changed this call before it was made, and it was made as they changed it: ${said.join('; ')} (approval ${by}). Go on from what was done, not from what you asked for.`;
}

export function withEdit(reply: Reply, method: string, edited: EditedCall | undefined): Reply {
  if (edited === undefined) return reply;
  const text = editNotice(edited);
  const data = { by: edited.by, changed: edited.changed.map(({ argument }) => argument) };
  if (!reply.ok) {
    const { error } = reply;
    const before = isObject(error.data) ? error.data : {};
    return {
      ok: false,
      error: { ...error, message: `${error.message} ${text}`, data: { ...before, edited: data } },
    };
  }
  const content = arrayAt(reply.result, 'content');
  const meta: JsonObject = objectAt(reply.result, '_meta') ?? {};
  return {
    ok: true,
    result: {
      ...reply.result,
      ...(method === 'tools/call' && content !== undefined
        ? { content: [...content, { type: 'text', text }] }
        : {}),
      _meta: { ...meta, [decisionKey]: { ...objectAt(meta, decisionKey), edited: data } },
    },
  };
}

function short(text: string): string {
  return text.length <= maxValue ? text : `${text.slice(0, maxValue).toWellFormed()}...`;
}
