// SPDX-License-Identifier: Apache-2.0
// What `doctor` says of one thing that it has found.

/**
 * `error`: there is a way around, or something is readable that must not be. `warning`: it is weaker
 * than it should be. `note`: a limit that one should know of, and no reason to fail.
 */
export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence: what is so. */
  readonly message: string;
  /** What would be right. */
  readonly fix: string;
}

export const findingCodes = [
  'daemon_not_running',
  'shadow_mode',
  'files_not_in_force',
  'no_final_forbid',
  'nothing_permitted',
  'starter_missing',
  'task_without_prompt',
  'class_unknown',
  'tools_not_accepted',
  'second_opinion',
  'nobody_can_approve',
  'approvals_same_user',
  'desk_closed',
  'one_keeper',
  'approvers_held',
  'approvers_share_operator',
  'messages_failing',
  'messages_show_deeds',
  'upstream_unreachable',
  'gateway_exposed',
  'intent_model',
  'client_names_server',
  'client_file_unusable',
  'client_entry_stale',
  'backup_present',
  'data_exposed',
  'secrets_exposed',
  'rules_writable',
  'upstream_open',
  'hook_missing',
  'hook_fails_open',
  'hook_client_old',
  'same_user',
] as const;
export type FindingCode = (typeof findingCodes)[number];
