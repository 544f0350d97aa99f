// SPDX-License-Identifier: Apache-2.0
/**
 * What SQL would do: each statement of a text, wherever it stands in another, and each function that it calls.
 *
 * What views, rules, triggers and somebody's own types do behind a name is not in the text and not told here, and nor
 * is who may do it. A node that nobody named, a function that nobody knows: the worst that is honest.
 *
 * Source: docs/adr/0022-programs.md.
 */
import { type ActionClass, isActionClass } from '../catalogue/taxonomy.ts';
import {
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  own,
  stringAt,
} from '../json/value.ts';
import {
  emptyNotes,
  type Finding,
  findingOf,
  maxProgramLength,
  type Notes,
  noteName,
  noteUnread,
  unread,
} from './finding.ts';
import { computing, effects, operators, secretTables, types } from './sql-functions.ts';
import type { ParseSql } from './sql-tree.ts';

const maxNodes = 50_000;

/** What a server might read in another way: what ends a text for it, or a quote that an older setting escapes. */
const unclear = /[^\P{C}\n\t\r]|\\'/u;

/** A parser goes down for most of them, and what it has for that is not much: more words and signs are not read. */
const maxTokens = 2000;

export function sqlFinding(text: string, parse: ParseSql): Finding {
  if (
    text.length > maxProgramLength ||
    tokensIn(text) > maxTokens ||
    unclear.test(text) ||
    !text.isWellFormed()
  )
    return unread;
  const statements = parse(text);
  if (statements === undefined) return unread;
  const notes = emptyNotes();
  walk(statements, notes);
  return findingOf(notes);
}

function tokensIn(text: string): number {
  let count = 0;
  for (const _token of text.matchAll(/\w+|[^\s\w]/g)) count += 1;
  return count;
}

interface Visit {
  readonly name: string;
  readonly node: JsonValue;
  /** It is looked at and not run: what `EXPLAIN` plans. */
  readonly planned: boolean;
}

/** Not by recursion: how deep it goes is the writer's choice. */
function walk(statements: readonly JsonValue[], notes: Notes): void {
  const open: Visit[] = statements.map((node) => ({ name: '', node, planned: false }));
  let left = maxNodes;
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    if (left-- <= 0) {
      noteUnread(notes);
      return;
    }
    const { node } = visit;
    if (isArray(node)) for (const one of node) open.push({ ...visit, node: one });
    else if (isObject(node)) {
      const planned = see(visit.name, node, visit.planned, notes);
      for (const [name, inner] of Object.entries(node)) open.push({ name, node: inner, planned });
    }
  }
}

/** @returns whether what is in it is only planned */
function see(name: string, node: JsonObject, planned: boolean, notes: Notes): boolean {
  if (name === 'ExplainStmt') return planned || !isAnalyzed(node);
  if (/^[A-Z]\w*Stmt$/.test(name)) {
    const of = classOf(name, node);
    if (!planned) notes.classes.add(of);
    seeTargets(name, node, of, planned, notes);
    return planned;
  }
  switch (name) {
    case 'RangeVar':
    case 'relation':
      if (name === 'RangeVar') noteTable(notes, 'reads', node);
      break;
    case 'FuncCall':
      seeFunction(namesOf(node.funcname), notes);
      break;
    case 'RangeTableSample':
      if (!/^(?:system|bernoulli)$/.test(namesOf(node.method).join('.')))
        seeFunction(namesOf(node.method), notes);
      break;
    case 'A_Expr':
      seeOperator(namesOf(node.name), notes);
      break;
    case 'SubLink':
      seeOperator(namesOf(node.operName), notes);
      break;
    case 'SortBy':
      seeOperator(namesOf(node.useOp), notes);
      break;
    case 'typeName':
    case 'TypeName':
      seeType(namesOf(node.names), notes);
      break;
    case 'intoClause':
    case 'IntoClause': {
      if (!planned) notes.classes.add('create');
      const into = objectAt(node, 'rel');
      if (into !== undefined) noteTable(notes, 'writes', into);
      break;
    }
    case 'LockingClause':
      // Others wait for it: that is more than looking.
      if (!planned) notes.classes.add('write');
      break;
    default:
      break;
  }
  return planned;
}

/** What a statement is about, where the tree does not call it a `RangeVar`. */
function seeTargets(name: string, node: JsonObject, of: ActionClass, planned: boolean, notes: Notes): void {
  const changes = of !== 'read' && !planned;
  for (const member of ['relation', 'rel', 'view', 'sequence', 'base', 'parent'])
    if (name !== 'SelectStmt') {
      const target = objectAt(node, member);
      if (target !== undefined && stringAt(target, 'relname') !== undefined)
        noteTable(notes, changes ? 'writes' : 'reads', target);
    }
  if (name === 'CopyStmt' && own(node, 'is_program') !== true && stringAt(node, 'filename') !== undefined)
    notes.whole = false;
  if (name === 'TruncateStmt' || name === 'LockStmt') {
    const list = own(node, 'relations');
    for (const one of isArray(list) ? list : []) {
      const target = isObject(one) ? objectAt(one, 'RangeVar') : undefined;
      if (target !== undefined) noteTable(notes, 'writes', target);
    }
  }
  if (name === 'DropStmt') {
    const list = own(node, 'objects');
    for (const one of isArray(list) ? list : []) {
      const names = isObject(one) ? namesOf(objectAt(one, 'List')?.items) : [];
      if (names.length > 0) noteName(notes, 'writes', names.join('.'));
      else notes.whole = false;
    }
  }
}

function isAnalyzed(node: JsonObject): boolean {
  const options = own(node, 'options');
  return (isArray(options) ? options : []).some((one) => {
    const option = isObject(one) ? objectAt(one, 'DefElem') : undefined;
    return option === undefined || stringAt(option, 'defname') === 'analyze';
  });
}

/** Statements whose class does not depend on what is in them. */
const statementClasses: ReadonlyMap<string, ActionClass> = new Map(
  Object.entries({
    read: 'SelectStmt ExplainStmt VariableShowStmt DeclareCursorStmt FetchStmt ClosePortalStmt PrepareStmt DeallocateStmt ListenStmt UnlistenStmt RawStmt ReturnStmt',
    create:
      'InsertStmt CreateStmt CreateTableAsStmt ViewStmt CreateSeqStmt IndexStmt CreateSchemaStmt CreateStatsStmt CreateEnumStmt CreateRangeStmt CompositeTypeStmt CreateDomainStmt',
    write: 'UpdateStmt LockStmt VacuumStmt RefreshMatViewStmt ReindexStmt ClusterStmt CheckPointStmt',
    delete: 'DeleteStmt TruncateStmt DropStmt DropOwnedStmt DropdbStmt DropTableSpaceStmt',
    send: 'NotifyStmt',
    configure:
      'AlterTableStmt AlterTableMoveAllStmt AlterDomainStmt AlterEnumStmt AlterSeqStmt AlterObjectSchemaStmt AlterObjectDependsStmt AlterTypeStmt AlterStatsStmt AlterCollationStmt RenameStmt CommentStmt ConstraintsSetStmt DiscardStmt AlterDatabaseStmt AlterDatabaseSetStmt AlterDatabaseRefreshCollStmt CreatedbStmt',
    grant:
      'GrantStmt GrantRoleStmt AlterDefaultPrivilegesStmt AlterOwnerStmt AlterPolicyStmt CreatePolicyStmt ReassignOwnedStmt',
    administer:
      'CreateRoleStmt AlterRoleStmt AlterRoleSetStmt DropRoleStmt AlterSystemStmt SecLabelStmt CreateUserMappingStmt AlterUserMappingStmt DropUserMappingStmt CreateForeignServerStmt AlterForeignServerStmt CreateFdwStmt AlterFdwStmt CreateForeignTableStmt ImportForeignSchemaStmt CreateSubscriptionStmt AlterSubscriptionStmt DropSubscriptionStmt CreatePublicationStmt AlterPublicationStmt CreateTableSpaceStmt AlterTableSpaceOptionsStmt',
    execute:
      'DoStmt CallStmt ExecuteStmt LoadStmt CreateFunctionStmt AlterFunctionStmt CreateTrigStmt CreateEventTrigStmt AlterEventTrigStmt RuleStmt CreateExtensionStmt AlterExtensionStmt AlterExtensionContentsStmt CreatePLangStmt CreateCastStmt CreateConversionStmt CreateTransformStmt CreateOpClassStmt CreateOpFamilyStmt AlterOpFamilyStmt AlterOperatorStmt DefineStmt CreateAmStmt PLAssignStmt AlterTSDictionaryStmt AlterTSConfigurationStmt',
  }).flatMap(([of, names]) => (isActionClass(of) ? names.split(' ').map((name) => [name, of] as const) : [])),
);

function classOf(name: string, node: JsonObject): ActionClass {
  switch (name) {
    case 'MergeStmt':
      return JSON.stringify(own(node, 'mergeWhenClauses') ?? '').includes('CMD_DELETE') ? 'delete' : 'write';
    case 'InsertStmt':
      return own(node, 'onConflictClause') === undefined ? 'create' : 'write';
    case 'CopyStmt':
      if (own(node, 'is_program') === true) return 'execute';
      // A file of the server's, where its own are.
      if (stringAt(node, 'filename') !== undefined) return 'administer';
      return own(node, 'is_from') === true ? 'create' : 'read';
    case 'TransactionStmt':
      return /BEGIN|START|COMMIT$|ROLLBACK$|SAVEPOINT|RELEASE|ROLLBACK_TO/.test(stringAt(node, 'kind') ?? '')
        ? 'read'
        : 'write';
    case 'VariableSetStmt':
      return settingClass(stringAt(node, 'name') ?? '');
    default:
      return statementClasses.get(name) ?? 'unknown';
  }
}

/** Whom it acts as; where names are looked for, and so which function they are. */
function settingClass(name: string): ActionClass {
  if (/^(?:role|session_authorization)$/i.test(name)) return 'administer';
  return /^(?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|timezone|datestyle|intervalstyle|application_name|client_encoding|extra_float_digits|TRANSACTION|SESSION CHARACTERISTICS)$/i.test(
    name,
  )
    ? 'read'
    : 'configure';
}

function seeFunction(names: readonly string[], notes: Notes): void {
  const name = builtin(names);
  const of = name === undefined ? undefined : effects.get(name);
  if (of !== undefined) notes.classes.add(of);
  else if (name === undefined || !computing.has(name)) {
    notes.classes.add('execute');
    notes.whole = false;
  }
}

function seeOperator(names: readonly string[], notes: Notes): void {
  if (names.length === 0) return;
  const words = /^(?:BETWEEN|NOT BETWEEN|BETWEEN SYMMETRIC|NOT BETWEEN SYMMETRIC)$/;
  const name = builtin(names);
  if (name === undefined || !(operators.has(name) || words.test(name))) {
    notes.classes.add('execute');
    notes.whole = false;
  }
}

function seeType(names: readonly string[], notes: Notes): void {
  const name = builtin(names);
  if (names.length > 0 && (name === undefined || !types.has(name))) {
    notes.classes.add('execute');
    notes.whole = false;
  }
}

/** Of the system's own schema, said or not. */
function builtin(names: readonly string[]): string | undefined {
  if (names.length === 1) return names[0];
  return names.length === 2 && names[0] === 'pg_catalog' ? names[1] : undefined;
}

function namesOf(list: JsonValue | undefined): readonly string[] {
  return (isArray(list) ? list : []).flatMap((one) => {
    const text = isObject(one) ? objectAt(one, 'String') : undefined;
    return text === undefined ? [] : [stringAt(text, 'sval') ?? ''];
  });
}

/** Names of a `WITH` may be among them: one may have the name of a table that it reads. */
function noteTable(notes: Notes, list: 'reads' | 'writes', node: JsonObject): void {
  const name = stringAt(node, 'relname') ?? '';
  if (secretTables.has(name)) notes.classes.add('credential');
  const parts = [stringAt(node, 'catalogname'), stringAt(node, 'schemaname'), name];
  noteName(notes, list, parts.filter((part) => part !== undefined && part !== '').join('.'));
}
