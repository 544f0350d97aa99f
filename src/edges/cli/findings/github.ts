// SPDX-License-Identifier: Apache-2.0
/**
 * Findings as workflow commands, which GitHub shows beside the lines of a change.
 *
 * File names and messages come out of files that anybody may propose: what would end a command or
 * begin another one is escaped.
 *
 * Source: GitHub, "Workflow commands", setting a notice, warning or error message.
 */
import type { Finding } from '../../../core/policy/lint/rules.ts';
import { printableLines } from '../printable.ts';

const kinds = { error: 'error', warning: 'warning', info: 'notice' } as const;

export function githubOf(findings: readonly Finding[]): string {
  return findings
    .map(({ rule, severity, file, line, column, message }) => {
      const at = line === 0 ? '' : `,line=${line},col=${column}`;
      return `::${kinds[severity]} file=${property(file)}${at},title=${property(rule)}::${data(printableLines(message).join('\n'))}`;
    })
    .join('\n');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
