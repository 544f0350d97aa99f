// SPDX-License-Identifier: Apache-2.0

/** What a command was given to start with cannot be used. */
export class ConfigurationRefused extends Error {
  readonly code = 'configuration_refused';
}
