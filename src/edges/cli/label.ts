// SPDX-License-Identifier: Apache-2.0
// `countersign label show|endorse|declassify`.
import { z } from 'zod';
import { inWords } from '../../core/label/in-words.ts';
import { labelShape } from '../../core/record/events/parts.ts';
import { type Daemon, DaemonUnreachable } from './client.ts';
import { accepted, CommandFailed, exit, print } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

export interface OfOptions {
  readonly task?: string;
  readonly store?: string;
  readonly item?: string;
  readonly json?: boolean;
}

export interface LowerOptions extends OfOptions {
  readonly reason: string;
  readonly source?: readonly string[];
  readonly level?: string;
  readonly category?: readonly string[];
  readonly reader?: readonly string[];
  readonly everyone?: boolean;
}

const shownShape = z.union([
  z.object({ task: z.string(), label: labelShape, own: labelShape, above: z.array(z.string()) }),
  z.object({
    store: z.string(),
    items: z.array(z.object({ item: z.string(), label: labelShape, by: z.array(z.string()) })),
  }),
]);
const loweredShape = z.object({ before: z.array(labelShape), after: z.array(labelShape) });

export async function showLabels(daemon: Daemon, { task, store, json }: OfOptions): Promise<void> {
  const query =
    task === undefined ? `store=${encodeURIComponent(named(store))}` : `task=${encodeURIComponent(task)}`;
  const body = accepted(await daemon.call('GET', `/v1/labels?${query}`));
  if (json === true) return print(jsonLine(body));
  const shown = understood(shownShape.safeParse(body));
  if ('task' in shown) {
    print(`${printable(shown.task)}  ${printable(inWords(shown.label))}`);
    if (shown.above.length > 0) {
      print(`  by itself  ${printable(inWords(shown.own))}`);
      print(`  under  ${printable(shown.above.join(', '))}`);
    }
    return;
  }
  if (shown.items.length === 0) print(`nothing that is labelled was written to ${printable(shown.store)}`);
  for (const { item, label, by } of shown.items)
    print(`${printable(item)}  ${printable(inWords(label))}  by ${printable(by.join(', '))}`);
}

export async function endorseLabel(daemon: Daemon, options: LowerOptions): Promise<void> {
  const { source = [], reason, json } = options;
  const body = { of: ofWhat(options), reason, ...(source.length === 0 ? {} : { sources: source }) };
  told(accepted(await daemon.call('POST', '/v1/labels/endorse', body)), json);
}

export async function declassifyLabel(daemon: Daemon, options: LowerOptions): Promise<void> {
  const { level, category = [], reader = [], everyone, reason, json } = options;
  const readers = everyone === true ? 'everyone' : reader.length === 0 ? undefined : reader;
  const body = {
    of: ofWhat(options),
    reason,
    ...(level === undefined ? {} : { level }),
    ...(category.length === 0 ? {} : { categories: category }),
    ...(readers === undefined ? {} : { readers }),
  };
  told(accepted(await daemon.call('POST', '/v1/labels/declassify', body)), json);
}

function ofWhat({ task, store, item }: OfOptions): object {
  return task === undefined ? { store: named(store), item: item ?? '*' } : { task };
}

function named(store: string | undefined): string {
  if (store === undefined) throw new CommandFailed('name what it is of: --task or --store', exit.usage);
  return store;
}

function told(body: unknown, json: boolean | undefined): void {
  if (json === true) {
    print(jsonLine(body));
    return;
  }
  const { before, after } = understood(loweredShape.safeParse(body));
  for (const [i, label] of before.entries())
    print(`${printable(inWords(label))} -> ${printable(inWords(after[i] ?? label))}`);
}

function understood<T>(parsed: { success: true; data: T } | { success: false }): T {
  if (parsed.success) return parsed.data;
  throw new DaemonUnreachable('the daemon answered with labels that this version cannot read', true);
}
