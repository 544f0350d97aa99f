// SPDX-License-Identifier: Apache-2.0
/**
 * Findings and tests as the XML that build servers read.
 *
 * XML 1.0 has no way at all to write most control characters: those are shown, as on a terminal.
 *
 * Source: the `junit` format as Jenkins and GitLab read it; XML 1.0, 2.2.
 */
import type { Finding } from '../../../core/policy/lint/rules.ts';
import { printable, printableLines } from '../printable.ts';

export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly tookMs?: number;
  /** What was wrong; none where nothing was. */
  readonly failures: readonly string[];
  /** Said with it, and no failure. */
  readonly note?: string;
}

export function junitOf(name: string, cases: readonly TestCase[]): string {
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const suites = Map.groupBy(cases, ({ suite }) => suite);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(name)} tests="${cases.length}" failures="${failed}" errors="0">`,
    ...[...suites].flatMap(([suite, own]) => {
      const wrong = own.filter(({ failures }) => failures.length > 0).length;
      return [
        `  <testsuite name=${attribute(suite)} tests="${own.length}" failures="${wrong}" errors="0" skipped="0">`,
        ...own.flatMap(lines),
        '  </testsuite>',
      ];
    }),
    '</testsuites>',
  ].join('\n');
}

/** Each finding is a test that failed; what is only told is a test that passed. */
export function junitOfFindings(findings: readonly Finding[]): string {
  return junitOf(
    'countersign policy check',
    findings.map(({ rule, severity, file, line, column, message }) => {
      const said = `${file}:${line}:${column}: ${message}`;
      return {
        suite: file,
        name: `${rule} line ${line}`,
        file,
        line,
        ...(severity === 'info' ? { failures: [], note: said } : { failures: [said] }),
      };
    }),
  );
}

function lines({ suite, name, file, line, tookMs = 0, failures, note }: TestCase): readonly string[] {
  const open = `    <testcase classname=${attribute(suite)} name=${attribute(name)} file=${attribute(file)} line="${line}" time="${(tookMs / 1000).toFixed(6)}"`;
  if (failures.length === 0 && note === undefined) return [`${open}/>`];
  return [
    `${open}>`,
    ...failures.map((text) => `      <failure message=${attribute(text)}>${content(text)}</failure>`),
    ...(note === undefined ? [] : [`      <system-out>${content(note)}</system-out>`]),
    '    </testcase>',
  ];
}

function attribute(text: string): string {
  return `"${escaped(printable(text)).replaceAll('"', '&quot;')}"`;
}

function content(text: string): string {
  return escaped(printableLines(text).join('\n'));
}

function escaped(text: string): string {
  return text
    .replaceAll(/[\u{fffe}\u{ffff}]/gu, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
