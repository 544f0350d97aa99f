// SPDX-License-Identifier: Apache-2.0
// `countersign policy check`: whether files would come into force, without a daemon and without changing anything.

import type { Finding } from '../../core/policy/lint/rules.ts';
import { type CheckedCondition, conditionLines, withCosts } from './conditions.ts';
import { exit, print, say } from './exit.ts';
import { githubOf } from './findings/github.ts';
import { junitOfFindings } from './findings/junit.ts';
import { sarifOf } from './findings/sarif.ts';
import { jsonLine } from './printable.ts';
import { type Problem, placed } from './problem.ts';

export type Checked =
  | {
      readonly ok: true;
      readonly digest: string;
      readonly count: number;
      readonly warnings: readonly Problem[];
      readonly schema: string;
      readonly conditions: readonly CheckedCondition[];
      readonly findings: readonly Finding[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly findings: readonly Finding[] };

export interface CheckOptions {
  readonly schema?: boolean;
  readonly json?: boolean;
  readonly format?: CheckFormat;
  /** Where a file lies, for machines. */
  readonly placeOf?: (file: string) => string;
  /** More warnings than this are a refusal. Default: any number will do. */
  readonly maxWarnings?: number;
}

export const checkFormats = ['pretty', 'json', 'sarif', 'junit', 'github'] as const;
export type CheckFormat = (typeof checkFormats)[number];

/** @returns the exit code */
export function reportCheck(checked: Checked, options: CheckOptions): number {
  const { schema, json, maxWarnings = Number.POSITIVE_INFINITY } = options;
  const format = json === true ? 'json' : (options.format ?? 'pretty');
  const warnings = checked.findings.filter(({ severity }) => severity === 'warning').length;
  const invalid = !checked.ok || warnings > maxWarnings;
  const code = invalid ? exit.invalid : exit.ok;
  if (format === 'sarif' || format === 'junit' || format === 'github') {
    const placed = checked.findings.map((one) => ({ ...one, file: options.placeOf?.(one.file) ?? one.file }));
    const text = { sarif: sarifOf, junit: junitOfFindings, github: githubOf }[format](placed);
    if (text !== '') print(text);
    return code;
  }
  if (format === 'json') {
    const { ok } = checked;
    print(
      jsonLine({
        schemaVersion: 1,
        ok,
        problems: checked.ok ? [] : checked.problems,
        warnings: checked.ok ? checked.warnings : [],
        findings: checked.findings,
        ...(checked.ok
          ? { digest: checked.digest, policies: checked.count, conditions: checked.conditions.map(withCosts) }
          : {}),
        ...(checked.ok && schema === true ? { schema: checked.schema } : {}),
      }),
    );
    return code;
  }
  if (!checked.ok) {
    for (const problem of checked.problems) say(placed(problem));
    return exit.invalid;
  }
  for (const warning of checked.warnings) say(`warning: ${placed(warning)}`);
  if (schema === true) print(checked.schema);
  else {
    print(`${checked.count} policies fit the catalogue (${checked.digest})`);
    for (const condition of checked.conditions) for (const line of conditionLines(condition)) print(line);
    const odd = checked.findings.filter(({ rule }) => rule !== 'CS005');
    if (odd.length > 0) print('');
    for (const one of odd) print(`${placed(one)} [${one.rule} ${one.severity}]`);
  }
  if (warnings > maxWarnings) say(`${warnings} warnings are more than ${maxWarnings}`);
  return code;
}
