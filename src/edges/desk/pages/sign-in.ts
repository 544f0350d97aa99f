// SPDX-License-Identifier: Apache-2.0
// Who somebody is: the ways to sign in, and their own passkeys.
import { foreign } from './foreign.ts';
import { html } from './html.ts';
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
  html`<form method="post" action="${paths.signIn}" data-passkey="get" data-options="${paths.signInOptions}">${fields}
<button>Sign in with a passkey</button></form>
<noscript><p class="warn">Passkeys need the script of this page.</p></noscript>`
}
${providers.map(
  ({ name, title }) => html`<form method="post" action="${paths.provider(name)}">${fields}
<button>Sign in with ${title}</button></form>`,
)}
${!passkey && providers.length === 0 && html`<p class="warn">Nobody has said how people sign in: the file of approvers has neither passkeys nor a provider.</p>`}`,
  );
}

export interface Passkey {
  readonly id: string;
  /** What the person calls it. */
  readonly name: string;
  readonly addedAt: number;
  readonly usedAt?: number;
}

export interface Passkeys {
  readonly passkeys: readonly Passkey[];
  /** Whether one may be added now. */
  readonly canAdd: boolean;
  /** Why not, or what went wrong. */
  readonly problem?: string;
  /** Of an invitation: it is sent back with the new passkey. */
  readonly invitation?: string;
}

export const maxPasskeyName = 60;

export function passkeysPage(looking: Looking, { passkeys, canAdd, problem, invitation }: Passkeys): string {
  const fields = html`${tokenField(looking)}${invitation !== undefined && html`<input type="hidden" name="invitation" value="${invitation}">`}`;
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
<p class="note">added ${instant(addedAt)}${usedAt === undefined ? ', never used' : html`, last used ${instant(usedAt)}`}</p>
<form method="post" action="${paths.passkeyRemove}">${fields}<input type="hidden" name="id" value="${id}">
<button class="quiet" aria-label="Remove ${name}">Remove</button></form></li>`,
      )}</ul>`
}
${
  canAdd &&
  html`<h2>Add one</h2>
<form method="post" action="${paths.passkeys}" data-passkey="create" data-options="${paths.passkeyOptions}">${fields}
<label for="name">What you call it</label>
<input id="name" name="name" maxlength="${maxPasskeyName}" required autocomplete="off">
<button>Add a passkey</button></form>
<noscript><p class="warn">Passkeys need the script of this page.</p></noscript>`
}`,
  );
}
