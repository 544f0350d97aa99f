// SPDX-License-Identifier: Apache-2.0
/**
 * SQL as the parser of PostgreSQL 18 reads it, compiled to WebAssembly (`libpg-query`).
 *
 * Translates and judges nothing. Loaded once, before anything is served, since it loads asynchronously and
 * decisions wait for nobody. Texts that would exhaust its stack are not given to it; after a fault of the module itself
 * it reads nothing any more, since what is left of it is no parser: all SQL is unknown then, until the next start.
 */
import { isArray, isObject, type JsonValue } from '../../core/json/value.ts';
import type { ParseSql } from '../../core/program/sql-tree.ts';

/** @throws where the module cannot be loaded */
export async function loadSqlParser(): Promise<ParseSql> {
  const { loadModule, parseSync, SqlError } = await import('libpg-query');
  await loadModule();
  let isBroken = false;
  return (text) => {
    if (isBroken || text.trim() === '') return undefined;
    try {
      const parsed: unknown = parseSync(text);
      return statementsOf(parsed);
    } catch (error) {
      if (!(error instanceof SqlError)) isBroken = true;
      return undefined;
    }
  };
}

function statementsOf(parsed: unknown): readonly JsonValue[] | undefined {
  // It comes out of JSON.parse in there.
  const tree = parsed as JsonValue;
  if (!isObject(tree)) return undefined;
  const { stmts } = tree;
  // A comment alone is nothing that anybody meant to run.
  return isArray(stmts) && stmts.length > 0 ? stmts : undefined;
}
