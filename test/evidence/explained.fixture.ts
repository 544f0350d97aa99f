// SPDX-License-Identifier: Apache-2.0
// A decision explained as the command does it: out of a directory that a daemon left behind, with its master key.
import { type Explanation, explain } from '../../src/app/explain.ts';
import { openContents, readDecision, standingOf } from '../../src/app/read-decision.ts';
import { booksOf } from '../../src/main/evidence.ts';

/** @throws {Error} there is no such decision, or its contents cannot be opened */
export async function explainedIn(dir: string, decision: string): Promise<Explanation> {
  const books = booksOf(dir, {});
  const evidence = books.open();
  try {
    const found = await readDecision(evidence.ledger, decision);
    if (!found.ok) throw new Error(found.message);
    const vault = books.vault(evidence);
    if (vault === undefined) throw new Error('no master key');
    const contents = await openContents(evidence.ledger, vault, found.read);
    return explain(found.read, contents, await standingOf(evidence.ledger, found.read), books.tools);
  } finally {
    evidence.close();
  }
}
