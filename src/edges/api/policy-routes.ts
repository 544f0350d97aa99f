// SPDX-License-Identifier: Apache-2.0
// Publishing what is in the files when somebody asks for it. Decides nothing itself: the road does.
import type { Operator } from '../../core/request/proposal.ts';
import type { Route } from './server.ts';
import type { Reloaded } from './status-routes.ts';

export interface Publisher {
  readonly publish: (operator: Operator) => Promise<Reloaded>;
  /** What is in force by now. */
  readonly digests: () => { readonly policies: string; readonly catalogue: string };
}

export function policyRoutes({ publish, digests }: Publisher): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/policies/publish',
      run: async ({ operator }) => {
        const { state, problems, decision } = await publish(operator);
        if (state === 'in_force') return { status: 200, body: { schemaVersion: 1, ok: true, ...digests() } };
        const message = problems[0]?.message ?? 'the files are not in force';
        const denied = decision !== undefined;
        const code = denied ? 'not_published' : 'files_refused';
        return {
          status: denied ? 403 : 422,
          body: { schemaVersion: 1, ok: false, code, message, problems, ...(denied ? { decision } : {}) },
        };
      },
    },
  ];
}
