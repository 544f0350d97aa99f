// SPDX-License-Identifier: Apache-2.0
// docs/cli.md and the help of the program say the same, and the help leaves nothing out.
import { expect, test } from 'vitest';
import { meanings } from '../../src/edges/cli/exit.ts';
import { run } from '../evidence/process.fixture.ts';
import { commandsOnThePage, meaningsOnThePage } from './page.fixture.ts';

const helps = new Map<string, Promise<string>>();

/** One help text, with its wrapped lines joined. */
function helpOf(command: string): Promise<string> {
  const help = helps.get(command) ?? printed(command);
  helps.set(command, help);
  return help;
}

async function printed(command: string): Promise<string> {
  const ran = await run([...command.split(' ').filter((word) => word !== ''), '--help']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran.stdout.replaceAll(/\n {10,}(?=\S)/g, ' ');
}

/** The lines of a section: what is named, and what is said of it. */
function section(help: string, title: string): readonly (readonly [name: string, says: string])[] {
  const body = help.split(`\n${title}:\n`)[1]?.split('\n\n')[0] ?? '';
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', says = ''] = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
      return [name, says];
    });
}

async function commands(under = ''): Promise<readonly string[]> {
  const names = section(await helpOf(under), 'Commands')
    .map(([usage]) => usage.split(' ')[0] ?? '')
    .filter((name) => name !== 'help');
  if (names.length === 0) return [under];
  const each = await Promise.all(names.map((name) => commands(under === '' ? name : `${under} ${name}`)));
  return each.flat();
}

test('the page has every command there is, as it is used and as its help says it', async () => {
  const onThePage = commandsOnThePage();
  expect(onThePage.map(({ command }) => command).toSorted()).toEqual((await commands()).toSorted());
  for (const { command, operands, says } of onThePage) {
    const [usage, , ...rest] = (await helpOf(command)).split('\n');
    expect(usage).toBe(`Usage: countersign ${command} [options]${operands === '' ? '' : ` ${operands}`}`);
    expect(
      rest
        .join(' ')
        .split(/ {2}(?:Arguments|Options):/)[0]
        ?.trim(),
    ).toBe(says);
  }
});

test('every argument and option is described, and a default is said where there is one', async () => {
  for (const { command } of commandsOnThePage()) {
    const help = await helpOf(command);
    const all = ['Arguments', 'Options', 'Global Options'].flatMap((title) => section(help, title));
    expect(all.length).toBeGreaterThan(3);
    for (const [name, says] of all) expect(says, `${command} ${name}`).toMatch(/\w{2}/);
    expect(help).not.toMatch(/default: (?:\[\]|"")/);
  }
});

test('exit codes mean on the page what they mean in the help', async () => {
  const inHelp = section(await helpOf(''), 'Exit codes').map(([code, says]) => [Number(code), says] as const);
  expect(inHelp).toEqual([...meaningsOnThePage()]);
  expect(inHelp).toEqual(Object.entries(meanings).map(([code, says]) => [Number(code), says]));
});
