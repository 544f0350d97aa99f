// SPDX-License-Identifier: Apache-2.0
// Findings in formats that machines read: nothing that stands in a file can end what it stands in.
import { describe, expect, test } from 'vitest';
import { type Finding, isRuleId, rules } from '../../../core/policy/lint/rules.ts';
import { githubOf } from './github.ts';
import { junitOf, junitOfFindings } from './junit.ts';
import { sarifOf } from './sarif.ts';

const finding: Finding = {
  rule: 'CS105',
  severity: 'warning',
  file: 'policies/a b.cedar',
  line: 3,
  column: 7,
  message: '`context.tool.kind` is never `<tol>`',
};
const hostile: Finding = {
  ...finding,
  file: 'a,line=1::x\n.cedar',
  message: '50%\r\n::error::gotcha & <b> "q" ]]> \u0000\u{1b}',
};

describe('GitHub', () => {
  test.each<[what: string, finding: Finding, want: string]>([
    [
      'a place and a title',
      finding,
      '::warning file=policies/a b.cedar,line=3,col=7,title=CS105::`context.tool.kind` is never `<tol>`',
    ],
    [
      'no place where there is none',
      { ...finding, line: 0, column: 0, severity: 'error' },
      '::error file=policies/a b.cedar,title=CS105::`context.tool.kind` is never `<tol>`',
    ],
    [
      'what is only told is a notice',
      { ...finding, severity: 'info', message: 'x' },
      '::notice file=policies/a b.cedar,line=3,col=7,title=CS105::x',
    ],
  ])('%s', (_what, one, want) => expect(githubOf([one])).toBe(want));

  test('one line for each, whatever stands in it', () => {
    const text = githubOf([hostile, finding]);
    expect(text.split(/\r|\n/)).toHaveLength(2);
    expect(text).toContain('file=a%2Cline=1%3A%3Ax%0A.cedar,line=3');
    expect(text).toContain('::50%25%0D%0A::error::gotcha');
  });
});

describe('JUnit', () => {
  test('each finding fails, but for what is only told', () => {
    const xml = junitOfFindings([finding, { ...finding, severity: 'info' }]);
    expect(xml).toContain('<testsuites name="countersign policy check" tests="2" failures="1" errors="0">');
    expect(xml).toContain('<testcase classname="policies/a b.cedar" name="CS105 line 3"');
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml.match(/<system-out>/g)).toHaveLength(1);
  });

  test('no character of a message is markup, and none is one that XML does not have', () => {
    const xml = junitOfFindings([hostile]);
    expect(xml).toContain('&amp; &lt;b&gt;');
    expect(xml).toContain('&quot;q&quot; ]]&gt; \u{fffd}\u{fffd}"');
    expect(xml).toContain('name="a,line=1::x&#10;.cedar"');
    const forbidden = [...xml].filter((char) => char < ' ' && char !== '\n' && char !== '\r');
    expect(forbidden).toEqual([]);
  });

  test('a half of a character is none', () => {
    const xml = junitOf('x', [{ suite: 's', name: '\ud800', file: 'f', line: 1, failures: [] }]);
    expect(xml.isWellFormed()).toBe(true);
  });
});

describe('SARIF', () => {
  const log = JSON.parse(sarifOf([finding, { ...hostile, line: 0, column: 0 }]));
  const [run] = log.runs;

  test('is of 2.1.0 and knows every rule', () => {
    expect(log.version).toBe('2.1.0');
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(
      Object.keys(rules).filter(isRuleId),
    );
  });

  test('a result names its rule by id and by index, and its place', () => {
    const [first, second] = run.results;
    expect(run.tool.driver.rules[first.ruleIndex].id).toBe('CS105');
    expect(first).toMatchObject({
      ruleId: 'CS105',
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'policies/a%20b.cedar' },
            region: { startLine: 3, startColumn: 7 },
          },
        },
      ],
    });
    expect(second.locations[0].physicalLocation).not.toHaveProperty('region');
  });
});
