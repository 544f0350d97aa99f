// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of the demo: text files under one directory.
 *
 * Never leaves `--root`, whether by `..`, by an absolute path or through a symbolic link. It does
 * not defend against a process that swaps directories meanwhile: the demo owns its directory.
 */
import { lstat, mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { answer } from './answer.ts';

const MAX_FILE_BYTES = 1_000_000;

const { values } = parseArgs({ options: { root: { type: 'string' } } });
if (values.root === undefined) throw new Error('`--root DIR` is missing');
const root = await realpath(values.root);

/** The absolute path, once neither it nor what it really leads to is outside of the root. */
async function confined(path: string): Promise<string> {
  const wanted = resolve(root, path);
  if (!isInside(wanted) || !isInside(await realNearest(wanted))) {
    throw new Error(`\`${path}\` is outside of the files; use a relative path such as \`notes/a.md\``);
  }
  return wanted;
}

function isInside(path: string): boolean {
  return path === root || path.startsWith(root + sep);
}

/** What does not exist yet is where its nearest ancestor is; a link to nowhere could become anything. */
async function realNearest(path: string): Promise<string> {
  const entry = await lstat(path).catch(() => undefined);
  if (entry === undefined) return realNearest(dirname(path));
  return realpath(path).catch(() => sep);
}

const pathOnly = fromJsonSchema<{ path: string }>({
  type: 'object',
  properties: { path: { type: 'string', maxLength: 500, description: 'relative to the root' } },
  required: ['path'],
  additionalProperties: false,
});

serveStdio(() => {
  const server = new McpServer({ name: 'files', version: '1.0.0' });

  server.registerTool(
    'list_files',
    { description: 'List the files', annotations: { readOnlyHint: true } },
    async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return answer(files.map((entry) => relative(root, resolve(entry.parentPath, entry.name))).sort());
    },
  );

  server.registerTool(
    'read_file',
    { description: 'Read one text file', inputSchema: pathOnly, annotations: { readOnlyHint: true } },
    async ({ path }) => {
      const file = await confined(path);
      if ((await stat(file)).size > MAX_FILE_BYTES) throw new Error(`\`${path}\` is larger than 1 MB`);
      return answer(await readFile(file, 'utf8'));
    },
  );

  server.registerTool(
    'write_file',
    {
      description: 'Write one text file, replacing what was there',
      inputSchema: fromJsonSchema<{ path: string; text: string }>({
        type: 'object',
        properties: {
          path: { type: 'string', maxLength: 500, description: 'relative to the root' },
          text: { type: 'string', maxLength: MAX_FILE_BYTES },
        },
        required: ['path', 'text'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    async ({ path, text }) => {
      const file = await confined(path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      return answer(`wrote ${path}`);
    },
  );

  return server;
});
