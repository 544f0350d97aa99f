// SPDX-License-Identifier: Apache-2.0
// What keepers do: links for the passkeys of others, and who may approve, where the file says something else.
import { foreign } from './foreign.ts';
import { html } from './html.ts';
import { paths } from './paths.ts';
import { type Looking, page, tokenField } from './shell.ts';
import { linkPart, needsScript, signedForm } from './sign-in.ts';

export interface Keeping {
  /** Everybody whom a passkey may be for. */
  readonly people: readonly string[];
  /** The link that has just been made. */
  readonly link?: { readonly person: string; readonly link: string };
  /** What the file says and nobody has agreed to yet. */
  readonly proposed?: {
    readonly digest: string;
    /** Each change in words. */
    readonly changes: readonly string[];
  };
  /** Why whoever looks may do none of it. */
  readonly mayNot?: string;
  readonly problem?: string;
}

export function keepersPage(looking: Looking, { people, link, proposed, mayNot, problem }: Keeping): string {
  return page(
    'who may approve',
    looking,
    html`<h1>Who may approve</h1>
${problem !== undefined && html`<div class="problem" role="alert"><p>${problem}</p></div>`}
${mayNot !== undefined && html`<p>${mayNot}</p>`}
${
  proposed !== undefined &&
  html`<h2>The file says something else</h2>
<p>It is not in force. Anybody who can write the file may have written this.</p>
<ul>${proposed.changes.map((one) => html`<li>${foreign(one)}</li>`)}</ul>
${
  mayNot === undefined &&
  signedForm(
    paths.approvers,
    paths.approversOptions,
    html`${tokenField(looking)}<input type="hidden" name="to" value="${proposed.digest}"><button>Bring it into force</button>`,
  )
}`
}
${
  mayNot === undefined &&
  html`<h2>A passkey for somebody</h2>
${link !== undefined && html`<p role="status">For ${foreign(link.person)}:</p>${linkPart(link.link)}`}
${signedForm(
  paths.invite,
  paths.inviteOptions,
  html`${tokenField(looking)}<label for="person">For whom</label>
<select id="person" name="person" required>${people.map((one) => html`<option value="${one}">${one}</option>`)}</select>
<button>Make a link</button>`,
)}`
}
${needsScript()}`,
  );
}
