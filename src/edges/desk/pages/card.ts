// SPDX-License-Identifier: Apache-2.0
/**
 * The page of one request: what somebody who decides has to know, in the order in which they ask it.
 *
 * Never the words of the model or the server: everything comes from the card, which the answer names by its digest. What
 * is not known is said to be unknown. Nothing is recommended, nothing has the focus, and to refuse comes first.
 *
 * Source: docs/approvals.md, "The card".
 */
import { answerPart } from './answer.ts';
import type { CardView, ShownCard, Votes } from './card-view.ts';
import { effectPart, fact, listed, marksOf } from './effect.ts';
import { foreign } from './foreign.ts';
import { type Html, html } from './html.ts';
import { operandsPart } from './operands.ts';
import { paths } from './paths.ts';
import { instant, type Looking, leftText, page, until } from './shell.ts';

export function cardPage(looking: Looking, view: CardView): string {
  const { card } = view;
  if (typeof card === 'string') return page('cannot be shown', looking, unreadable(view, card));
  return page(
    card.verb,
    looking,
    html`<article aria-labelledby="verb">
${standing(looking, view)}
<h1 id="verb" class="verb">${foreign(card.verb)}</h1>
${flags(card)}
${chainPart(card)}
${whyPart(view, card)}
${effectPart(looking, card)}
${operandsPart(card)}
${lineagePart(card)}
${blastPart(card)}
${precedentsPart(card)}
${answerPart(looking, view)}
<p class="fine">Request ${view.approval}, card <code>${view.digest}</code></p>
</article>`,
  );
}

function unreadable(view: CardView, why: string): Html {
  return html`<h1>It cannot be shown any more</h1>
<p>${why}</p>
<p>Nobody can say yes to what nobody can see. Request ${view.approval}.</p>
<p><a href="${paths.list}">What else waits</a></p>`;
}

function standing(looking: Looking, { problem, status, expiresAt }: CardView): Html {
  return html`${problem !== undefined && html`<div class="problem" role="alert"><p>${problem}</p></div>`}
<p class="standing">${
    status === 'requested'
      ? html`waits until ${until(expiresAt, looking)}, then it is denied · <a href="#answer">to the answer</a>`
      : statusWords[status]
  }</p>`;
}

const statusWords = {
  requested: 'waits',
  approved: 'approved: the agent may make this call once',
  refused: 'refused',
  expired: 'its time is over: denied',
  consumed: 'approved, and used',
} as const;

/** What is unusual, before anything is read. */
function flags(card: ShownCard): Html | undefined {
  const { effect, lineage, read, edit, standing, operands } = card;
  const { hidden } = marksOf(effect.arguments);
  const all = [
    ...(standing === undefined ? [] : [`up to ${standing.count} calls`]),
    ...(edit === undefined ? [] : ['not as the agent asked']),
    ...(effect.reversible ? [] : ['cannot be undone']),
    ...(effect.external ? ['goes out'] : []),
    ...(operands?.git.some(({ forced }) => forced) === true ? ['takes away what is there'] : []),
    ...(hidden > 0 ? [`${hidden} hidden ${hidden === 1 ? 'character' : 'characters'}`] : []),
    ...(lineage.length > 0
      ? [`${lineage.length} ${lineage.length === 1 ? 'value' : 'values'} in doubt`]
      : []),
    ...(read.untrusted ? ['has read text from outside'] : []),
  ];
  return all.length === 0
    ? undefined
    : html`<ul class="flags" aria-label="what to look at">${all.map((one) => html`<li>${one}</li>`)}</ul>`;
}

export function chainPart({ chain, task, agent }: ShownCard): Html {
  return html`<section aria-labelledby="who">
<h2 id="who">For whom</h2>
<ol class="chain">${chain.map((name) => html`<li>${foreign(name)}</li>`)}</ol>
<dl class="facts">
${fact('agent', html`${foreign(agent.id)}, owned by ${foreign(agent.owner)}, autonomy ${foreign(agent.autonomy)}`)}
${fact('task', html`${foreign(task.type)}${task.purpose !== undefined && html`: ${foreign(task.purpose)}`} <span class="fine">${task.id}</span>`)}
${fact('declared by', foreign(task.startedBy))}
</dl>
</section>`;
}

function whyPart({ votes, decided }: CardView, { why }: ShownCard): Html {
  return html`<section aria-labelledby="why">
<h2 id="why">Why you are asked</h2>
${why.map((ask) => {
  const { policy, reason, owner, approvers, quorum, separate } = ask;
  return html`<div class="ask">
<p>${reason === '' ? html`<strong class="unknown">The policy gives no reason.</strong>` : foreign(reason)}</p>
<p class="note">Rule ${foreign(policy)}${owner !== undefined && html`, kept by ${foreign(owner)}`}. Needs ${quorum} of ${listed(approvers)}${separate.length > 0 && html`, none of them ${separate.map((one, i) => html`${i > 0 && ' or '}${partyWords[one]}`)}`}. ${saidYes(votes, policy)}</p>
</div>`;
})}
${
  decided.length > 0 &&
  html`<ul class="decided">${decided.map(
    ({ person, verdict, reason, at }) =>
      html`<li>${foreign(person)} said ${verdict === 'approve' ? 'yes' : 'no'}${reason !== '' && html`: ${foreign(reason)}`} <span class="fine">${instant(at)}</span></li>`,
  )}</ul>`
}
</section>`;
}

const partyWords = {
  requester: 'who started the task',
  human: 'the person it is done for',
  owner: 'who owns the agent',
} as const;

function saidYes(votes: readonly Votes[], policy: string): string {
  const of = votes.find((one) => one.policy === policy);
  return of === undefined ? '' : `${of.have} of ${of.need} said yes.`;
}

function lineagePart({ lineage, read }: ShownCard): Html {
  return html`<section aria-labelledby="lineage">
<h2 id="lineage">Where it comes from</h2>
${
  lineage.length === 0
    ? html`<p>No value is in doubt, as far as anybody can tell.</p>`
    : html`<ul class="lineage">${lineage.map(
        ({
          argument,
          role,
          origin,
          says,
          sources,
        }) => html`<li class="${origin === 'untrusted' ? 'untrusted' : 'doubt'}">
<strong>${foreign(argument)}</strong> <span class="role">${role}</span> ${origin === 'untrusted' && html`<span class="badge">untrusted</span>`}
<p>${says}${sources.length > 0 && html`: ${listed(sources)}`} <span class="fine">(${origin})</span></p></li>`,
      )}</ul>`
}
<p>The task has read data up to <strong>${read.level}</strong>${read.untrusted && html`, and <strong class="untrusted-text">text from outside</strong> that may have told it what to do`}.${read.sources.length > 0 && html` From ${listed(read.sources)}.`}</p>
</section>`;
}

const unknown = html`<strong class="unknown">unknown</strong>`;

function blastPart({ effect, blast }: ShownCard): Html {
  const count = (of: number | 'unknown' | undefined) => (of === undefined || of === 'unknown' ? unknown : of);
  const credential = blast?.credential ?? 'unknown';
  return html`<section aria-labelledby="blast">
<h2 id="blast">How far it reaches</h2>
<dl class="facts">
${fact('can be undone', effect.reversible ? 'yes, as the catalogue says' : 'no, as far as anybody has said')}
${fact('goes out', effect.external ? 'yes' : 'no')}
${fact('records', count(blast?.records))}
${fact('recipients', count(blast?.recipients))}
${fact('credential', credential === 'unknown' ? unknown : html`in ${listed(credential)}`)}
</dl>
</section>`;
}

function precedentsPart({ precedents }: ShownCard): Html {
  return html`<section aria-labelledby="before">
<h2 id="before">What was answered before</h2>
${
  precedents === undefined
    ? html`<p>${unknown}</p>`
    : precedents.length === 0
      ? html`<p>Nothing like it, for this agent and tool.</p>`
      : html`<ul>${precedents.map(
          ({ policy, yes, no, last }) =>
            html`<li>Rule ${foreign(policy)}: ${yes} yes, ${no} no${
              last.length > 0 &&
              html`<ul class="note">${last.map(({ verdict, person, agoMs }) => html`<li>${foreign(person)} said ${verdict === 'approve' ? 'yes' : 'no'}, ${leftText(agoMs)} before this was asked</li>`)}</ul>`
            }</li>`,
        )}</ul>`
}
</section>`;
}
