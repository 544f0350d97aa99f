// SPDX-License-Identifier: Apache-2.0
// Options as commands share them, and what their values may be.
import { InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../edges/cli/durations.ts';

/** One that may be given again for more. */
export function several(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser<readonly string[]>((value, before) => [...before, value])
    .default([], 'none');
}

export function reason(): Option {
  return new Option('--reason <text>', 'for the record').default('', 'none');
}

/** For what nobody may do without saying why. */
export function neededReason(): Option {
  return new Option('--reason <text>', 'why, for the record').makeOptionMandatory();
}

/** @returns milliseconds */
export function durationOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms < 1) throw new InvalidArgumentError('Write 500ms, 90s, 15m.');
  return ms;
}

export function countOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}
