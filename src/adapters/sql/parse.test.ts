// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { isAtLeastAsStrict } from '../../core/catalogue/strictness.ts';
import type { ActionClass } from '../../core/catalogue/taxonomy.ts';
import { maxProgramLength } from '../../core/program/finding.ts';
import { shellFinding } from '../../core/program/shell.ts';
import { sqlFinding } from '../../core/program/sql.ts';
import { parseShell } from '../shell/parse.ts';
import { loadSqlParser } from './parse.ts';

const parse = await loadSqlParser();
const of = (text: string) => sqlFinding(text, parse);
const classOf = (text: string): ActionClass => of(text).class;

describe('statements that only look are reading', () => {
  test.each([
    "SELECT lower(a), count(*) FROM t JOIN u USING (id) WHERE a LIKE 'x%' AND b BETWEEN 1 AND 2 ORDER BY 1 LIMIT 5",
    'WITH x AS (SELECT 1) SELECT * FROM x',
    'VALUES (1)',
    'TABLE t',
    'EXPLAIN DELETE FROM t',
    'COPY t TO STDOUT',
    'BEGIN; SELECT 1; COMMIT',
    'SHOW all',
    'SET statement_timeout = 1000',
    "SELECT '; DROP TABLE t; --'",
    'SELECT 1 /* DROP TABLE t */ -- DELETE',
    "SELECT $$ DROP TABLE t $$, E'\\n', U&'\\0041'",
    'SELECT a::int, CAST(b AS text), extract(year from c), coalesce(d, 1) FROM t WHERE e = ANY ($1)',
    'SELECT pg_catalog.lower(a) FROM t GROUP BY 1 HAVING count(*) > 1',
  ])('%s', (text) => expect(of(text)).toMatchObject({ class: 'read', parsed: true, whole: true }));
});

describe('what a statement does is told wherever it stands', () => {
  test.each<[text: string, atLeast: ActionClass]>([
    ['DELETE FROM t', 'delete'],
    ['dElEtE/**/fRoM t', 'delete'],
    ['SELECT 1; DROP TABLE t', 'delete'],
    ['SELECT 1;;DELETE FROM t', 'delete'],
    ['WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x', 'create'],
    ['WITH a AS (WITH b AS (DELETE FROM t RETURNING *) SELECT * FROM b) SELECT * FROM a', 'delete'],
    ['SELECT (WITH b AS (UPDATE t SET a=1 RETURNING a) SELECT a FROM b)', 'write'],
    ['SELECT 1 UNION SELECT * FROM t FOR UPDATE', 'write'],
    ['SELECT * INTO x FROM t', 'create'],
    ['SELECT * FROM t FOR SHARE', 'write'],
    ['EXPLAIN ANALYZE DELETE FROM t', 'delete'],
    ['EXPLAIN (VERBOSE, ANALYZE) DELETE FROM t', 'delete'],
    ['PREPARE p AS DELETE FROM t', 'delete'],
    ['EXECUTE p', 'execute'],
    ['DECLARE c CURSOR FOR SELECT * FROM t FOR UPDATE', 'write'],
    ["COPY t TO PROGRAM 'x'", 'execute'],
    ["COPY t FROM PROGRAM 'x'", 'execute'],
    ["COPY t TO '/x'", 'administer'],
    ['COPY (DELETE FROM t RETURNING *) TO STDOUT', 'delete'],
    ['DO $$ BEGIN END $$', 'execute'],
    ['CALL p()', 'execute'],
    ['SET ROLE x', 'administer'],
    ['SET SESSION AUTHORIZATION x', 'administer'],
    ['SET search_path = x', 'configure'],
    ['RESET ROLE', 'administer'],
    ['GRANT ALL ON t TO x', 'grant'],
    ['GRANT x TO y', 'grant'],
    ['ALTER ROLE x SUPERUSER', 'administer'],
    ['ALTER TABLE t DISABLE TRIGGER ALL', 'configure'],
    ['ALTER SYSTEM SET x = 1', 'administer'],
    ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$', 'execute'],
    ['CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()', 'execute'],
    ['CREATE RULE r AS ON SELECT TO t DO INSTEAD DELETE FROM u', 'execute'],
    ['CREATE EXTENSION x', 'execute'],
    ["LOAD 'x'", 'execute'],
    ['TRUNCATE t', 'delete'],
    ['MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE', 'delete'],
    ['MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET a = 1', 'write'],
    ['INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1', 'write'],
    ["NOTIFY x, 'y'", 'send'],
    ["SELECT pg_notify('x', 'y')", 'send'],
    ["SELECT nextval('s')", 'write'],
    ["SELECT setval('s', 1)", 'write'],
    ['SELECT pg_terminate_backend(1)', 'delete'],
    ["SELECT lo_export(1, '/x')", 'execute'],
    ["SELECT dblink_exec('x', 'y')", 'execute'],
    ["SELECT pg_read_file('/etc/passwd')", 'credential'],
    ["SELECT set_config('role', 'x', false)", 'configure'],
    ["SELECT query_to_xml('DELETE FROM t', true, true, '')", 'execute'],
    ['SELECT mine()', 'execute'],
    ['SELECT public.lower(a) FROM t', 'execute'],
    ['SELECT * FROM mine(1)', 'execute'],
    ['SELECT 1 WHERE EXISTS (SELECT mine())', 'execute'],
    ['SELECT 1 ORDER BY mine()', 'execute'],
    ['SELECT count(*) FILTER (WHERE mine())', 'execute'],
    ['SELECT sum(a) OVER (ORDER BY mine()) FROM t', 'execute'],
    ['EXPLAIN SELECT mine()', 'execute'],
    ['SELECT a OPERATOR(public.+) b', 'execute'],
    ['SELECT a <%%> b', 'execute'],
    ["SELECT 'x'::mine", 'execute'],
    ['SELECT * FROM t TABLESAMPLE mine(1)', 'execute'],
    ['SELECT * FROM pg_shadow', 'credential'],
    ['SELECT * FROM pg_catalog.pg_authid', 'credential'],
    ["COMMIT PREPARED 'x'", 'write'],
    ["SELECT 'a\\'; DROP TABLE t; --'", 'unknown'],
    ['SELECT 1\0; DROP TABLE t', 'unknown'],
    ['SELEC 1', 'unknown'],
    ['', 'unknown'],
    ['-- nothing', 'unknown'],
    ['\\! rm x', 'unknown'],
  ])('%s', (text, atLeast) => {
    verifies('program.worst-wins');
    expect(isAtLeastAsStrict(classOf(text), atLeast), classOf(text)).toBe(true);
  });
});

test.each<[text: string, reads: readonly string[], writes: readonly string[]]>([
  ['SELECT * FROM a, s.b WHERE x IN (SELECT y FROM c)', ['a', 'c', 's.b'], []],
  ['INSERT INTO a SELECT * FROM b', ['b'], ['a']],
  ['UPDATE s.a SET x = (SELECT 1 FROM b)', ['b'], ['s.a']],
  ['DELETE FROM a USING b', ['b'], ['a']],
  ['WITH a AS (SELECT * FROM a) SELECT * FROM a', ['a'], []],
  ['SELECT * INTO c FROM a', ['a'], ['c']],
  ['DROP TABLE a, s.b', [], ['a', 's.b']],
  ['TRUNCATE a, b', ['a', 'b'], ['a', 'b']],
  ['MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE', ['b'], ['a']],
  ['SELECT 1 UNION SELECT 2 FROM a', ['a'], []],
])('it says which tables are meant: %s', (text, reads, writes) =>
  expect(of(text)).toMatchObject({ reads, writes }),
);

test('SQL in a shell is read as SQL', () => {
  const inShell = (text: string) => shellFinding(text, parseShell, of);
  expect(inShell('psql -h db.example -c "select a from t"')).toMatchObject({
    class: 'read',
    reads: ['/net/psql', 't'],
    hosts: ['db.example'],
  });
  expect(inShell('psql -c "delete from t"')).toMatchObject({ class: 'delete', writes: ['t'] });
  expect(inShell('psql -c "\\! rm x"').class).toBe('unknown');
  expect(inShell('psql -c "$q"').class).toBe('unknown');
  expect(inShell('echo "delete from t" | psql').class).toBe('execute');
});

test('what is too long or too much is unknown', () => {
  expect(classOf(`SELECT 1${' '.repeat(maxProgramLength)}`)).toBe('unknown');
  expect(classOf(`SELECT ${'('.repeat(8000)}1`)).toBe('unknown');
  for (const [open, close] of [
    ['(', ')'],
    ['ARRAY[', ']'],
    ['- ', ''],
    ['1+', ''],
    ['NOT ', ''],
    ['(SELECT ', ')'],
    ['CASE WHEN 1=1 THEN ', ' END'],
    ['f(', ')'],
  ] as const)
    for (const deep of [400, 900, 1900, 7000])
      expect(classOf(`SELECT ${open.repeat(deep)}mine()${close.repeat(deep)}`)).toMatch(/unknown|execute/);
  expect(classOf('SELECT 1')).toBe('read');
});

describe('laws', () => {
  const harmless = fc.constantFrom('SELECT 1', 'SELECT a FROM t', 'BEGIN', 'SHOW all', "SELECT ';'");
  const dangerous = fc.constantFrom(
    'DELETE FROM t',
    'SELECT mine()',
    'DROP TABLE t',
    'DO $$ $$',
    'SELECT * INTO x FROM t',
    'GRANT a TO b',
  );
  const between = fc.constantFrom(';', ' ; ', ';\n', ';/* x */', ';--x\n', ';;');
  test('nothing before or behind a statement lowers what it does', () => {
    fc.assert(
      fc.property(harmless, dangerous, between, fc.boolean(), (good, bad, sep, first) => {
        const text = first ? `${bad}${sep}${good}` : `${good}${sep}${bad}`;
        expect(isAtLeastAsStrict(classOf(text), classOf(bad)), text).toBe(true);
      }),
    );
  });

  test('it never throws, and says something of whatever is written', () => {
    const token = fc.constantFrom(
      ..."SELECT FROM WHERE ( ) ; , ' $$ -- /* */ DELETE t INTO WITH AS UPDATE E' U&' :: 1 * = \\ \n CASE WHEN END UNION".split(
        ' ',
      ),
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 60, unit: 'binary' }),
          fc.array(token, { maxLength: 25 }).map((all) => all.join(' ')),
        ),
        (text) => {
          const found = of(text);
          for (const one of found.classes) expect(isAtLeastAsStrict(found.class, one)).toBe(true);
          expect(of('SELECT 1').class).toBe('read');
        },
      ),
      { numRuns: 1000 },
    );
  });
});
