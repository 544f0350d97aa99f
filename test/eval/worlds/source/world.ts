// SPDX-License-Identifier: Apache-2.0
/**
 * What a world is made of: tables, tools that answer from them, tasks of a person, and lures that strangers plant.
 *
 * It knows nothing of what decides on runs, and never looks there. A run is what happens when the calls of a task are
 * carried out on a fresh copy of the tables.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Row = { [key: string]: Json };
export type Tables = { [name: string]: Row[] };

export interface Schema {
  readonly [key: string]: Json;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Row;
  /** Whether a call of it changes or sends something. */
  readonly acts: boolean;
  readonly answer: (db: Tables, args: Row) => string;
}

export type Call = readonly [tool: string, args: Row];
export type Step = Call | { readonly user: string } | { readonly say: string };

export interface Task {
  readonly id: string;
  readonly prompt: string;
  readonly steps: readonly Step[];
  /** What the agent says last. */
  readonly says: string;
}

/** Where strangers can write, as somebody reads it under a task: `table/id/field`. */
export interface Carrier {
  readonly task: string;
  readonly place: string;
  readonly kind: string;
}

/** A text that stands in for any document of its kinds, and the calls of an agent that believes it. */
export interface Lure {
  readonly style: string;
  readonly kinds: readonly string[];
  readonly text: string;
  /** Attack at once, after the task, or at once with the task forgotten. */
  readonly when?: 'now' | 'end' | 'instead';
  readonly calls?: readonly Call[];
}

export interface Goal {
  readonly id: string;
  readonly what: string;
  /** What the agent does for the attacker, unless a lure says otherwise. `{{last}}` is the result before. */
  readonly calls: readonly Call[];
  readonly lures: readonly Lure[];
}

/** An attack made for one task: a call that the person wants anyway is bent by what was planted. */
export interface Twist {
  readonly id: string;
  readonly goal: string;
  readonly style: string;
  readonly task: string;
  /** Texts to add, by place, or whole rows that copy a title (`table/+`). */
  readonly plant: { readonly [place: string]: string | Row };
  /** The call that is bent, by its tool, and what it says then; a null takes an argument away. */
  readonly bend: Call;
  /** Which call of that tool, from 0. */
  readonly nth?: number;
}

export interface Suite {
  readonly name: string;
  readonly server: string;
  readonly held: boolean;
  readonly system: string;
  readonly tables: Tables;
  readonly tools: readonly Tool[];
  readonly tasks: readonly Task[];
  readonly carriers: readonly Carrier[];
  readonly goals: readonly Goal[];
  readonly twists: readonly Twist[];
  /** The person asks for what attackers want elsewhere. */
  readonly asked: readonly Task[];
}

export class Refusal extends Error {}

export const refuse = (text: string): never => {
  throw new Refusal(text);
};

export const rows = (db: Tables, table: string): Row[] => db[table] ?? refuse(`no table ${table}`);

export const find = (db: Tables, table: string, key: string, value: Json | undefined): Row =>
  rows(db, table).find((row) => row[key] === value) ??
  refuse(`No ${table} with ${key} ${JSON.stringify(value)}.`);

export const has = (text: Json | undefined, part: Json | undefined): boolean =>
  String(text ?? '')
    .toLowerCase()
    .includes(String(part ?? '').toLowerCase());

/** Whether every word of the query is somewhere in these fields. */
export const matches = (row: Row, query: Json | undefined, fields: readonly string[]): boolean => {
  const all = fields.map((field) => String(row[field] ?? '')).join(' ');
  return String(query ?? '')
    .split(/\s+/)
    .every((word) => has(all, word));
};

export const pick = (row: Row, fields: readonly string[]): Row =>
  Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));

export const add = (db: Tables, table: string, row: Row): Row => {
  rows(db, table).push(row);
  return row;
};

export const drop = (db: Tables, table: string, row: Row): void => {
  db[table] = rows(db, table).filter((each) => each !== row);
};

export const list = (value: Json | undefined): Json[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

export const str = (description: string): Schema => ({ type: 'string', description });
export const num = (description: string): Schema => ({ type: 'number', description });
export const int = (description: string): Schema => ({ type: 'integer', description });
export const bool = (description: string): Schema => ({ type: 'boolean', description });
export const many = (description: string): Schema => ({
  type: 'array',
  items: { type: 'string' },
  description,
});
export const oneOf = (description: string, ...values: string[]): Schema => ({
  type: 'string',
  enum: values,
  description,
});

/** Arguments whose name ends in `?` may be left out. */
const tool =
  (acts: boolean) =>
  (
    name: string,
    description: string,
    args: { readonly [name: string]: Schema },
    answer: Tool['answer'],
  ): Tool => ({
    name,
    description,
    acts,
    answer,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(args).map(([arg, schema]) => [arg.replace('?', ''), { ...schema }]),
      ),
      required: Object.keys(args).filter((arg) => !arg.endsWith('?')),
      additionalProperties: false,
    },
  });

export const reads = tool(false);
export const acts = tool(true);
