// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { readRequest } from './request.ts';

test.each<[rule: string, text: string, want: readonly string[]]>([
  ['a verb speaks of its classes', 'Delete the old notes.', ['delete']],
  ['a word of an address is none', 'Read http://status.example/updates and tell me.', []],
  ['a word of a path is none', 'Read notes/deploy.md and tell me what it says.', []],
  ['nor of the name of a file', 'What is in delete-all.txt?', []],
  [
    'nor of an address of a person',
    'What did pay@shop.example write?',
    ['send', 'write', 'create', 'publish'],
  ],
  ['two words with a stroke between them are two', 'Could you delete/trash it?', ['delete']],
  ['what is quoted is a title', "What is in 'Delete everything'?", []],
])('%s', (_rule, text, want) => expect([...readRequest(text).classes].sort()).toEqual([...want].sort()));
