// SPDX-License-Identifier: Apache-2.0
/**
 * What stands in the path on this node and by what it decides, as `status` and `doctor` ask for it.
 *
 * Metadata of the node only: no prompts, arguments, results, tokens or secrets of upstreams.
 */
import type { AdminRefusal } from '../../app/administer.ts';
import { listHolds } from '../../app/holds.ts';
import type { TargetState } from '../../app/messages.ts';
import type { Road } from '../../app/road.ts';
import { isSealed, keepers, passkeysOf, withPasskeys } from '../../core/approval/passkey.ts';
import { eligible, type Roster } from '../../core/approval/roster.ts';
import type { Policy } from '../../core/decision/verdict.ts';
import { type FacetKey, facets, type TaskState } from '../../core/state/facet.ts';
import { glassNow } from './break-glass-routes.ts';
import type { Problem } from './catalogue-routes.ts';
import type { Route } from './server.ts';

/** How the last attempt to bring changed files into force went. */
export interface Reloaded {
  readonly state: 'in_force' | 'refused';
  readonly at: number;
  readonly problems: readonly Problem[];
  /** Why what the files say was not published, where it was not the files' fault; and the decision, where it was one. */
  readonly refused?: { readonly code: AdminRefusal; readonly decision?: string };
}

/** A server, or a file and the rule of it that is asked. */
export type SecondFacts = { readonly timeoutMs: number } & (
  | { readonly url: string }
  | { readonly bundle: string; readonly entrypoint: string; readonly digest: string }
);

/** What only the composition knows. */
export interface NodeFacts {
  readonly version: string;
  readonly startedAt: number;
  /** When the canary was last denied by its own policy and found in the ledger. */
  readonly canaryProvedAt: number;
  readonly url: string;
  readonly policyDir: string;
  readonly catalogueDir: string;
  /** The file that the upstreams were read from. */
  readonly mcpFile?: string;
  readonly upstreams: readonly { readonly name: string; readonly kind: 'stdio' | 'http' }[];
  /** The second decision point, where there is one. */
  readonly opa?: SecondFacts;
  /** The model that reads prompts, where there is one. */
  readonly intent?: { readonly url: string; readonly model: string; readonly timeoutMs: number };
  readonly reload: () => Reloaded;
  /** Where people sign in and answer. */
  readonly desk?: string;
  /** Whether the file of approvers says something else than what is in force. */
  readonly held?: () => boolean;
  /** Where people are told what waits. */
  readonly messages: () => readonly TargetState[];
}

/** Named tasks in one answer; the count says how many there are. */
const maxNamed = 50;
const own = 'countersign.';
const starter = 'starter.';

export function statusRoutes(road: Road, facts: NodeFacts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/status',
      run: async () => {
        const { reload, held, messages, ...node } = facts;
        const now = road.clock.wallMs();
        const { policies, catalogue, mode } = road.published();
        const theirs = [...policies.policies.values()].filter(({ id }) => !id.startsWith(own));
        const tools = catalogue.entries.filter(({ kind }) => kind === 'tool');
        const running = runningTasks(road, now);
        const promptless = running.filter((task) => !task.hasPrompt);
        return {
          status: 200,
          body: {
            schemaVersion: 1,
            ...node,
            now,
            mode,
            policies: {
              digest: policies.digest,
              engine: policies.engine,
              count: theirs.length,
              permits: theirs.filter(({ effect }) => effect === 'permit').length,
              finalForbids: theirs.filter(({ effect, remedy }) => effect === 'forbid' && remedy === undefined)
                .length,
              starter: theirs.filter(({ id }) => id.startsWith(starter)).length,
            },
            catalogue: {
              digest: catalogue.digest,
              tools: tools.length,
              servers: [...new Set(tools.map(({ server }) => server))].slice(0, maxNamed),
              unknownClass: tools
                .filter((entry) => entry.class === 'unknown')
                .slice(0, maxNamed)
                .map(({ server, target }) => `${server}/${target}`),
            },
            candidate: road.sequencer.head.get(facets.candidate)?.policy ?? null,
            reload: reload(),
            tasks: {
              running: running.length,
              withoutPrompt: promptless.length,
              promptless: promptless.slice(0, maxNamed).map(({ id, type, agent }) => ({ id, type, agent })),
            },
            calls: road.live.size(),
            approvers: {
              ...approversTold(rosterIn(road), theirs),
              ...(held?.() === true ? { held: true } : {}),
            },
            holding: heldTold(road),
            glass: glassNow(road),
            messages: messages(),
          },
        };
      },
    },
  ];
}

/** What is held and revoked, cut to what a person reads. */
function heldTold(road: Road) {
  const { holds, ...halted } = listHolds(road.sequencer.head);
  return { ...halted, count: holds.length, holds: holds.slice(0, maxNamed) };
}

/** Who may be asked, and where that is not enough. */
export interface ApproversFacts {
  /** Absent: there is no file of approvers. */
  readonly people?: number;
  /** Rules for which too few people can be asked, whoever asks: `rule (2 of finance)`. */
  readonly short: readonly string[];
  /** Operators that are several people: `local:1000 (ana, ben)`. */
  readonly shared: readonly string[];
  /** There is a way to sign in, and nobody counts who has not. */
  readonly sealed?: boolean;
  /** What the file says is something else, and is not in force. */
  readonly held?: boolean;
  /** How many keepers have a passkey: one who loses theirs is the end of it. */
  readonly keepers?: number;
}

/** With the passkeys of its people. */
function rosterIn({ roster, sequencer }: Road): Roster | undefined {
  return roster === undefined ? undefined : withPasskeys(roster(), sequencer.head);
}

function approversTold(roster: Roster | undefined, policies: readonly Policy[]): ApproversFacts {
  const from = { requester: undefined, human: undefined, owner: undefined };
  const short = policies.flatMap(({ id, remedy }) => {
    if (remedy?.kind !== 'step_up') return [];
    const { approvers, quorum, assurance } = remedy;
    const people = roster === undefined ? [] : eligible(roster, { approvers, separate: [], assurance }, from);
    return people.length < quorum ? [`${id} (${quorum} of ${approvers.join(', ')})`] : [];
  });
  const byOperator = Map.groupBy(
    [...(roster?.people.values() ?? [])].flatMap(({ name, operators }) =>
      operators.map((operator) => ({ name, operator })),
    ),
    ({ operator }) => operator,
  );
  const shared = [...byOperator].flatMap(([operator, people]) =>
    people.length < 2 ? [] : [`${operator} (${people.map(({ name }) => name).join(', ')})`],
  );
  return {
    ...(roster === undefined ? {} : { people: roster.people.size, sealed: isSealed(roster) }),
    ...(roster === undefined ? {} : { keepers: keepersWithPasskeys(roster) }),
    short: short.slice(0, maxNamed),
    shared: shared.slice(0, maxNamed),
  };
}

function keepersWithPasskeys(roster: Roster): number {
  return (roster.groups.get(keepers) ?? []).filter((name) => passkeysOf(roster, name).length > 0).length;
}

function runningTasks(road: Road, now: number): readonly TaskState[] {
  const running: TaskState[] = [];
  for (const [name] of road.sequencer.head.facets()) {
    const match = /^task\/([^/]+)$/.exec(name);
    if (match?.[1] === undefined) continue;
    const key: FacetKey<TaskState> = facets.task(match[1]);
    const task = road.sequencer.head.get(key);
    if (task !== undefined && task.status === 'active' && now < task.expiresAt && task.type !== 'canary')
      running.push(task);
  }
  return running;
}
