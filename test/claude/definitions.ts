// SPDX-License-Identifier: Apache-2.0
/**
 * What the shipped catalogue takes the tools of Claude Code to be: schemas of our own, since the client declares
 * none to its hooks. An argument that stands here nowhere is refused.
 *
 * `node test/claude/pin.ts` writes them as `policies/catalogues/claude-code/claude.lock.json`.
 */
import type { ToolDefinition } from '../../src/core/catalogue/entry.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import { type Place, places, targetAt } from '../../src/edges/hooks/place.ts';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const flag = { type: 'boolean' };
const oneOf = (...values: readonly string[]) => ({ type: 'string', enum: values });
const listOf = (items: JsonObject) => ({ type: 'array', items, maxItems: 256 });
const object = (properties: JsonObject, required: readonly string[]): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const search: JsonObject = {
  pattern: text,
  path: text,
  glob: text,
  type: text,
  output_mode: oneOf('content', 'files_with_matches', 'count'),
  '-A': count,
  '-B': count,
  '-C': count,
  context: count,
  '-n': flag,
  '-i': flag,
  '-o': flag,
  multiline: flag,
  head_limit: count,
  offset: count,
};

const edit = { old_string: text, new_string: text, replace_all: flag };

/** Tools of files: each stands for as many targets as there are places that a path can lead to. */
const ofFiles: Readonly<Record<string, readonly [description: string, schema: JsonObject]>> = {
  Read: [
    'Read a file',
    object({ file_path: text, offset: count, limit: count, pages: text, allow_large: flag }, ['file_path']),
  ],
  Write: [
    'Write a file, in place of what was there',
    object({ file_path: text, content: text }, ['file_path', 'content']),
  ],
  Edit: [
    'Replace text in a file',
    object({ file_path: text, ...edit }, ['file_path', 'old_string', 'new_string']),
  ],
  MultiEdit: [
    'Replace several texts in a file',
    object({ file_path: text, edits: listOf(object(edit, ['old_string', 'new_string'])) }, [
      'file_path',
      'edits',
    ]),
  ],
  NotebookEdit: [
    'Change a cell of a notebook',
    object(
      {
        notebook_path: text,
        cell_id: text,
        new_source: text,
        cell_type: oneOf('code', 'markdown'),
        edit_mode: oneOf('replace', 'insert', 'delete'),
      },
      ['notebook_path', 'new_source'],
    ),
  ],
  Glob: ['Find files by name', object({ pattern: text, path: text }, ['pattern'])],
  Grep: ['Find text in files', object(search, ['pattern'])],
};

const command = object(
  {
    command: text,
    description: text,
    timeout: { type: 'number', minimum: 0 },
    run_in_background: flag,
    dangerouslyDisableSandbox: flag,
  },
  ['command'],
);

const others: Readonly<Record<string, readonly [description: string, schema: JsonObject]>> = {
  Bash: ['Run a command in a shell', command],
  'Bash.project': ['Run one plain command of those that only work on a project', command],
  'Bash.outside': ['Run commands that only read, outside of the project as well', command],
  'Bash.secrets': ['Run commands that only read, keys and passwords as well', command],
  BashOutput: [
    'Read what a background command has printed',
    object({ bash_id: text, filter: text }, ['bash_id']),
  ],
  TaskOutput: [
    'Read what background work has printed',
    object({ task_id: text, block: flag, timeout: { type: 'number', minimum: 0 } }, ['task_id']),
  ],
  KillShell: ['End a background command', object({ shell_id: text }, ['shell_id'])],
  TaskStop: ['End background work', object({ task_id: text, shell_id: text }, [])],
  WebFetch: ['Read a page', object({ url: text, prompt: text, offset: count }, ['url', 'prompt'])],
  WebSearch: [
    'Search the web',
    object({ query: text, allowed_domains: listOf(text), blocked_domains: listOf(text) }, ['query']),
  ],
  Agent: [
    'Let a sub-agent work on something; each of its calls is decided by itself',
    object(
      {
        description: text,
        prompt: text,
        subagent_type: text,
        model: text,
        effort: text,
        run_in_background: flag,
        name: text,
      },
      ['prompt'],
    ),
  ],
  ToolSearch: ['Look up tools of the client', object({ query: text, max_results: count }, ['query'])],
  TodoWrite: [
    "Keep the session's own list of things to do",
    object(
      {
        todos: listOf(
          object({ content: text, status: text, activeForm: text, id: text, priority: text }, ['content']),
        ),
      },
      ['todos'],
    ),
  ],
  EnterPlanMode: ['Begin to plan', object({}, [])],
  ExitPlanMode: ['Show a plan to the person', { type: 'object', additionalProperties: true }],
  AskUserQuestion: [
    'Ask the person at the terminal',
    {
      type: 'object',
      properties: { questions: { type: 'array' } },
      required: ['questions'],
      additionalProperties: true,
    },
  ],
};

const whereIs: Readonly<Record<Place, string>> = {
  project: 'of the project',
  outside: 'outside of the project',
  secrets: 'where secrets are kept',
  guards: 'that decides what the client or Countersign does',
};

export const claudeDefinitions: readonly ToolDefinition[] = [
  ...Object.entries(ofFiles).flatMap(([tool, [description, inputSchema]]) =>
    places.map((place) => ({
      name: targetAt(tool, place),
      description: `${description} (${whereIs[place]})`,
      inputSchema,
    })),
  ),
  ...Object.entries(others).map(([name, [description, inputSchema]]) => ({ name, description, inputSchema })),
];
