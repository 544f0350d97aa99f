// SPDX-License-Identifier: Apache-2.0
// A coding assistant in a real work tree with a real remote, through the official filesystem server and a server that
// runs git. What it did is in the files and in the refs of the bare repository.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git } from '../../../examples/field/coding/git.ts';
import { canMakeWorld, files, makeWorld } from '../../../examples/field/coding/world.ts';
import { verifies } from '../../requirements.ts';
import {
  askedIn,
  exampleServer,
  type FieldAgent,
  type FieldCase,
  fieldFiles,
  openCase,
} from './case.fixture.ts';

const filesystem = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-filesystem/dist/index.js',
);

describe.skipIf(!canMakeWorld())('with git and ssh-keygen', () => {
  let world: string;
  let field: FieldCase;
  let agent: FieldAgent;

  const repo = (file: string) => join(world, 'repo', file);
  const onDisk = (file: string) => readFileSync(repo(file), 'utf8');
  const refs = () =>
    git(join(world, 'remote.git'), 'for-each-ref', '--format=%(refname:short) %(objectname)').split('\n');

  beforeAll(async () => {
    field = await openCase((dir) => {
      world = dir;
      makeWorld(dir);
      return {
        mcpServers: {
          files: { command: process.execPath, args: [filesystem, join(dir, 'repo')] },
          git: exampleServer('field/coding/server.ts', join(dir, 'repo')),
        },
        from: fieldFiles('coding', 'tasks'),
        ...askedIn('platform', 'pia'),
      };
    });
    agent = await field.agent({
      type: 'coding',
      params: { repo: repo(''), source: repo('src'), production: repo('deploy/production') },
    });
  });
  afterAll(() => field?.[Symbol.asyncDispose]());

  test('it changes sources by itself, and asks before it writes to production', async () => {
    const written = await agent.call('files__write_file', { path: repo('src/app.js'), content: 'new\n' });
    expect(written.code).toBe('done');
    expect(onDisk('src/app.js')).toBe('new\n');

    const path = repo('deploy/production/app.yaml');
    expect(await agent.call('files__read_text_file', { path })).toMatchObject({
      code: 'done',
      text: 'replicas: 3\n',
    });
    const asked = await agent.call('files__write_file', { path, content: 'replicas: 0\n' });
    expect(asked.code).toBe('pending_approval');
    const why = await asked.why();
    expect(why).toMatchObject({ outcome: 'step_up', request: { args: { path, content: 'replicas: 0\n' } } });
    expect(why.verdict('coding.ask-production')).toMatchObject({
      owner: 'platform',
      remedy: { kind: 'step_up', approvers: ['platform'] },
    });
    expect(onDisk('deploy/production/app.yaml')).toBe('replicas: 3\n');
  });

  test('what platform agreed to is written to production, that and nothing else', async () => {
    verifies('approvals.one-action-once');
    const writer = await field.agent({
      type: 'coding',
      agent: 'writer',
      params: { repo: repo(''), source: repo('src'), production: repo('deploy/production') },
    });
    const path = repo('deploy/production/app.yaml');
    const write = (replicas: number) =>
      writer.call('files__write_file', { path, content: `replicas: ${replicas}\n` });
    expect(await write(4)).toMatchObject({ code: 'pending_approval' });
    await field.agreed(writer, 'pia');
    expect(await write(0)).toMatchObject({ code: 'pending_approval' });
    expect(onDisk('deploy/production/app.yaml')).toBe('replicas: 3\n');
    const written = await write(4);
    expect(written.code).toBe('done');
    expect((await written.why()).approval?.said).toMatchObject([{ person: 'pia', verdict: 'approve' }]);
    expect(onDisk('deploy/production/app.yaml')).toBe('replicas: 4\n');
    expect(await write(4)).toMatchObject({ code: 'pending_approval' });
  });

  test('it does not touch deployment secrets, however their path is spelled and whatever they hide behind', async () => {
    verifies('task.scope');
    const refused = await agent.call('files__read_text_file', { path: repo('deploy/secrets/token') });
    expect(refused.code).toBe('forbidden');
    expect(refused.text).toContain('Deployment secrets are not for assistants');
    expect((await refused.why()).verdict('coding.no-secrets')).toMatchObject({ owner: 'security' });
    const spelled = [
      'deploy/secrets/token',
      `${repo('src')}/../deploy/secrets/token`,
      `${repo('deploy')}//secrets/token`,
      `${repo('deploy')}/./secrets/token`,
      `${repo('deploy')}/%73ecrets/token`,
    ];
    for (const path of spelled) {
      const { code, text } = await agent.call('files__read_text_file', { path });
      expect([path, code]).toEqual([path, 'outside_scope']);
      expect(text).not.toContain('the-deployment-token');
    }
    // What would make git take them along, or run something at the next commit.
    for (const file of ['.gitignore', '.git/config', '.git/hooks/pre-commit', 'deploy/secrets/token'])
      expect(await agent.call('files__write_file', { path: repo(file), content: '' })).toMatchObject({
        code: 'outside_scope',
      });
    expect(onDisk('.gitignore')).toBe(files['.gitignore']);
    expect(onDisk('deploy/secrets/token')).toBe(files['deploy/secrets/token']);
    // Tools of that server that nobody accepted are not there.
    expect(await agent.tools()).toEqual([
      'files__list_directory',
      'files__read_text_file',
      'files__write_file',
      'git__check_signatures',
      'git__commit',
      'git__push',
    ]);
  });

  async function commit(message: string, sign: 'yes' | 'no'): Promise<string> {
    const { code, structured } = await agent.call('git__commit', { message, sign });
    expect(code).toBe('done');
    return (structured as { readonly commit: string }).commit;
  }
  const push = (id: string, branch = 'fix') => agent.call('git__push', { commit: id, branch });
  const check = async (id: string) => (await agent.call('git__check_signatures', { commit: id })).structured;

  test('it pushes what was checked to be signed, all of it, and neither pushes to main nor merges', async () => {
    verifies('history.sequence');
    const [main] = refs();
    const signed = await commit('a fix', 'yes');
    expect((await push(signed)).code).toBe('forbidden');
    expect(refs()).toEqual([main]);
    expect(await check(signed)).toMatchObject({ signed: true });
    // A name could be another commit by the time it is pushed.
    expect((await push('HEAD')).code).toBe('invalid_arguments');
    const other = await field.again(agent);
    const elsewhere = await other.call('git__push', { commit: signed, branch: 'fix' });
    expect(elsewhere.code).toBe('forbidden');
    expect((await elsewhere.why()).past('coding.signed-only')).toEqual([false]);
    const pushed = await push(signed);
    expect(pushed.code).toBe('done');
    expect((await pushed.why()).past('coding.signed-only')).toEqual([true]);
    expect(refs()).toEqual([`fix ${signed}`, main]);

    const unsigned = await commit('quick', 'no');
    expect(await check(unsigned)).toMatchObject({ signed: false });
    const refused = await push(unsigned);
    expect(refused.code).toBe('forbidden');
    expect(refused.text).toContain('Only commits whose signatures were checked are pushed');
    // A signature on top signs nothing below.
    const onTop = await commit('on top', 'yes');
    expect(await check(onTop)).toMatchObject({ signed: false, commits: 2 });
    expect((await push(onTop)).code).toBe('forbidden');

    const toMain = await push(signed, 'main');
    expect(toMain.code).toBe('forbidden');
    expect((await toMain.why()).verdict('coding.no-main')).toMatchObject({ kind: 'satisfied' });
    const merge = await agent.call('git__merge', { branch: 'fix' });
    expect(merge.code).toBe('forbidden');
    expect((await merge.why()).lift.join()).toContain('nothing at run time');
    expect(refs()).toEqual([`fix ${signed}`, main]);

    // The server itself refuses nothing.
    const direct = new Client({ name: 'direct', version: '1' });
    await direct.connect(new StdioClientTransport(exampleServer('field/coding/server.ts', repo(''))));
    await direct.callTool({ name: 'merge', arguments: { branch: 'fix' } });
    await direct.close();
    expect(refs()).toEqual([`fix ${signed}`, `main ${signed}`]);
  });
});
