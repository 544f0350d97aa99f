// SPDX-License-Identifier: Apache-2.0
// Who reads which kind of program. The parser of SQL loads asynchronously: without it SQL is `unknown`.
import { parseShell } from '../adapters/shell/parse.ts';
import { loadSqlParser } from '../adapters/sql/parse.ts';
import { type Finding, unread } from '../core/program/finding.ts';
import type { ReadProgram } from '../core/program/of-call.ts';
import { shellFinding } from '../core/program/shell.ts';
import { sqlFinding } from '../core/program/sql.ts';
import type { ParseSql } from '../core/program/sql-tree.ts';

/** @param parseSql absent: SQL is not read */
export function programs(parseSql?: ParseSql): ReadProgram {
  const sql = (text: string): Finding => (parseSql === undefined ? unread : sqlFinding(text, parseSql));
  return (kind, text) => (kind === 'sql' ? sql(text) : shellFinding(text, parseShell, sql));
}

/** Before anything is served: decisions wait for nobody. */
export async function loadPrograms(): Promise<ReadProgram> {
  return programs(await loadSqlParser());
}
