// SPDX-License-Identifier: Apache-2.0
// Findings as code scanners exchange them. Source: OASIS, SARIF 2.1.0, 3.14 (run) and 3.27 (result).
import { type Finding, isRuleId, rules, type Severity } from '../../../core/policy/lint/rules.ts';
import { jsonLines } from '../printable.ts';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const satisfies Record<
  Severity,
  string
>;

export function sarifOf(findings: readonly Finding[]): string {
  const ids = Object.keys(rules).filter(isRuleId);
  return jsonLines({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'countersign',
            rules: ids.map((id) => ({
              id,
              name: rules[id].name,
              shortDescription: { text: rules[id].says },
              defaultConfiguration: { level: levels[rules[id].severity] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ rule, severity, file, line, column, message }) => ({
          ruleId: rule,
          ruleIndex: ids.indexOf(rule),
          level: levels[severity],
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(file) },
                ...(line === 0 ? {} : { region: { startLine: line, startColumn: Math.max(1, column) } }),
              },
            },
          ],
        })),
      },
    ],
  });
}

/** Relative, from where the command was run. */
function uriOf(file: string): string {
  return file.toWellFormed().split('/').map(encodeURIComponent).join('/');
}
