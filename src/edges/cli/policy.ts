// SPDX-License-Identifier: Apache-2.0
// `countersign policy check`: whether files would come into force, without a daemon and without changing anything.
// `countersign policy publish`: asks the daemon to bring its files into force.
import type { Daemon } from './client.ts';
import { type CheckedCondition, conditionLines, withCosts } from './conditions.ts';
import { accepted, exit, print, say } from './exit.ts';

interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type Checked =
  | {
      readonly ok: true;
      readonly digest: string;
      readonly count: number;
      readonly warnings: readonly Problem[];
      readonly schema: string;
      readonly conditions: readonly CheckedCondition[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface CheckOptions {
  readonly schema?: boolean;
  readonly json?: boolean;
}

/** @returns the exit code */
export function reportCheck(checked: Checked, { schema, json }: CheckOptions): number {
  if (json === true) {
    const { ok } = checked;
    print(
      JSON.stringify({
        schemaVersion: 1,
        ok,
        problems: checked.ok ? [] : checked.problems,
        warnings: checked.ok ? checked.warnings : [],
        ...(checked.ok
          ? { digest: checked.digest, policies: checked.count, conditions: checked.conditions.map(withCosts) }
          : {}),
        ...(checked.ok && schema === true ? { schema: checked.schema } : {}),
      }),
    );
    return ok ? exit.ok : exit.invalid;
  }
  if (!checked.ok) {
    for (const problem of checked.problems) say(placed(problem));
    return exit.invalid;
  }
  for (const warning of checked.warnings) say(`warning: ${placed(warning)}`);
  if (schema === true) print(checked.schema);
  else {
    print(`${checked.count} policies fit the catalogue (${checked.digest})`);
    for (const condition of checked.conditions) for (const line of conditionLines(condition)) print(line);
  }
  return exit.ok;
}

/** @returns the exit code */
export async function publishPolicies(daemon: Daemon, json: boolean): Promise<number> {
  const reply = await daemon.call('POST', '/v1/policies/publish', {});
  if (reply.body?.code === 'files_refused') {
    if (json) print(JSON.stringify(reply.body));
    else for (const problem of reply.body.problems) say(placed(problem));
    return exit.invalid;
  }
  const body = accepted(reply);
  print(json ? JSON.stringify(body) : `in force: policies ${body.policies}, catalogue ${body.catalogue}`);
  return exit.ok;
}

function placed({ file, line, column, message }: Problem): string {
  return line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`;
}
