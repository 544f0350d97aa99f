// SPDX-License-Identifier: Apache-2.0
/**
 * What upstreams declare now against what was accepted, and accepting it.
 *
 * Accepting is decided for each tool on the road before a file is touched. It names the digests that a
 * person has seen: what the upstream has changed since is not what was agreed to, and refuses all.
 *
 * Source: docs/catalogue.md, "Accepting".
 */
import { z } from 'zod';
import { type Administered, administer } from '../../app/administer.ts';
import type { Road } from '../../app/road.ts';
import { diffTools } from '../../core/catalogue/diff.ts';
import type { ToolDefinition } from '../../core/catalogue/entry.ts';
import type { Operator } from '../../core/request/proposal.ts';
import type { Answer, Route } from './server.ts';
import type { Reloaded } from './status-routes.ts';
import { invalid, refusal } from './task-routes.ts';
import { changesOf } from './tool-changes.ts';

export type LiveTools =
  | {
      readonly ok: true;
      readonly tools: readonly ToolDefinition[];
      /** Why a tool of the list is none that could ever be accepted; one reason each. */
      readonly refused: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The catalogue as files, and the upstreams that it is about. */
export interface CatalogueDesk {
  readonly servers: readonly string[];
  /** @returns never rejects for what an upstream does */
  live(server: string): Promise<LiveTools>;
  /** What people have accepted of each server, whether or not it can be called. */
  accepted(): ReadonlyMap<string, readonly ToolDefinition[]>;
  /** Writes the chosen of these as accepted, all or nothing. */
  write(
    server: string,
    live: readonly ToolDefinition[],
    chosen: ReadonlySet<string>,
  ): { readonly ok: true } | { readonly ok: false; readonly problems: readonly Problem[] };
  reload(operator: Operator): Promise<Reloaded>;
}

const name = z.string().min(1).max(256);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const acceptShape = z.strictObject({
  server: name,
  /** The tools, each with the digest that was seen; empty for one that the server no longer has. */
  tools: z
    .array(z.strictObject({ tool: name, digest: z.union([digest, z.literal('')]) }))
    .min(1)
    .max(2000),
  reason: z.string().max(1000).default(''),
});

export function catalogueRoutes(
  road: Pick<Road, 'sequencer' | 'published'>,
  desk: CatalogueDesk,
): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/catalogue/diff',
      run: async ({ query }) => {
        const asked = query.get('server');
        if (asked !== null && !desk.servers.includes(asked)) return unknownServer(asked, desk);
        const servers = asked === null ? desk.servers : [asked];
        const accepted = desk.accepted();
        const compared = await Promise.all(
          servers.map(async (server) => {
            const live = await desk.live(server);
            if (!live.ok) return { server, reachable: false as const, reason: live.reason };
            const diff = diffTools(accepted.get(server) ?? [], live.tools);
            return {
              server,
              reachable: true as const,
              same: diff.same.length,
              changes: changesOf(server, diff),
              refused: live.refused,
            };
          }),
        );
        return { status: 200, body: { schemaVersion: 1, servers: compared } };
      },
    },
    {
      method: 'POST',
      path: '/v1/catalogue/accept',
      run: async ({ operator, body }) => {
        const input = acceptShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { server, tools, reason } = input.data;
        if (!desk.servers.includes(server)) return unknownServer(server, desk);
        const live = await desk.live(server);
        if (!live.ok)
          return failure(503, 'upstream_unavailable', `\`${server}\` cannot be asked: ${live.reason}`);
        const changes = changesOf(server, diffTools(desk.accepted().get(server) ?? [], live.tools));
        const byTool = new Map(changes.map((change) => [change.tool, change]));
        for (const { tool, digest: seen } of tools) {
          const change = byTool.get(tool);
          if (change === undefined)
            return failure(409, 'nothing_to_accept', `\`${tool}\` is as it was accepted, or not there`);
          if (change.change === 'duplicate')
            return failure(
              409,
              'declared_twice',
              `\`${server}\` declares \`${tool}\` twice: which would it run?`,
            );
          if (change.digest !== seen)
            return failure(
              409,
              'changed_meanwhile',
              `\`${tool}\` is not what was shown any more: look at \`countersign catalogue diff\` again`,
            );
        }
        return accept(road, desk, operator, server, live.tools, tools, reason);
      },
    },
  ];
}

async function accept(
  road: Pick<Road, 'sequencer' | 'published'>,
  desk: CatalogueDesk,
  operator: Operator,
  server: string,
  live: readonly ToolDefinition[],
  tools: readonly { readonly tool: string; readonly digest: string }[],
  reason: string,
): Promise<Answer> {
  const decisions: string[] = [];
  for (const { tool, digest: seen } of tools) {
    const done = await acceptOne(road, operator, server, tool, seen, reason);
    // Nothing is written yet: a policy against one of them is a policy against this acceptance.
    if (!done.ok) return refusal(done);
    decisions.push(done.decision);
  }
  const chosen = new Set(tools.map(({ tool }) => tool));
  const written = desk.write(server, live, chosen);
  if (!written.ok) {
    const [first] = written.problems;
    const message =
      first === undefined ? 'the catalogue cannot be written' : `${first.file}: ${first.message}`;
    return failure(409, 'catalogue_refused', message, { problems: written.problems });
  }
  const reloaded = await desk.reload(operator);
  return {
    status: 200,
    body: { schemaVersion: 1, ok: true, server, accepted: [...chosen].sort(), decisions, reloaded },
  };
}

function acceptOne(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  server: string,
  tool: string,
  definition: string,
  reason: string,
): Promise<Administered<undefined>> {
  const subject = { kind: 'tool', id: `${server}/${tool}` } as const;
  return administer(road, operator, 'catalogue.accept', subject, (_view, place) => ({
    ok: true,
    // What is gone has no definition to accept: that it is let go is in the decision.
    writings:
      definition === ''
        ? []
        : [
            {
              id: place.id('e'),
              stream: 'tenant',
              event: { type: 'catalogue.accepted', server, tool, definition, reason },
            },
          ],
    value: undefined,
  }));
}

function unknownServer(server: string, desk: CatalogueDesk): Answer {
  const known = desk.servers.map((each) => `\`${each}\``).join(', ');
  return failure(
    404,
    'unknown_server',
    `no upstream \`${server}\`${known === '' ? '' : `: there are ${known}`}`,
  );
}

function failure(status: number, code: string, message: string, more: object = {}): Answer {
  return { status, body: { schemaVersion: 1, ok: false, code, message, ...more } };
}
