// SPDX-License-Identifier: Apache-2.0
// Asking to break the glass: a request like any other, which this person then looks at and answers like any other.
import { askToBreakGlass } from '../../app/break-glass.ts';
import { glassLimits } from '../../core/approval/break-glass.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { type Answer, html as answerOf, seeOther } from './http.ts';
import { html } from './pages/html.ts';
import { paths } from './pages/paths.ts';
import { page, tokenField } from './pages/shell.ts';
import { type DeskState, isTrusted, operatorOf, rosterOf, type SignedInVisitor } from './visitor.ts';

const mostMinutes = Math.floor(glassLimits.maxForMs / 60_000);

export function glassForm(state: DeskState, visitor: SignedInVisitor, told?: string): Answer {
  const { person } = visitor.session;
  const groups = [...(rosterOf(state)?.groups ?? [])].flatMap(([group, members]) =>
    members.includes(person) ? [group] : [],
  );
  const task = visitor.asked.form.get('task') ?? visitor.asked.query.get('task') ?? '';
  const shown = page(
    'break the glass',
    visitor.looking,
    html`<h1>Break the glass</h1>
${told !== undefined && html`<div class="problem" role="alert"><p>${told}</p></div>`}
<p>For some minutes no forbid that names the group holds for one task. It takes two people of the group, and all of it is on record.</p>
<form method="post" action="${paths.glass}">${tokenField(visitor.looking)}
<label for="task">Which task</label><input id="task" name="task" value="${task}" required maxlength="256" autocomplete="off">
<label for="group">As one of</label><select id="group" name="group" required>${groups.map((one) => html`<option value="${one}">${one}</option>`)}</select>
<label for="minutes">For how many minutes, at most ${mostMinutes}</label><input id="minutes" name="minutes" inputmode="numeric" pattern="[0-9]{1,3}" required>
<label for="reason">Why</label><textarea id="reason" name="reason" rows="3" maxlength="${maxReasonLength}" required></textarea>
<button>Ask for it</button></form>
<p><a href="${paths.list}">What waits</a></p>`,
  );
  return answerOf(shown, told === undefined ? 200 : 409, visitor.cookies);
}

export async function askGlass(state: DeskState, visitor: SignedInVisitor): Promise<Answer> {
  const { form } = visitor.asked;
  const [task, group] = [form.get('task') ?? '', form.get('group') ?? ''];
  const reason = (form.get('reason') ?? '').trim();
  const minutes = Number(form.get('minutes') ?? '');
  const isWhole = Number.isSafeInteger(minutes) && minutes >= 1 && minutes <= mostMinutes;
  if (!isWhole || reason === '' || reason.length > maxReasonLength)
    return glassForm(state, visitor, `Say why, and for how many minutes: at most ${mostMinutes}.`);
  const order = { task, group, reason, forMs: minutes * 60_000 };
  const by = { person: visitor.session.person, isTrusted: isTrusted(state) };
  const done = await askToBreakGlass(state.road, operatorOf(visitor), order, by);
  const asked = done.ok ? done.value.approval : undefined;
  return asked === undefined
    ? glassForm(state, visitor, (done.ok ? undefined : done.reason) ?? 'Policy does not let you ask for it.')
    : seeOther(paths.card(asked), visitor.cookies);
}
