// SPDX-License-Identifier: Apache-2.0
// `countersign explain`: why one decision was what it was. The daemon opens the contents, which is
// decided and recorded; all else is read from the store. Without a daemon, with the master key alone.
import { z } from 'zod';
import type { Evidence } from '../../app/evidence.ts';
import { type Explanation, explain } from '../../app/explain.ts';
import {
  type Contents,
  type DecisionRead,
  openContents,
  readDecision,
  standingOf,
} from '../../app/read-decision.ts';
import { roles } from '../../core/catalogue/taxonomy.ts';
import { isWhy, origins, type Why } from '../../core/origin/reason.ts';
import { type Books, idOf, withEvidence } from './books.ts';
import { type Daemon, DaemonUnreachable } from './client.ts';
import { accepted, CommandFailed, exit, print, say } from './exit.ts';
import { explanationLines } from './explanation.ts';
import { jsonLine, paintFor } from './printable.ts';

export async function explainDecision(
  daemon: Daemon,
  books: Books,
  id: string,
  json: boolean,
): Promise<void> {
  const explanation = await withEvidence(books, async (evidence): Promise<Explanation> => {
    const found = await readDecision(evidence.ledger, await idOf(evidence, id));
    if (!found.ok) throw new CommandFailed(found.message, exit.usage);
    const contents = await contentsOf(daemon, books, evidence, found.read);
    const standing = await standingOf(evidence.ledger, found.read);
    return explain(found.read, contents, standing, books.tools);
  });
  if (json) return print(jsonLine({ schemaVersion: 1, ...explanation }));
  for (const line of explanationLines(explanation, paintFor(process.stdout, process.env))) print(line);
}

const opened = z.union([
  z.strictObject({ ok: z.literal(true), content: z.string() }),
  z.strictObject({
    ok: z.literal(false),
    reason: z.enum(['missing', 'erased', 'unreadable', 'digest_mismatch']),
  }),
]);
const lineage = z.object({
  argument: z.string(),
  role: z.enum(roles),
  doubt: z.enum(['none', 'ask', 'no_reason']),
  origin: z.enum(origins),
  why: z.custom<Why>(isWhy),
  sources: z.array(z.string()),
  read: z.array(z.string()),
});
const contentsShape = z.object({
  args: opened.exactOptional(),
  result: opened.exactOptional(),
  opinion: opened.exactOptional(),
  released: opened.exactOptional(),
  lineage: z.array(lineage).exactOptional(),
  policies: opened,
  catalogue: opened,
});

async function contentsOf(
  daemon: Daemon,
  books: Books,
  evidence: Evidence,
  read: DecisionRead,
): Promise<Contents> {
  try {
    const reply = accepted(
      await daemon.call('GET', `/v1/contents?id=${encodeURIComponent(read.decision.id)}`),
    );
    const contents = contentsShape.safeParse(reply.contents);
    if (contents.success) return contents.data;
    throw new DaemonUnreachable('the daemon answered with contents that this version cannot read', true);
  } catch (error) {
    // A daemon that listens is not gone around: what it opens is decided and recorded.
    if (!(error instanceof DaemonUnreachable) || error.listens) throw error;
  }
  const vault = books.vault(evidence);
  if (vault === undefined) {
    say('no daemon runs and the master key is not at hand: contents stay closed');
    const closed = { ok: false, reason: 'unreadable' } as const;
    return { policies: closed, catalogue: closed };
  }
  say('no daemon runs: contents are opened here, and no record says so');
  return openContents(evidence.ledger, vault, read);
}
