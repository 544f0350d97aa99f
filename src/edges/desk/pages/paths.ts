// SPDX-License-Identifier: Apache-2.0
// Where each page of the desk is, and where its forms go. The server routes by the same names.

const of = (approval: string): string => `/approvals/${encodeURIComponent(approval)}`;

export const paths = {
  list: '/',
  card: of,
  /** POST `verdict`, `card`, `reason`, and `passkey` where one is needed. */
  answer: (approval: string): string => `${of(approval)}/answer`,
  /** POST the form as it would be sent: what a passkey has to sign for it, as JSON. */
  answerOptions: (approval: string): string => `${of(approval)}/options`,
  /** POST `argument` and `value`, one of each for every argument, and `reason`. */
  edit: (approval: string): string => `${of(approval)}/edit`,
  /** POST `count`, `minutes`, `reason`, and `argument` and `must`, one of each for every argument that may be free. */
  forTask: (approval: string): string => `${of(approval)}/for-task`,
  /** GET with `of`, ids of one group, POST with `item` for each that is meant. */
  together: '/together',
  togetherOptions: '/together/options',
  signIn: '/sign-in',
  signInOptions: '/sign-in/options',
  provider: (name: string): string => `/sign-in/${encodeURIComponent(name)}`,
  signOut: '/sign-out',
  passkeys: '/passkeys',
  passkeyRemove: '/passkeys/remove',
  passkeyRemoveOptions: '/passkeys/remove/options',
  /** POST `person`; without, for oneself. */
  invite: '/passkeys/invite',
  inviteOptions: '/passkeys/invite/options',
  /** GET with `invitation`, POST `invitation`, `name` and `passkey`. */
  enrol: '/enrol',
  enrolOptions: '/enrol/options',
  /** GET with `task`, POST `task`, `group`, `minutes`, `reason`. */
  glass: '/break-glass',
  keepers: '/keepers',
  /** POST `to`. */
  approvers: '/keepers/approvers',
  approversOptions: '/keepers/approvers/options',
  style: '/desk.css',
  script: '/desk.js',
} as const;
