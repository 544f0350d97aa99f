// SPDX-License-Identifier: Apache-2.0
/**
 * What exactly is done, for a person: each value with what it is for, what programs in it would do, and the bytes.
 *
 * All of it is there and open, however long: a yes to a part would be a yes to the rest.
 */
import type { CardArgument } from '../../../core/approval/card.ts';
import type { CardEdit, CardStanding, ShownCard } from './card-view.ts';
import { foreign, marksIn, remarksOn } from './foreign.ts';
import { type Hole, type Html, html } from './html.ts';
import { type Looking, until } from './shell.ts';

export function effectPart(looking: Looking, card: ShownCard): Html {
  const { effect } = card;
  const { hidden } = marksOf(effect.arguments);
  return html`<section aria-labelledby="effect">
<h2 id="effect">What is done</h2>
${card.edit !== undefined && editPart(card.edit)}
${card.standing !== undefined && standingPart(looking, card.standing)}
<dl class="facts">
${fact('with', html`${foreign(`${effect.server}/${effect.tool}`)}, ${effect.class}`)}
${fact('on', html`${foreign(effect.resource)}, ${effect.level}`)}
</dl>
${hidden > 0 && html`<p class="warn"><strong>${hidden}</strong> ${hidden === 1 ? 'character that hides or turns text stands' : 'characters that hide or turn text stand'} marked like this: <mark class="hidden">\\u{...}</mark></p>`}
${argumentsPart(effect.arguments)}
${effect.transforms.length > 0 && html`<p>Changed by policy before you see it: ${listed(effect.transforms)}.</p>`}
${programPart(card)}
${rawPart(card)}
</section>`;
}

export function argumentsPart(args: readonly CardArgument[]): Html {
  if (args.length === 0) return html`<p>It has no arguments.</p>`;
  return html`<dl class="arguments">
${args.map(
  ({
    path,
    role,
    value,
  }) => html`<div><dt>${path === '' ? html`<em>without a name</em>` : foreign(path)}${role !== undefined && html` <span class="role">${role}</span>`}</dt>
<dd><div class="value">${foreign(value)}</div>${notesOn(path, value)}</dd></div>
`,
)}</dl>`;
}

/** Characters that do not show, in names and values. */
export function marksOf(args: readonly CardArgument[]) {
  return marksIn(args.flatMap(({ path, value }) => [path, value]));
}

const longLength = 1000;

function notesOn(path: string, value: string): Html | undefined {
  const { hidden, layout } = marksIn([value]);
  const notes = [
    ...(hidden > 0 ? [`${hidden} that hide or turn text`] : []),
    ...(layout > 0 ? [`${layout} line breaks and tabs`] : []),
    ...(value.length > longLength ? [`${value.length} characters, all of them here`] : []),
    ...remarksOn(path + value),
  ];
  return notes.length === 0 ? undefined : html`<p class="note">${notes.join(' · ')}</p>`;
}

function programPart({ program, effect }: ShownCard): Html | undefined {
  if (program === undefined) {
    const hasCode = effect.arguments.some(({ role }) => role === 'code' || role === 'query');
    return hasCode
      ? html`<p>What the program in it would do: <strong class="unknown">unknown</strong></p>`
      : undefined;
  }
  const { parsed, whole, classes, parts, hosts, reads, writes } = program;
  return html`<h3>What the program in it would do</h3>
${!parsed && html`<p class="warn">Not all of it was understood: it may do anything.</p>`}
<dl class="facts">
${fact('kinds', listed(classes))}
${parts !== undefined && fact('parts', html`<ol class="parts">${parts.map((part) => html`<li>${foreign(part)}</li>`)}</ol>`)}
${fact('reads', namesOf(reads, whole))}
${fact('changes', namesOf(writes, whole))}
${fact('connects to', namesOf(hosts, whole))}
</dl>`;
}

function namesOf(names: readonly string[], whole: boolean): Html {
  if (whole) return names.length === 0 ? html`none` : listed(names);
  return names.length === 0
    ? html`<strong class="unknown">unknown</strong>`
    : html`${listed(names)}, <strong class="unknown">and perhaps others</strong>`;
}

function rawPart({ raw }: ShownCard): Html {
  return raw === undefined
    ? html`<p>As it is sent: <strong class="unknown">unknown</strong></p>`
    : html`<details><summary>As it is sent</summary><pre class="value">${foreign(raw)}</pre></details>`;
}

function editPart({ by, reason, of, changed }: CardEdit): Html {
  return html`<div class="instead"><p><strong>Not as the agent asked.</strong> ${foreign(by)} changed it${reason !== '' && html`: ${foreign(reason)}`} <span class="fine">in place of ${of}</span></p>
<dl class="arguments">${changed.map(
    ({ argument, before, after }) => html`<div><dt>${foreign(argument)}</dt>
<dd><p class="note">before</p>${sideOf(before)}<p class="note">after</p>${sideOf(after)}</dd></div>`,
  )}</dl></div>`;
}

function sideOf(value: string | undefined): Html {
  return value === undefined ? html`<p>nothing</p>` : html`<div class="value">${foreign(value)}</div>`;
}

function standingPart(
  looking: Looking,
  { by, reason, of, count, until: ends, free, atMost, past }: CardStanding,
): Html {
  return html`<div class="instead"><p><strong>Not only this call.</strong> ${foreign(by)} asks for up to <strong>${count}</strong> such calls of this task until ${until(ends, looking)}${reason !== '' && html`: ${foreign(reason)}`} <span class="fine">in place of ${of}</span></p>
${
  free.length === 0
    ? html`<p>All of it as below, each time.</p>`
    : html`<p>As below, but</p><ul>${free.map((one) => html`<li>${foreign(one)}</li>`)}</ul>`
}
<p class="note">Only while the task has read no more than ${atMost.level}${atMost.untrusted && html`, text from outside`}${atMost.sources.length > 0 && html` (${listed(atMost.sources)})`}.</p>
<p>Of the last ${past.looked} calls of this tool by this agent it would have let through <strong>${past.matched}</strong>${past.unread > 0 && html`; ${past.unread} cannot be read any more`}.</p></div>`;
}

export function fact(name: string, value: Hole): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

export function listed(names: readonly string[]): Html {
  return html`${names.map((name, i) => html`${i > 0 && ', '}${foreign(name)}`)}`;
}
