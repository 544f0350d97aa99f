// SPDX-License-Identifier: Apache-2.0
/**
 * What a call names and others can change, for a person: each file with its text, each commit with who signed it, and in so
 * many words what was not looked at.
 */
import type { CardFile, CardGit } from '../../../core/approval/card-operands.ts';
import type { ShownCard } from './card-view.ts';
import { fact, listed } from './effect.ts';
import { foreign } from './foreign.ts';
import { type Html, html } from './html.ts';

export function operandsPart({ operands }: ShownCard): Html | undefined {
  if (operands === undefined) return undefined;
  const { directory, files, git, whole } = operands;
  return html`<section aria-labelledby="operands">
<h2 id="operands">What can change meanwhile</h2>
<p>As it is now. It is looked at again before the call is made; if it is another by then, you are asked anew.</p>
${
  directory === undefined
    ? html`<p class="warn">It runs where nobody here can look: what its files hold is no part of what you approve.</p>`
    : html`<dl class="facts">${fact('runs in', foreign(directory))}</dl>`
}
${!whole && directory !== undefined && html`<p class="warn">It may read or run more than is named here: that is no part of what you approve.</p>`}
${git.map(gitPart)}
${files.length > 0 && html`<dl class="arguments">${files.map(filePart)}</dl>`}
</section>`;
}

function filePart({ path, real, is, sizeBytes, digest, text, left }: CardFile): Html {
  return html`<div><dt>${foreign(path)}${real !== undefined && html`, which leads to ${foreign(real)}`}</dt>
<dd>${
    is === 'absent'
      ? html`<p>not there</p>`
      : html`${text !== undefined && text !== '' && html`<div class="value">${text.split('\n').map((line) => html`${foreign(line)}<br>`)}</div>`}
${left !== undefined && html`<p class="warn">${left} more characters are not shown.</p>`}
<p class="note">${is}, ${sizeBytes ?? 0} bytes, ${digest ?? 'too much to look through'}</p>`
  }</dd></div>
`;
}

const baseWords: Readonly<Record<CardGit['base'], string>> = {
  remote: 'asked of the remote itself',
  tracking: 'as the repository says, which the agent can change',
  here: 'of this repository',
};

function gitPart(one: CardGit): Html {
  const { does, repository, remote, base, updates, commits, left, touches, forced, hooks } = one;
  return html`<h3>${does === 'push' ? 'What is pushed' : 'What is merged'}</h3>
${forced && html`<p class="warn">It takes away what is there.</p>`}
${base === 'tracking' && html`<p class="warn">What is there already is what the repository says, and the agent can change that.</p>`}
<dl class="facts">
${fact('repository', foreign(repository))}
${remote !== '' && fact('to', foreign(remote))}
${fact('moves', html`${updates.map((line) => html`${foreign(line)}<br>`)}`)}
${one.protected && fact('protected', 'a protected branch is moved')}
${fact('touches', touches.length === 0 ? 'nothing that is known to matter' : listed(touches))}
${fact('what is new', baseWords[base])}
${hooks.length > 0 && fact('runs along', listed(hooks))}
</dl>
${commits.length === 0 ? html`<p>No commit comes new.</p>` : html`<ol class="parts">${commits.map(commitItem)}</ol>`}
${left > 0 && html`<p class="warn">${left} more commits are not shown.</p>`}`;
}

function commitItem({ id, signer, subject }: CardGit['commits'][number]): Html {
  return html`<li>${foreign(subject)} <span class="fine">${id.slice(0, 12)}, ${
    signer === undefined
      ? html`<strong class="unknown">not signed</strong>`
      : html`signed by ${foreign(signer)}`
  }</span></li>`;
}
