// SPDX-License-Identifier: Apache-2.0
// What waits, the one whose time ends first, first; and those that are alike, which can be answered together.
import type { ShownCard } from './card-view.ts';
import { marksOf } from './effect.ts';
import { foreign } from './foreign.ts';
import { groupsOf, type Waiting } from './groups.ts';
import { type Html, html } from './html.ts';
import { paths } from './paths.ts';
import { type Looking, page, until } from './shell.ts';

/** @param notice what has just happened, if anything */
export function listPage(looking: Looking, waiting: readonly Waiting[], notice?: string): string {
  const sorted = waiting.toSorted((a, b) => a.expiresAt - b.expiresAt);
  const open = sorted.filter((one) => one.approved !== true && one.settledForYou !== true);
  const rest = sorted.filter((one) => !open.includes(one));
  return page(
    open.length === 0 ? 'nothing waits' : `${open.length} ${open.length === 1 ? 'waits' : 'wait'}`,
    looking,
    html`${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
<h1>What waits for you</h1>
${
  open.length === 0
    ? html`<p>Nothing waits for you.</p>`
    : html`<ol class="waiting">${groupsOf(open).map((group) => html`<li>${group.length === 1 ? single(looking, group[0]) : together(looking, group)}</li>`)}</ol>`
}
${rest.length > 0 && html`<h2>Waits for others</h2><ol class="waiting">${rest.map((one) => html`<li>${single(looking, one)}</li>`)}</ol>`}
<p class="note"><a href="${paths.glass}">break the glass</a></p>`,
  );
}

function single(looking: Looking, one: Waiting): Html {
  return html`<a class="verb" href="${paths.card(one.approval)}">${verbOf(one)}</a>
${one.card !== undefined && about(one.card)}
<p class="note">${endOf(looking, one)}${votesText(one)}</p>`;
}

function together(looking: Looking, group: readonly [Waiting, ...Waiting[]]): Html {
  const [first] = group;
  const query = group.map(({ approval }) => `of=${encodeURIComponent(approval)}`).join('&');
  return html`<p class="verb">${group.length} that are alike</p>
${first.card !== undefined && about(first.card)}
<ul class="alike">${group.map((one) => html`<li><a href="${paths.card(one.approval)}">${verbOf(one)}</a> <span class="note">${endOf(looking, one)}</span></li>`)}</ul>
<p><a class="button" href="${`${paths.together}?${query}`}">Look at the ${group.length} together</a></p>`;
}

function verbOf({ card, agent, approval }: Waiting): Html {
  return card === undefined
    ? html`a call of ${foreign(agent)} <span class="fine">${approval}</span>`
    : foreign(card.verb);
}

function endOf(looking: Looking, { approved, expiresAt }: Waiting): Html {
  return approved === true
    ? html`approved; the agent may make it until ${until(expiresAt, looking)}`
    : html`denied at ${until(expiresAt, looking)}`;
}

function about(card: ShownCard): Html {
  const { chain, task, why, effect, lineage } = card;
  const { hidden } = marksOf(effect.arguments);
  return html`<p>${chain.map((name, i) => html`${i > 0 && ' → '}${foreign(name)}`)}, task ${foreign(task.type)}</p>
${why.map(({ reason, policy }) => html`<p>${foreign(reason === '' ? policy : reason)}</p>`)}
${hidden > 0 && html`<p class="warn">${hidden} hidden ${hidden === 1 ? 'character' : 'characters'}</p>`}
${lineage.length > 0 && html`<p class="warn">${lineage.length} ${lineage.length === 1 ? 'value' : 'values'} in doubt</p>`}`;
}

function votesText({ votes }: Waiting): string {
  const most = votes
    .filter(({ need }) => need > 1)
    .map(({ policy, have, need }) => `${policy}: ${have} of ${need} said yes`);
  return most.length === 0 ? '' : ` · ${most.join(', ')}`;
}
