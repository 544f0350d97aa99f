// SPDX-License-Identifier: Apache-2.0
// `countersign signal ls|show|set|clear|token`.
import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Daemon, DaemonUnreachable } from './client.ts';
import { parseDurationMs } from './durations.ts';
import { accepted, CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

const listedShape = z.object({
  signal: z.string(),
  state: z.string(),
  value: z.string().optional(),
  source: z.string().optional(),
  staleAt: z.string().optional(),
  from: z.array(z.string()),
});
const shownShape = listedShape.extend({
  history: z.array(
    z.object({ at: z.string(), value: z.string().optional(), source: z.string(), reason: z.string() }),
  ),
});
const setShape = z.object({
  signal: z.string(),
  value: z.string(),
  written: z.boolean(),
  staleAt: z.string(),
});

export async function listSignals(daemon: Daemon, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', '/v1/signals'));
  if (json) return print(jsonLine(body));
  const signals = understood(z.array(listedShape).safeParse(body.signals));
  if (signals.length === 0) return say('no signals: the daemon has no file of them (docs/signals.md)');
  for (const one of signals) print(printable(lineOf(one)));
}

export async function showSignal(daemon: Daemon, name: string, json: boolean): Promise<void> {
  const body = accepted(await daemon.call('GET', `/v1/signals/show?signal=${encodeURIComponent(name)}`));
  if (json) return print(jsonLine(body));
  const shown = understood(shownShape.safeParse(body));
  print(printable(lineOf(shown)));
  if (shown.from.length > 0) print(printable(`  said by ${shown.from.join(', ')}`));
  for (const { at, value, source, reason } of shown.history)
    print(printable(`  ${at}  ${value ?? '(taken back)'}  ${source}${reason === '' ? '' : `  ${reason}`}`));
}

export interface SetFlags {
  readonly maxAge?: string;
  readonly reason: string;
  readonly json?: boolean;
}

export async function setSignal(daemon: Daemon, name: string, value: string, flags: SetFlags): Promise<void> {
  const maxAgeMs = flags.maxAge === undefined ? undefined : parseDurationMs(flags.maxAge);
  if (flags.maxAge !== undefined && maxAgeMs === undefined)
    throw new CommandFailed('--max-age is a time: 60s, 15m', exit.usage);
  const body = accepted(
    await daemon.call('POST', '/v1/signals/set', {
      ...{ signal: name, value, reason: flags.reason },
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    }),
  );
  if (flags.json === true) return print(jsonLine(body));
  const set = understood(setShape.safeParse(body));
  print(printable(`${set.signal} ${set.value} until ${set.staleAt}${set.written ? '' : ' (known already)'}`));
}

export async function clearSignal(
  daemon: Daemon,
  name: string,
  reason: string,
  json: boolean,
): Promise<void> {
  const body = accepted(await daemon.call('POST', '/v1/signals/clear', { signal: name, reason }));
  if (json) return print(jsonLine(body));
  print(printable(body.written === true ? `${name} is missing now` : `${name} was missing already`));
}

/** A token for a source, and the digest that stands in the file. Asks nobody, and keeps neither. */
export function newToken(json: boolean): void {
  const token = randomBytes(32).toString('base64url');
  const digest = `sha256:${hash('sha256', token, 'hex')}`;
  if (json) print(jsonLine({ schemaVersion: 1, token, digest }));
  else {
    print(token);
    say(`token: "${digest}"  # stands under its source in signals.yaml; the token itself is shown this once`);
  }
}

function lineOf({ signal, state, value, source, staleAt }: z.infer<typeof listedShape>): string {
  const until = staleAt === undefined ? '' : `  ${state === 'stale' ? 'stale since' : 'until'} ${staleAt}`;
  return `${signal.padEnd(28)}  ${state.padEnd(8)}  ${value ?? ''}${source === undefined ? '' : `  ${source}`}${until}`.trimEnd();
}

function understood<T>(parsed: { success: true; data: T } | { success: false }): T {
  if (parsed.success) return parsed.data;
  throw new DaemonUnreachable('the daemon answered with signals that this version cannot read', true);
}
