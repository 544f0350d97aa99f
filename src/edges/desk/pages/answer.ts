// SPDX-License-Identifier: Apache-2.0
/**
 * What can be said to a request. To refuse takes one tap and nothing else; to say yes takes what its risk asks for. There is
 * no "always", and nothing of what is not in the data.
 *
 * A form that needs a passkey works with the script only, and says so without it.
 */
import { maxReasonLength } from '../../../core/record/events/parts.ts';
import type { Can, CardView, Edit, ForTask } from './card-view.ts';
import { foreign } from './foreign.ts';
import { exact, type Html, html } from './html.ts';
import { paths } from './paths.ts';
import { type Looking, tokenField, until } from './shell.ts';

/** What the agent is told where a person says no and nothing else. */
export const noWords = 'no reason was given';

export function answerPart(looking: Looking, view: CardView): Html {
  const { can, expiresAt, status } = view;
  return html`<section aria-labelledby="answer" class="answer">
<h2 id="answer" tabindex="-1">What you say</h2>
${status === 'requested' && html`<p class="countdown">Without an answer it is denied at ${until(expiresAt, looking)}.</p>`}
${can.answer ? forms(looking, view, can) : html`<p>${can.why}</p>`}
</section>`;
}

function forms(looking: Looking, view: CardView, can: Extract<Can, { answer: true }>): Html {
  const { approval, digest, card } = view;
  const fields = html`${tokenField(looking)}<input type="hidden" name="card" value="${digest}">`;
  const action = paths.answer(approval);
  return html`<div class="buttons">
<form method="post" action="${action}">${fields}<input type="hidden" name="verdict" value="refuse"><input type="hidden" name="reason" value="${noWords}">
<button>Refuse</button></form>
${approveForm(approval, action, fields, can.passkey, yesOf(card))}
</div>
${can.passkey && passkeyNote()}
<details><summary>Refuse and tell the agent</summary>
<form method="post" action="${action}">${fields}<input type="hidden" name="verdict" value="refuse">
<label for="reason">What the agent is told</label>
<textarea id="reason" name="reason" rows="3" maxlength="${maxReasonLength}" required></textarea>
<button>Refuse and say this</button></form></details>
${can.edits !== undefined && can.edits.length > 0 && editsForm(approval, fields, can.edits)}
${can.forTask !== undefined && forTaskForm(approval, fields, can.forTask)}
${typeof card !== 'string' && quorumNote(view)}`;
}

/** What a yes is to: never more than the button says. */
function yesOf(card: CardView['card']): string {
  if (typeof card === 'string') return 'Approve once';
  if (card.standing !== undefined) return `Approve up to ${card.standing.count} such calls`;
  return card.edit === undefined ? 'Approve once' : 'Approve once, as changed';
}

function approveForm(approval: string, action: string, fields: Html, passkey: boolean, says: string): Html {
  const body = html`${fields}<input type="hidden" name="verdict" value="approve">
<button>${says}</button>`;
  return passkey
    ? html`<form method="post" action="${action}" data-passkey="get" data-options="${paths.answerOptions(approval)}">${body}</form>`
    : html`<form method="post" action="${action}">${body}</form>`;
}

export function passkeyNote(): Html {
  return html`<p class="note">To approve takes your passkey, which signs exactly this card.</p>
<noscript><p class="warn">Passkeys need the script of this page: without it you can read and refuse, and not approve.</p></noscript>`;
}

function quorumNote({ votes }: CardView): Html | undefined {
  const more = Math.max(0, ...votes.map(({ have, need }) => need - have));
  return more > 1
    ? html`<p class="note">Your yes is not the last: ${more - 1} more ${more === 2 ? 'person has' : 'people have'} to say it. One no is enough.</p>`
    : undefined;
}

function editsForm(approval: string, fields: Html, edits: readonly Edit[]): Html {
  return html`<details><summary>Approve with edits</summary>
<form method="post" action="${paths.edit(approval)}">${fields}
<p class="note">What you change is decided anew and becomes a request of its own, which you see before you say yes. Values are JSON; an empty field leaves the argument out.</p>
${edits.map(
  ({ argument, value }, i) => html`<label for="edit-${i}">${foreign(argument)}</label>
<input type="hidden" name="argument" value="${exact(argument)}">
<textarea id="edit-${i}" name="value" rows="${Math.min(8, 1 + Math.ceil(value.length / 40))}" spellcheck="false">
${exact(value)}</textarea>`,
)}
<label for="edit-reason">Why</label>
<textarea id="edit-reason" name="reason" rows="2" maxlength="${maxReasonLength}"></textarea>
<button>Look at it with these edits</button></form></details>`;
}

function forTaskForm(
  approval: string,
  fields: Html,
  { maxCount, maxMinutes, arguments: all }: ForTask,
): Html {
  return html`<details><summary>Approve for this task</summary>
<form method="post" action="${paths.forTask(approval)}">${fields}
<p class="note">It becomes a request of its own, with how many calls of the past it would have let through, which you see before you say yes.</p>
<label for="count">How many calls, at most ${maxCount}</label>
<input id="count" name="count" inputmode="numeric" pattern="[0-9]{1,4}" required>
<label for="minutes">For how many minutes, at most ${maxMinutes}</label>
<input id="minutes" name="minutes" inputmode="numeric" pattern="[0-9]{1,4}" required>
${
  all.length > 0 &&
  html`<fieldset><legend>What may be other than shown</legend>
${all.map(
  (
    argument,
    i,
  ) => html`<input type="hidden" name="argument" value="${exact(argument)}"><label for="free-${i}">${foreign(argument)}</label>
<input id="free-${i}" name="must" maxlength="1000" autocomplete="off" spellcheck="false">`,
)}
<p class="note">One of: <code>in A, B</code>, <code>path /srv/data</code>, <code>host example.com</code>, <code>number 1..100</code>. Empty: as shown.</p></fieldset>`
}
<label for="task-reason">Why</label>
<textarea id="task-reason" name="reason" rows="2" maxlength="${maxReasonLength}" required></textarea>
<button>Look at what it would allow</button></form></details>`;
}
