// SPDX-License-Identifier: Apache-2.0
// `countersign head`: the newest signed head, to be kept where the owner of the store cannot change it.
import { openCheckpoint } from '../../log/index.ts';
import { type Books, trustedLog, withEvidence } from './books.ts';
import { CommandFailed, exit } from './exit.ts';

export async function showHead(books: Books, options: { readonly key?: string }): Promise<void> {
  const log = trustedLog(books, options.key);
  await withEvidence(books, async (evidence) => {
    const head = await evidence.tree.checkpoint();
    if (head === undefined) {
      throw new CommandFailed(
        'no head has been signed yet: a running daemon signs one each second',
        exit.pending,
      );
    }
    const opened = openCheckpoint(Buffer.from(head.note, 'utf8'), log);
    if (!opened.ok) {
      throw new CommandFailed(
        `the newest head in the store is not signed by this log's key (${opened.reason}): see \`countersign verify\``,
        exit.denied,
      );
    }
    process.stdout.write(head.note);
  });
}
