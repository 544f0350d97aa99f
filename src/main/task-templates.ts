// SPDX-License-Identifier: Apache-2.0
// The templates of a daemon: read at its start, read again when they are saved, replaced whole or not at all.
// What runs keeps the scope that it was started with.
import { loadTemplates } from '../adapters/task-files/load.ts';
import type { Templates } from '../core/task/template.ts';
import { placed } from '../edges/cli/problem.ts';
import { watchFiles } from './watch.ts';

export interface LiveTemplates {
  readonly current: () => Templates;
  /** @returns how to stop */
  readonly watch: () => () => void;
}

/** @returns why they cannot be read: a task that starts without its template would be wider than it */
export function templatesFrom(
  dir: string | undefined,
  say: (line: string) => void,
): ({ readonly ok: true } & LiveTemplates) | { readonly ok: false; readonly reason: string } {
  if (dir === undefined) return { ok: true, current: () => new Map(), watch: () => () => undefined };
  const first = loadTemplates(dir);
  if (!first.ok) return { ok: false, reason: first.problems.map(placed).join('\n') };
  let { templates } = first;
  return {
    ok: true,
    current: () => templates,
    watch: () =>
      watchFiles({
        directories: [dir],
        settleMs: 150,
        pollMs: 2000,
        onChange: async () => {
          const next = loadTemplates(dir);
          if (next.ok) {
            templates = next.templates;
            say(`templates of tasks: ${templates.size}`);
            return;
          }
          say('the changed templates of tasks are not in force; those before still are:');
          for (const problem of next.problems.slice(0, 20)) say(`  ${placed(problem)}`);
        },
      }),
  };
}
