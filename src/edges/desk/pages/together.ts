// SPDX-License-Identifier: Apache-2.0
/**
 * Requests that are alike, answered together: what they have in common once, and of each all that it is done with. Each
 * is meant by itself: it has a box, none is ticked before somebody ticks it, and the answer names each card.
 */
import { noWords, passkeyNote } from './answer.ts';
import { chainPart } from './card.ts';
import type { ShownCard } from './card-view.ts';
import { argumentsPart, fact } from './effect.ts';
import { foreign } from './foreign.ts';
import type { Waiting } from './groups.ts';
import { html } from './html.ts';
import { paths } from './paths.ts';
import { type Looking, page, tokenField, until } from './shell.ts';

export type Alike = Waiting & { readonly card: ShownCard };

/** What a box says: `ID DIGEST`. */
export function itemValue({ approval, digest }: Pick<Waiting, 'approval' | 'digest'>): string {
  return `${approval} ${digest}`;
}

/**
 * @param all as `groupsOf` put them together
 * @param passkey whether to say yes takes one
 */
export function togetherPage(
  looking: Looking,
  all: readonly [Alike, ...Alike[]],
  passkey: boolean,
  problem?: string,
): string {
  const [{ card: first }] = all;
  const { effect, why } = first;
  const ends = Math.min(...all.map(({ expiresAt }) => expiresAt));
  const body = html`${tokenField(looking)}
<fieldset><legend>Which of them you mean</legend>
<ol class="together">${all.map(
    (one, i) => html`<li>
<label class="tick"><input type="checkbox" name="item" value="${itemValue(one)}"> <span>${foreign(one.card.verb)}</span></label>
<p class="note">on ${foreign(one.card.effect.resource)} · denied at ${until(one.expiresAt, looking)} · <a href="${paths.card(one.approval)}">number ${i + 1} by itself</a></p>
${argumentsPart(one.card.effect.arguments)}</li>`,
  )}</ol></fieldset>
<p class="countdown">The first of them is denied at ${until(ends, looking)}.</p>
<input type="hidden" name="reason" value="${noWords}">
<div class="buttons"><button name="verdict" value="refuse">Refuse those ticked</button>
<button name="verdict" value="approve">Approve those ticked, once each</button></div>`;
  return page(
    `${all.length} that are alike`,
    looking,
    html`${problem !== undefined && html`<div class="problem" role="alert"><p>${problem}</p></div>`}
<h1>${all.length} that are alike</h1>
${chainPart(first)}
<section aria-labelledby="why"><h2 id="why">Why you are asked</h2>
${why.map(({ reason, policy }) => html`<p>${foreign(reason)} <span class="note">Rule ${foreign(policy)}</span></p>`)}</section>
<section aria-labelledby="what"><h2 id="what">What each does</h2>
<dl class="facts">${fact('with', foreign(`${effect.server}/${effect.tool}`))}
${fact('kind', effect.class)}
${fact('can be undone', effect.reversible ? 'yes, as the catalogue says' : 'no, as far as anybody has said')}
${fact('goes out', effect.external ? 'yes' : 'no')}</dl></section>
${
  passkey
    ? html`<form method="post" action="${paths.together}" data-passkey="get" data-options="${paths.togetherOptions}">${body}</form>${passkeyNote()}`
    : html`<form method="post" action="${paths.together}">${body}</form>`
}`,
  );
}
