// SPDX-License-Identifier: Apache-2.0
/**
 * SQL as its parser gives it: a tree of plain JSON, of which only names of nodes are known here.
 *
 * Source: the parse tree of PostgreSQL 18 (src/include/nodes/parsenodes.h), as libpg_query writes it.
 */
import type { JsonValue } from '../json/value.ts';

/** One tree for each statement. Undefined: it is no SQL. Never throws. */
export type ParseSql = (text: string) => readonly JsonValue[] | undefined;
