// SPDX-License-Identifier: Apache-2.0
// What a call names and somebody else can change: part of what is approved, and looked at again right before it is let go.
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createOperands } from '../../src/adapters/files/operands.ts';
import { openCard } from '../../src/app/approvals.ts';
import { authorize } from '../../src/app/authorize.ts';
import { plan } from '../../src/app/plan.ts';
import type { Operands } from '../../src/app/ports.ts';
import { shaped } from '../../src/app/publish.ts';
import { stepsOf } from '../../src/app/replay.ts';
import type { Card } from '../../src/core/approval/card.ts';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import type { Caller, Proposal } from '../../src/core/request/proposal.ts';
import { publishedOver } from '../builders/published.ts';
import { opsEntry } from '../builders/tools.ts';
import { verifies } from '../requirements.ts';
import { approved, asks, by, eventsOf, roster } from './approvals.fixture.ts';
import { type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'cs-operands-')));
afterAll(() => rmSync(top, { recursive: true, force: true }));
let count = 0;
let dir: string;
const at = (name: string) => join(dir, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);

beforeEach(() => {
  dir = join(top, `${count++}`);
  mkdirSync(dir);
  write('deploy.sh', 'echo deploy\n');
});

const text = { type: 'string' };
const policies = `
@id("all") permit (principal, action, resource);
@id("ask") @outcome("step_up") @approvers("finance") @quorum("2") @expires("15m") @reason("Ask.")
forbid (principal is Agent, action, resource) unless { context.tool.name == "note" };
`;

function entries(): readonly CatalogueEntry[] {
  const run = opsEntry('run', { command: text }, { command: { role: 'code', kind: 'shell' } });
  const put = opsEntry('put', { path: text, content: text }, { path: { role: 'path', operand: 'file' } });
  return [
    { ...run, class: 'execute' },
    { ...put, root: dir, class: 'write' },
    { ...put, target: 'lost', action: 'ops.lost', class: 'write' },
    {
      ...opsEntry('all', { paths: { type: 'array' } }, { paths: { role: 'path', operand: 'file' } }),
      root: dir,
    },
    opsEntry('note', { text }, {}),
  ];
}

const clock = { monotonicMs: () => performance.now() };

function opened(options: RigOptions = {}): Promise<Rig> {
  return rig({
    published: publishedOver(entries(), policies),
    roster,
    operands: createOperands({ clock }),
    ...options,
  });
}

const run = (command: string): Proposal => ({ ...tool('ops', 'run', { command }), standsIn: dir });
const put = (path: string): Proposal => tool('ops', 'put', { path, content: 'x' });

async function cardOf(made: Rig, approval: string): Promise<Card> {
  const done = await openCard(made.road, made.ledger, by('ana'), approval);
  if (!done.ok || !done.value.card.ok) throw new Error('it cannot be opened');
  return JSON.parse(done.value.card.content);
}

const outcomeOf = async (made: Rig, caller: Caller, proposal: Proposal) =>
  (await made.call(caller, proposal)).answer.outcome;

describe('rewritten while it waits', () => {
  test.each<[what: string, proposal: () => Proposal, change: () => void]>([
    ['a script that a command runs', () => run('sh deploy.sh prod'), () => write('deploy.sh', 'rm -rf /\n')],
    ['one that is run by itself', () => run('./deploy.sh'), () => write('deploy.sh', 'rm -rf /\n')],
    ['one that is not there yet', () => run('sh later.sh'), () => write('later.sh', 'rm -rf /\n')],
    ['one that is gone', () => run('sh deploy.sh'), () => rmSync(at('deploy.sh'))],
    ['what a tool writes over', () => put('deploy.sh'), () => write('deploy.sh', 'other\n')],
    ['what `make` goes by', () => run('make deploy'), () => write('Makefile', 'deploy:\n\trm -rf /\n')],
    [
      'where a link leads',
      () => run('sh link.sh'),
      () => {
        write('other.sh', 'rm -rf /\n');
        symlinkSync('other.sh', at('link.sh'));
      },
    ],
    ['what a pattern finds', () => run('cat *.sql | psql shop'), () => write('x.sql', 'drop table x')],
    ['what lies in a folder', () => run('cp -r . /tmp/x'), () => write('more', 'x')],
  ])('%s asks anew, and nothing was done', async (_what, proposal, change) => {
    verifies('operands.checked-again');
    const made = await opened();
    const caller = await made.start();
    const approval = await asks(made, caller, proposal());
    await approved(made, approval);
    change();
    expect(await asks(made, caller, proposal())).not.toBe(approval);
    expect(made.effects).toEqual([]);
  });

  test('and written back, it is what was approved', async () => {
    const made = await opened();
    const caller = await made.start();
    await approved(made, await asks(made, caller, run('sh deploy.sh')));
    write('deploy.sh', 'other');
    expect(await outcomeOf(made, caller, run('sh deploy.sh'))).toBe('step_up');
    write('deploy.sh', 'echo deploy\n');
    expect(await outcomeOf(made, caller, run('sh deploy.sh'))).toBe('allow');
    expect(made.effects).toHaveLength(1);
  });

  test('the same command in another directory is another one', async () => {
    const made = await opened();
    const caller = await made.start();
    const approval = await asks(made, caller, run('sh deploy.sh'));
    await approved(made, approval);
    mkdirSync(at('b'));
    write('b/deploy.sh', 'echo deploy\n');
    const elsewhere = { ...run('sh deploy.sh'), standsIn: at('b') };
    expect(await asks(made, caller, elsewhere)).not.toBe(approval);
  });
});

describe('rewritten between the decision and the act', () => {
  test('nothing is sent, and the next try asks anew', async () => {
    verifies('operands.checked-again');
    let change = (): void => undefined;
    const made = await opened({ beforeRelease: () => change() });
    const caller = await made.start();
    const approval = await asks(made, caller, run('sh deploy.sh'));
    await approved(made, approval);
    change = () => write('deploy.sh', 'rm -rf /\n');
    expect((await made.call(caller, run('sh deploy.sh'))).observed).toBeDefined();
    expect(made.effects).toEqual([]);
    expect((await eventsOf(made, 'observation')).map(({ status }) => status)).toEqual(['unreleased']);
    expect(await asks(made, caller, run('sh deploy.sh'))).not.toBe(approval);
  });

  test('an edge that does not look again sends nothing', async () => {
    const made = await opened();
    const caller = await made.start();
    await approved(made, await asks(made, caller, run('sh deploy.sh')));
    const answer = await authorize(made.road, caller, run('sh deploy.sh'), new Set());
    expect(answer.outcome === 'allow' && answer.call.release()).toBe('stale');
  });

  test('what fails while it is looked at again sends nothing', async () => {
    const real = createOperands({ clock });
    const failing: Operands = { look: real.look, still: () => Promise.reject(new Error('gone')) };
    const made = await opened({ operands: failing });
    const caller = await made.start();
    await approved(made, await asks(made, caller, run('sh deploy.sh')));
    await made.call(caller, run('sh deploy.sh'));
    expect(made.effects).toEqual([]);
  });
});

describe('what cannot be looked at', () => {
  test.each<[what: string, proposal: () => Proposal, says: RegExp]>([
    ['out of the directory of the server', () => put('../x'), /leads out of the directory/],
    [
      'on the machine of the server',
      () => tool('ops', 'lost', { path: 'x', content: '' }),
      /nobody here can look/,
    ],
    [
      'too many files',
      () => tool('ops', 'all', { paths: Array.from({ length: 40 }, (_, i) => `f${i}`) }),
      /too many/,
    ],
    ['a push out of a directory without a repository', () => run('git push origin fix'), /git push/],
    ['a push that something goes before', () => run('git commit -m x && git push'), /git push/],
  ])('%s is asked of nobody', async (_what, proposal, says) => {
    verifies('operands.seen-or-unknown');
    const made = await opened();
    const { answer } = await made.call(await made.start(), proposal());
    expect(answer).toMatchObject({ outcome: 'step_up', reason: expect.stringMatching(says) });
    expect(answer).not.toHaveProperty('pending');
    expect(await eventsOf(made, 'approval.requested')).toEqual([]);
  });

  test('where nobody looks at all, nobody is asked either', async () => {
    const made = await opened();
    const { operands: _none, ...road } = made.road;
    const answer = await authorize(road, await made.start(), run('sh deploy.sh'), new Set());
    expect(answer).not.toHaveProperty('pending');
  });

  test('files of a command on another machine are not taken for files here, and the card says so', async () => {
    const made = await opened();
    const { standsIn: _here, ...there } = run('sh deploy.sh');
    const approval = await asks(made, await made.start(), there);
    expect((await cardOf(made, approval)).operands).toEqual({ files: [], git: [], whole: false });
    const decision = (await eventsOf(made, 'decision')).at(-1);
    expect(Object.keys(decision?.facts ?? {})).not.toContain('operands');
  });
});

describe('the card', () => {
  test('shows what is run, with characters that hide made visible and secrets hidden', async () => {
    const key = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
    write('deploy.sh', `echo \u202e hi\nexport T=${key}\n`);
    write('.env', 'PASSWORD=x\n');
    const made = await opened();
    const { operands } = await cardOf(
      made,
      await asks(made, await made.start(), run('. ./.env; sh deploy.sh')),
    );
    const named = (name: string) => operands?.files.find(({ path }) => path === at(name));
    expect(operands).toMatchObject({ directory: dir });
    expect(named('deploy.sh')).toMatchObject({
      is: 'file',
      text: expect.stringContaining('echo \\u{202e} hi\n'),
    });
    expect(JSON.stringify(operands)).not.toContain(key);
    expect(named('.env')).toMatchObject({ is: 'file', sizeBytes: 11 });
    expect(named('.env')).not.toHaveProperty('text');
  });

  test('says what it leaves out, and where more may be named', async () => {
    write('deploy.sh', `${'x'.repeat(5000)}\n`);
    const made = await opened();
    const caller = await made.start();
    const long = await cardOf(made, await asks(made, caller, run('sh deploy.sh')));
    expect(long.operands).toMatchObject({ whole: true, files: [{ left: 1001 }] });
    const open = await cardOf(made, await asks(made, caller, run('sh deploy.sh "$X"')));
    expect(open.operands).toMatchObject({ whole: false });
  });
});

describe('the record', () => {
  const facts = async (made: Rig) => (await eventsOf(made, 'decision')).at(-1)?.facts ?? {};

  test('has what policy sees, where something can change, and nothing where nothing can', async () => {
    const made = await opened();
    const caller = await made.start();
    await made.call(caller, tool('ops', 'note', { text: 'sh deploy.sh' }));
    expect(Object.keys(await facts(made))).not.toContain('operands');
    await made.call(caller, run('cat deploy.sh'));
    expect(Object.keys(await facts(made))).not.toContain('operands');
    await made.call(caller, run('sh deploy.sh'));
    expect((await facts(made)).operands?.value).toEqual([
      'known',
      'whole',
      expect.stringMatching(/^digest sha256:[0-9a-f]{64}$/),
      `file ${at('deploy.sh')}`,
    ]);
  });

  test('says nothing of the contents of what keeps secrets', async () => {
    write('.env', 'PIN=1234\n');
    const made = await opened();
    await made.call(await made.start(), run('sh .env'));
    expect((await facts(made)).operands?.value).toEqual(['known', 'whole', `file ${at('.env')}`]);
  });

  test('is what a plan decides by, and a policy can name what may be run', async () => {
    const reviewed = `sha256:${hash('sha256', 'echo deploy\n', 'hex')}`;
    const pinned = `
@id("all") permit (principal, action, resource);
@id("reviewed") forbid (principal is Agent, action == Action::"ops.run", resource)
unless { context has operands && context.operands.known && context.operands.whole &&
  ["${reviewed}"].containsAll(context.operands.digests) };
@id("pushes") forbid (principal is Agent, action == Action::"ops.run", resource)
when { context has git && context.git has push && !context.git.push.known };
`;
    const made = await opened({ published: publishedOver(entries(), pinned) });
    const caller = await made.start();
    expect(await outcomeOf(made, caller, run('sh deploy.sh'))).toBe('allow');
    write('deploy.sh', 'rm -rf /\n');
    expect(await outcomeOf(made, caller, run('sh deploy.sh'))).toBe('deny');
    expect(await outcomeOf(made, caller, run('git push origin fix'))).toBe('deny');
    const again = await plan(
      stepsOf(
        {
          async *leaves() {
            yield (await made.ledger.read(0, 10_000)).map((entry) => ({ ...entry, beside: [] }));
          },
        },
        { sinceMs: 0, open: (digest, position) => made.road.vault.open(digest, position) },
      ),
      { sinceMs: 0, next: shaped(publishedOver(entries(), pinned)), pseudonym: made.road.pseudonym },
    );
    expect(again).toMatchObject({ replayed: 3, unchanged: 3, changes: [] });
  });
});
