// SPDX-License-Identifier: Apache-2.0
// Who somebody is: the ways to sign in, and their own passkeys.
import { foreign } from './foreign.ts';
import { type Html, html } from './html.ts';
import { paths } from './paths.ts';
import { instant, type Looking, page, tokenField } from './shell.ts';

export interface SignIn {
  /** Providers, as the configuration names them. */
  readonly providers: readonly { readonly name: string; readonly title: string }[];
  readonly passkey: boolean;
  /** Where they wanted to go: a path of this desk. */
  readonly next?: string;
  readonly problem?: string;
}

export function signInPage(looking: Looking, { providers, passkey, next, problem }: SignIn): string {
  const fields = html`${tokenField(looking)}${next !== undefined && html`<input type="hidden" name="next" value="${next}">`}`;
  return page(
    'sign in',
    looking,
    html`<h1>Sign in</h1>
${problem !== undefined && html`<div class="problem" role="alert"><p>${problem}</p></div>`}
<p>Here people answer what agents may not do by themselves.</p>
${
  passkey &&
  html`${signedForm(paths.signIn, paths.signInOptions, html`${fields}<button>Sign in with a passkey</button>`)}${needsScript()}`
}
${providers.map(
  ({ name, title }) => html`<form method="post" action="${paths.provider(name)}">${fields}
<button>Sign in with ${title}</button></form>`,
)}
${!passkey && providers.length === 0 && html`<p class="warn">Nobody has said how people sign in: the file of approvers has neither passkeys nor a provider.</p>`}`,
  );
}

export interface OwnPasskey {
  /** Of the credential. */
  readonly id: string;
  /** What the person calls it. */
  readonly name: string;
  readonly addedAt: number;
  readonly usedAt?: number;
}

export interface Passkeys {
  readonly passkeys: readonly OwnPasskey[];
  /** The link for one more, where it has just been made: good once. */
  readonly link?: string;
  /** Whether they may make such a link; absent: yes, with a passkey that they have. */
  readonly mayNotAdd?: string;
  readonly problem?: string;
}

export function passkeysPage(looking: Looking, { passkeys, link, mayNotAdd, problem }: Passkeys): string {
  return page(
    'your passkeys',
    looking,
    html`<h1>Your passkeys</h1>
${problem !== undefined && html`<div class="problem" role="alert"><p>${problem}</p></div>`}
<p>A passkey shows that it is you, and signs what you approve. A program that runs as you cannot use it.</p>
${
  passkeys.length === 0
    ? html`<p>You have none yet.</p>`
    : html`<ul class="passkeys">${passkeys.map(
        ({ id, name, addedAt, usedAt }) => html`<li><p><strong>${foreign(name)}</strong></p>
<p class="note">added ${instant(addedAt)}${usedAt !== undefined && html`, last used ${instant(usedAt)}`}</p>
${signedForm(
  paths.passkeyRemove,
  paths.passkeyRemoveOptions,
  html`${tokenField(looking)}<input type="hidden" name="id" value="${id}">
<button class="quiet" aria-label="Remove ${name}">Remove</button>`,
)}</li>`,
      )}</ul>`
}
<h2>One more</h2>
${
  link !== undefined
    ? linkPart(link)
    : mayNotAdd !== undefined
      ? html`<p>${mayNotAdd}</p>`
      : html`<p>On the device that it is for you open a link that is good once. To make it takes a passkey that you have.</p>
${signedForm(paths.invite, paths.inviteOptions, html`${tokenField(looking)}<button>Make a link</button>`)}`
}
${needsScript()}`,
  );
}

export const maxPasskeyName = 60;

/** Where a link leads: a passkey for one person, once. */
export function enrolPage(
  looking: Looking,
  {
    person,
    invitation,
    problem,
  }: { readonly person: string; readonly invitation: string; readonly problem?: string },
): string {
  return page(
    'add a passkey',
    looking,
    html`<h1>A passkey for ${foreign(person)}</h1>
${problem !== undefined && html`<div class="problem" role="alert"><p>${problem}</p></div>`}
<p>It shows that it is you, and signs what you approve. It stays on this device, or where your device keeps its passkeys.</p>
<form method="post" action="${paths.enrol}" data-passkey="create" data-options="${paths.enrolOptions}">${tokenField(looking)}<input type="hidden" name="invitation" value="${invitation}">
<label for="name">What you call it</label>
<input id="name" name="name" maxlength="${maxPasskeyName}" required autocomplete="off">
<button>Add a passkey</button></form>
${needsScript()}`,
  );
}

export function linkPart(link: string): Html {
  return html`<p>The link is good once, for a short time. Whoever opens it first has the passkey.</p>
<p class="value">${foreign(link)}</p>`;
}

/** A form whose fields a passkey signs for. */
export function signedForm(action: string, options: string, body: Html): Html {
  return html`<form method="post" action="${action}" data-passkey="get" data-options="${options}">${body}</form>`;
}

export function needsScript(): Html {
  return html`<noscript><p class="warn">Passkeys need the script of this page.</p></noscript>`;
}
