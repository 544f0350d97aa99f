// SPDX-License-Identifier: Apache-2.0
/**
 * What every page of the desk has around it.
 *
 * Works under `default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'`: one
 * stylesheet, one script, nothing inline, nothing from elsewhere. Without the script everything can be read, refused
 * and, where no passkey is needed, approved.
 */
import { type Html, html } from './html.ts';
import { paths } from './paths.ts';

/** Who looks, and when. */
export interface Looking {
  /** The person who is signed in. */
  readonly person?: string;
  /** Sent back with every form of this session, so that no other site can send one. */
  readonly token?: string;
  /** By the clock of the server: what is left is told from it. */
  readonly now: number;
}

export function page(title: string, looking: Looking, main: Html): string {
  const { person } = looking;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · Countersign</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="${paths.style}">
<script src="${paths.script}" defer></script>
</head>
<body>
<a class="skip" href="#main">to the content</a>
<header>
<a class="name" href="${paths.list}">Countersign</a>
${
  person !== undefined &&
  html`<nav aria-label="you"><a href="${paths.keepers}">who approves</a> <a href="${paths.passkeys}"><bdi>${person}</bdi></a>
<form method="post" action="${paths.signOut}">${tokenField(looking)}<button class="quiet">sign out</button></form></nav>`
}
</header>
<main id="main" tabindex="-1" data-now="${looking.now}">
${main}
</main>
</body>
</html>
`.toString();
}

export function tokenField({ token }: Looking): Html | undefined {
  return token === undefined ? undefined : html`<input type="hidden" name="token" value="${token}">`;
}

/**
 * An end, as everybody reads it, script or none; the script adds what is left and the time where they are.
 *
 * @param now the day is left out where it is the same
 */
export function until(at: number, { now }: Pick<Looking, 'now'>): Html {
  const whole = textOf(at);
  const day = textOf(now).slice(0, 11);
  const text = whole.startsWith(day) ? whole.slice(day.length) : whole;
  return html`<time datetime="${isoOf(at)}" data-until="${at}">${text}</time>`;
}

export function instant(at: number): Html {
  return html`<time datetime="${isoOf(at)}">${textOf(at)}</time>`;
}

/** `2026-11-21 14:05:00 UTC` */
function textOf(at: number): string {
  return isoOf(at).replace('T', ' ').replace(/\..*$/, ' UTC');
}

function isoOf(at: number): string {
  // What no calendar has is shown as its beginning: long over.
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString();
}

/** `3 min 12 s`, rounded down: nobody is told that there is more than there is. */
export function leftText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}
