// SPDX-License-Identifier: Apache-2.0
// What became of an answer, of a request that nobody has to answer any more, and of a page that cannot be had.
import type { Status } from '../../../core/approval/approval.ts';
import type { Said, Votes } from './card-view.ts';
import { foreign } from './foreign.ts';
import { type Html, html } from './html.ts';
import { paths } from './paths.ts';
import { instant, type Looking, page } from './shell.ts';

export interface Answered {
  readonly approval: string;
  readonly verdict: 'approve' | 'refuse';
  /** After it. */
  readonly status: Status;
  readonly votes: readonly Votes[];
  /** What was answered, from the card. */
  readonly verb?: string;
}

export function answeredPage(looking: Looking, answered: Answered): string {
  const { verdict, verb, approval } = answered;
  const title = verdict === 'approve' ? 'You said yes' : 'You said no';
  return page(
    title,
    looking,
    html`<h1>${title}</h1>
${verb !== undefined && html`<p class="verb">${foreign(verb)}</p>`}
<p role="status">${whatNow(answered)}</p>
<p class="fine">Request ${approval}</p>
${onwards()}`,
  );
}

function whatNow({ verdict, status, votes }: Answered): string {
  if (verdict === 'refuse')
    return 'It is refused. The agent is told so, and is not asked about it again until its time is over.';
  if (status !== 'requested')
    return 'It is approved. The agent makes the same call again, and it is let through once.';
  const missing = votes.filter(({ have, need }) => have < need);
  return `It still needs others: ${missing.map(({ policy, have, need }) => `${policy} ${have} of ${need}`).join(', ')}.`;
}

/** The answers to several at once, each with what came of it. */
export interface AnsweredItem {
  readonly approval: string;
  readonly verb: string;
  readonly result:
    | { readonly ok: true; readonly status: Status }
    | { readonly ok: false; readonly why: string };
}

export function answeredTogetherPage(
  looking: Looking,
  verdict: 'approve' | 'refuse',
  items: readonly AnsweredItem[],
): string {
  const taken = items.filter(({ result }) => result.ok).length;
  const title = `You said ${verdict === 'approve' ? 'yes' : 'no'} to ${taken} of ${items.length}`;
  return page(
    title,
    looking,
    html`<h1>${title}</h1>
<ul class="alike">${items.map(
      ({ approval, verb, result }) => html`<li><a href="${paths.card(approval)}">${foreign(verb)}</a>
<span class="${result.ok ? 'note' : 'warn'}">${result.ok ? became[result.status] : html`not taken: ${foreign(result.why)}`}</span></li>`,
    )}</ul>
${onwards()}`,
  );
}

const became: Readonly<Record<Status, string>> = {
  requested: 'still needs others',
  approved: 'approved: the agent may make this call once',
  refused: 'refused',
  expired: 'its time is over: denied',
  consumed: 'approved, and used',
};

export interface Gone {
  readonly approval: string;
  readonly how: Exclude<Status, 'requested'> | 'unknown' | 'standing';
  /** Who decided, and what they said. */
  readonly decided?: readonly Said[];
  readonly verb?: string;
  readonly at?: number;
}

const goneWords: Readonly<Record<Gone['how'], readonly [title: string, text: string]>> = {
  expired: [
    'Its time is over',
    'Nobody answered in time, so it was denied. If the agent still wants it, it makes the call again, and people are asked anew.',
  ],
  consumed: ['It was used', 'It was approved, and the agent has made the call. It cannot be used twice.'],
  approved: ['Somebody has approved it', 'It is decided. The agent may make the call once.'],
  refused: ['Somebody has refused it', 'It is decided. The agent was told so.'],
  standing: [
    'It can lead to nothing any more',
    'The agent, the task or the session that asked is over or revoked. Nobody has to decide it.',
  ],
  unknown: ['There is no such request', 'It was never made, or it is too long ago to be here.'],
};

export function gonePage(looking: Looking, { approval, how, decided = [], verb, at }: Gone): string {
  const [title, text] = goneWords[how];
  return page(
    title,
    looking,
    html`<h1>${title}</h1>
${verb !== undefined && html`<p class="verb">${foreign(verb)}</p>`}
<p>${text}</p>
${at !== undefined && html`<p>${instant(at)}</p>`}
${
  decided.length > 0 &&
  html`<ul class="decided">${decided.map(
    (said) =>
      html`<li>${foreign(said.person)} said ${said.verdict === 'approve' ? 'yes' : 'no'}${said.reason !== '' && html`: ${foreign(said.reason)}`} <span class="fine">${instant(said.at)}</span></li>`,
  )}</ul>`
}
<p class="fine">Request ${approval}</p>
${onwards()}`,
  );
}

/** Strangers get the general line: what is told here is for everybody. */
export function problemPage(looking: Looking, title: string, text: string): string {
  return page(
    title,
    looking,
    html`<h1>${title}</h1>
<p>${text}</p>
${onwards()}`,
  );
}

function onwards(): Html {
  return html`<p><a class="button" href="${paths.list}">What waits</a></p>`;
}
