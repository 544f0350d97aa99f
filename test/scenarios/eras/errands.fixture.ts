// SPDX-License-Identifier: Apache-2.0
/**
 * What is asked of each server of the matrix, and how it shows that it was done: on disk, in the memory
 * file, in the server's own words. Never takes a client's word for an effect.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, vi } from 'vitest';
import type { TriedClient } from './clients.fixture.ts';
import type { TriedServers, Upstream } from './servers.fixture.ts';

export const features = [
  'list',
  'read',
  'write',
  'error',
  'resource',
  'prompt',
  'completion',
  'progress',
  'log',
  'sampling',
  'elicitation',
  'roots',
  'list changed',
] as const;
export type Feature = (typeof features)[number];

/** One client at one endpoint. */
export interface Scene {
  readonly client: TriedClient;
  /** Unlike that of any other scene, for what is written. */
  readonly label: string;
  readonly servers: TriedServers;
  /** A tool or prompt of the server as this endpoint shows it. */
  name(native: string): string;
  uri(native: string): string;
}

type Errand = (scene: Scene) => Promise<void>;
type Errands = Partial<Readonly<Record<Feature, Errand>>>;

const lists =
  (tool: string): Errand =>
  async ({ client, name }) =>
    expect(await client.tools()).toContain(name(tool));

const fails =
  (tool: string, args: (scene: Scene) => object, said: RegExp): Errand =>
  async (scene) => {
    const { text, isError } = await scene.client.call(scene.name(tool), args(scene));
    expect(text).toMatch(said);
    expect(isError).toBe(true);
  };

const says =
  (tool: string, args: (scene: Scene) => object, said: (scene: Scene) => string): Errand =>
  async (scene) => {
    const { text, isError } = await scene.client.call(scene.name(tool), args(scene));
    expect(text).toContain(said(scene));
    expect(isError).toBe(false);
  };

const reports =
  (tool: string, args: object, steps: readonly number[]): Errand =>
  async ({ client, name }) => {
    const seen: number[] = [];
    await client.call(name(tool), args, (progress) => seen.push(progress));
    expect(seen).toEqual(steps);
  };

const logs =
  (tool: string, said: RegExp): Errand =>
  async ({ client, name }) => {
    await client.call(name(tool));
    await vi.waitFor(() => expect(client.logs.join('\n')).toMatch(said), { timeout: 5_000 });
  };

const files: Errands = {
  list: lists('write_file'),
  read: says(
    'read_text_file',
    ({ servers }) => ({ path: join(servers.folder, 'note.txt') }),
    () => 'the note',
  ),
  async write({ client, name, servers, label }) {
    const path = join(servers.folder, `${label}.txt`);
    await client.call(name('write_file'), { path, content: label });
    expect(readFileSync(path, 'utf8')).toBe(label);
  },
  error: fails('read_text_file', ({ servers }) => ({ path: join(servers.folder, 'none.txt') }), /ENOENT/),
};

/** The server reads its file, changes it and writes it, and its processes do not know of each other. */
let oneByOne: Promise<unknown> = Promise.resolve();

const memory: Errands = {
  list: lists('create_entities'),
  read: says(
    'read_graph',
    () => ({}),
    () => 'entities',
  ),
  write: ({ client, name, servers, label }) => {
    const entities = [{ name: label, entityType: 'client', observations: ['was here'] }];
    const written = oneByOne.then(async () => {
      await client.call(name('create_entities'), { entities });
      expect(readFileSync(servers.memoryFile, 'utf8')).toContain(`"name":"${label}"`);
    });
    oneByOne = written.catch(() => undefined);
    return written;
  },
  error: fails(
    'add_observations',
    () => ({ observations: [{ entityName: 'nobody', contents: ['x'] }] }),
    /nobody not found/,
  ),
  async resource({ client, uri }) {
    expect(await client.resources()).toContain(uri('memory://knowledge-graph'));
    expect(await client.read(uri('memory://knowledge-graph'))).toContain('entities');
  },
};

const everything: Errands = {
  list: lists('echo'),
  read: says(
    'echo',
    ({ label }) => ({ message: label }),
    ({ label }) => `Echo: ${label}`,
  ),
  async write({ client, name, uri, label }) {
    const args = { name: `${label}.gz`, data: `data:text/plain,${label}`, outputType: 'resourceLink' };
    const { content } = await client.call(name('gzip-file-as-resource'), args);
    const link = content[0]?.uri ?? '';
    expect(link).toBe(uri(`demo://resource/session/${label}.gz`));
    const blob = /"blob":"([^"]+)"/.exec(await client.read(link))?.[1] ?? '';
    expect(gunzipSync(Buffer.from(blob, 'base64')).toString()).toBe(label);
  },
  error: fails(
    'get-resource-reference',
    () => ({ resourceType: 'Text', resourceId: -1 }),
    /Invalid resourceId: -1/,
  ),
  async resource({ client, uri }) {
    expect(await client.resources()).toContain(uri('demo://resource/static/document/features.md'));
    expect(await client.read(uri('demo://resource/dynamic/text/7'))).toContain('Resource 7');
  },
  async prompt({ client, name }) {
    expect(await client.prompts()).toContain(name('args-prompt'));
    expect(await client.prompt(name('args-prompt'), { city: 'Rome' })).toContain("What's weather in Rome?");
  },
  async completion({ client, name }) {
    const found = await client.complete(name('completable-prompt'), 'department', 'S');
    expect(found).toEqual(['Sales', 'Support']);
  },
  progress: reports('trigger-long-running-operation', { duration: 0.2, steps: 2 }, [1, 2]),
  log: logs('toggle-simulated-logging', /[- ]level[- ]message/),
  sampling: says(
    'trigger-sampling-request',
    () => ({ prompt: 'say something', maxTokens: 20 }),
    () => 'a model said so',
  ),
  elicitation: says(
    'trigger-elicitation-request',
    () => ({}),
    () => 'ada@example.com',
  ),
  roots: says(
    'get-roots-list',
    () => ({}),
    ({ servers }) => `file://${servers.folder}`,
  ),
};

const both: Errands = {
  list: lists('test_simple_text'),
  read: says(
    'test_simple_text',
    () => ({}),
    () => 'simple text response',
  ),
  write: says(
    'test_trigger_tool_change',
    () => ({}),
    () => 'announced',
  ),
  error: fails('test_error_handling', () => ({}), /intentionally returns an error/),
  async resource({ client, uri }) {
    expect(await client.resources()).toContain(uri('test://static-text'));
    expect(await client.read(uri('test://template/7/data'))).toContain('Data for ID: 7');
  },
  async prompt({ client, name }) {
    expect(await client.prompts()).toContain(name('test_simple_prompt'));
    const shown = await client.prompt(name('test_prompt_with_arguments'), { arg1: 'x', arg2: 'y' });
    expect(shown).toContain("arg1='x', arg2='y'");
  },
  async completion({ client, name }) {
    const found = await client.complete(name('test_prompt_with_arguments'), 'arg1', 'par');
    expect(found).toEqual(['paris', 'park', 'party']);
  },
  progress: reports('test_tool_with_progress', {}, [0, 50, 100]),
  log: logs('test_tool_with_logging', /Tool execution completed/),
  sampling: says(
    'test_sampling',
    () => ({ prompt: 'say something' }),
    () => 'LLM response: a model said so',
  ),
  elicitation: says(
    'test_elicitation',
    () => ({ message: 'who are you?' }),
    () => 'ada@example.com',
  ),
  roots: says(
    'test_input_required_result_list_roots',
    () => ({}),
    ({ servers }) => `file://${servers.folder}`,
  ),
  async 'list changed'({ client, name }) {
    const before = client.changes();
    await client.call(name('test_trigger_tool_change'));
    await vi.waitFor(() => expect(client.changes()).toBeGreaterThan(before), { timeout: 5_000 });
  },
};

export const errandsOf: Readonly<Record<Upstream, Errands>> = {
  files,
  memory,
  everything,
  'everything-http': everything,
  both,
  'both-http': both,
};
