// SPDX-License-Identifier: Apache-2.0
// Findings in formats that machines read: nothing that stands in a file can end what it stands in.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Finding, isRuleId, rules } from '../../../core/policy/lint/rules.ts';
import { printableLines } from '../printable.ts';
import { githubOf } from './github.ts';
import { junitOf, junitOfFindings } from './junit.ts';
import { sarifOf } from './sarif.ts';
import { readXml } from './xml.fixture.ts';

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
    expect(text).toContain('::50%25\\u{d}%0A::error::gotcha');
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
    expect(xml).toContain('&quot;q&quot; ]]&gt; \\u{0}\\u{1b}"');
    expect(xml).toContain('name="a,line=1::x\\u{a}.cedar"');
    expect(readXml(xml).children[0]?.children[0]?.children[0]).toMatchObject({
      name: 'failure',
      text: expect.stringContaining(': 50%\\u{d}\n::error::gotcha & <b> "q" ]]> '),
    });
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

/** The schema of the standard, as its draft was named; ajv knows the words that it uses under a later name. */
function sarifSchema(): (log: unknown) => boolean {
  const file = createRequire(import.meta.url).resolve(
    '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
  );
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (log) => {
    if (!validate(log)) throw new Error(ajv.errorsText(validate.errors));
    return true;
  };
}

describe('whatever stands in a finding', () => {
  const isSarif = sarifSchema();
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      ...[
        '<',
        '>',
        '&',
        '"',
        "'",
        ']]>',
        '<![CDATA[',
        '<!--',
        '-->',
        '<?xml',
        '&amp;',
        '&#0;',
        '\u0000',
        '\u0085',
      ],
      ...[
        '%',
        '%0A',
        '\r',
        '\n',
        '\r\n',
        '::error::x',
        '\n::set-output name=a::b',
        ',line=9',
        ':',
        '\u2028',
        '\ud800',
      ],
      ...[
        '/',
        '//',
        '../',
        '\\',
        '?',
        '#',
        'c:',
        ' ',
        '\u202e',
        '\u{e0041}',
        '\ufeff',
        '\ufffe',
        '\u001b]8;;x',
      ],
    ),
  );
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const place = { file: text, line: fc.nat(9), column: fc.nat(9) };
  const drawn: fc.Arbitrary<Finding> = fc.record({
    rule: fc.constantFrom(...Object.keys(rules).filter(isRuleId)),
    severity: fc.constantFrom('error', 'warning', 'info'),
    message: text,
    ...place,
  });
  const all = fc.array(drawn, { maxLength: 4 });
  /** As a person is shown it. */
  const seen = (given: string) =>
    printableLines(given)
      .join('\n')
      .replaceAll(/[\ufffe\uffff]/g, '\ufffd');

  test('SARIF is as the standard has it, and says the same', () => {
    fc.assert(
      fc.property(all, (findings) => {
        const printed = sarifOf(findings);
        expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        const log = JSON.parse(printed);
        expect(isSarif(log)).toBe(true);
        const told = log.runs[0].results.map((result: SarifResult) => ({
          rule: result.ruleId,
          message: result.message.text,
          file: decodeURIComponent(result.locations[0].physicalLocation.artifactLocation.uri),
          line: result.locations[0].physicalLocation.region?.startLine ?? 0,
        }));
        expect(told).toEqual(
          findings.map(({ rule, message, file, line }) => ({
            rule,
            message,
            file: file.toWellFormed(),
            line,
          })),
        );
      }),
    );
  });

  test('a log that is not as the standard has it is found', () => {
    const log = JSON.parse(sarifOf([finding]));
    for (const spoil of [
      (one: typeof log) => delete one.version,
      (one: typeof log) => delete one.runs[0].tool.driver.name,
      (one: typeof log) => {
        one.runs[0].results[0].level = 'info';
      },
      (one: typeof log) => {
        one.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = 'a b';
      },
      (one: typeof log) => {
        one.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
      },
    ]) {
      const copy = structuredClone(log);
      spoil(copy);
      expect(() => isSarif(copy)).toThrow();
    }
  });

  test('JUnit is well-formed, and says the same', () => {
    fc.assert(
      fc.property(all, (findings) => {
        const root = readXml(junitOfFindings(findings));
        expect(root.attributes.get('tests')).toBe(String(findings.length));
        const cases = root.children.flatMap(({ children }) => children);
        const told = cases.map(({ attributes, children: [said] }) => ({
          file: attributes.get('file'),
          line: attributes.get('line'),
          failed: said?.name === 'failure',
          text: said?.text,
        }));
        const want = findings.map(({ file, line, column, severity, message }) => ({
          file: seen(file).replaceAll('\n', '\\u{a}'),
          line: String(line),
          failed: severity !== 'info',
          text: seen(`${file}:${line}:${column}: ${message}`),
        }));
        // Cases of one file stand together; the order within it stays.
        const order = [...new Set(findings.map(({ file }) => file))];
        const grouped = order.flatMap((file) => want.filter((_, i) => findings[i]?.file === file));
        expect(told).toEqual(grouped);
      }),
    );
  });

  test('JUnit of tests, too', () => {
    const cases = fc.array(
      fc.record({
        suite: text,
        name: text,
        file: text,
        line: fc.nat(9),
        failures: fc.array(text, { maxLength: 2 }),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(text, cases, (name, given) => {
        const root = readXml(junitOf(name, given));
        const failures = root.children
          .flatMap(({ children }) => children)
          .flatMap(({ children }) => children);
        expect(failures.map(({ text: said }) => said).toSorted()).toEqual(
          given.flatMap((one) => one.failures.map(seen)).toSorted(),
        );
      }),
    );
  });

  test('GitHub reads one command for each, and from it the same', () => {
    fc.assert(
      fc.property(all, (findings) => {
        const lines = findings.length === 0 ? [] : githubOf(findings).split(/\r|\n/);
        expect(lines.map(commandOf)).toEqual(
          findings.map(({ rule, severity, file, line, column, message }) => ({
            command: severity === 'info' ? 'notice' : severity,
            properties: {
              file,
              ...(line === 0 ? {} : { line: String(line), col: String(column) }),
              title: rule,
            },
            message: printableLines(message).join('\n'),
          })),
        );
      }),
    );
  });
});

interface SarifResult {
  readonly ruleId: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region?: { readonly startLine: number };
      };
    },
  ];
}

/** As the runner takes a command apart: at the first `::` after the beginning, then at commas and the first `=`. */
function commandOf(line: string) {
  const end = line.indexOf('::', 2);
  const [command = '', ...rest] = line.slice(2, end).split(/ (.*)/s);
  const decoded = (text: string, codes: Readonly<Record<string, string>>) =>
    text.replaceAll(/%(?:0D|0A|3A|2C|25)/g, (code) => codes[code] ?? code);
  const data = { '%0D': '\r', '%0A': '\n', '%25': '%' };
  return {
    command,
    properties: Object.fromEntries(
      (rest[0] ?? '').split(',').map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), decoded(pair.slice(at + 1), { ...data, '%3A': ':', '%2C': ',' })];
      }),
    ),
    message: decoded(line.slice(end + 2), data),
  };
}
