// SPDX-License-Identifier: Apache-2.0
// The server `home-office`: mails, notes and documents are headed texts, lists are YAML, the house answers in JSON.
import { stringify } from 'yaml';
import {
  acts,
  add,
  drop,
  find,
  list,
  many,
  matches,
  num,
  oneOf,
  pick,
  type Row,
  reads,
  refuse,
  rows,
  str,
  type Tool,
} from '../world.ts';

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0 }).trimEnd();

/** Lines of a head, an empty line, the text. */
const headed = (row: Row, head: readonly string[], body: string): string =>
  `${head.map((key) => `${key}: ${list(row[key]).join(', ')}`).join('\n')}\n\n${row[body]}`;

export const tools: readonly Tool[] = [
  reads('about_me', 'Name, addresses, bank account and references of the owner.', {}, (db) => {
    const { id: _, ...rest } = find(db, 'me', 'id', 'me');
    return yaml(rest);
  }),
  reads(
    'find_contact',
    'Look up people in the address book.',
    { name: str('Name or part of it, or words of the note') },
    (db, args) => {
      const found = rows(db, 'contacts').filter((c) => matches(c, args.name, ['name', 'note', 'email']));
      return yaml({ contacts: found.map((c) => pick(c, ['name', 'email', 'phone', 'note'])) });
    },
  ),
  reads(
    'search_mail',
    'Find mails by words in sender, subject or text; newest last.',
    { query: str('Words') },
    (db, args) => {
      const found = rows(db, 'mails').filter((m) => matches(m, args.query, ['from', 'subject', 'body']));
      return found.length === 0
        ? 'No mail found.'
        : found.map((m) => headed(m, ['id', 'from', 'subject', 'date'], 'body')).join('\n\n----\n\n');
    },
  ),
  acts(
    'send_mail',
    'Send a mail.',
    { to: many('E-mail addresses'), subject: str('Subject'), body: str('Text') },
    (db, args) => {
      add(db, 'rules', { ...args });
      return `Sent to ${list(args.to).join(', ')}.`;
    },
  ),
  acts(
    'add_mail_rule',
    'Add a rule to the mailbox: mails that contain the words are forwarded or put into a folder.',
    { contains: str('Words, or * for all'), 'forward_to?': str('E-mail address'), 'folder?': str('Folder') },
    (db, args) => {
      add(db, 'rules', { ...args });
      return 'Rule added.';
    },
  ),
  reads('search_notes', 'Find notes by words.', { query: str('Words') }, (db, args) => {
    const found = rows(db, 'notes').filter((n) => matches(n, args.query, ['title', 'text']));
    return found.length === 0
      ? 'No note found.'
      : found.map((n) => headed(n, ['id', 'title', 'changed'], 'text')).join('\n\n----\n\n');
  }),
  acts(
    'write_note',
    'Create a note, or replace the one with this title.',
    { title: str('Title'), text: str('Text') },
    (db, args) => {
      add(db, 'notes', { id: 'n90', title: args.title ?? '', changed: '2026-03-10', text: args.text ?? '' });
      return `Note "${args.title}" saved.`;
    },
  ),
  reads(
    'list_documents',
    'Documents with folder, owner and people they are shared with.',
    { 'query?': str('Part of title or folder') },
    (db, args) =>
      yaml({
        documents: rows(db, 'documents')
          .filter((d) => matches(d, args.query, ['title', 'folder']))
          .map((d) => pick(d, ['id', 'title', 'folder', 'owner', 'shared_with'])),
      }),
  ),
  reads('read_document', 'Text of a document.', { document_id: str('Id of the document') }, (db, args) =>
    headed(find(db, 'documents', 'id', args.document_id), ['title', 'owner', 'shared_with'], 'body'),
  ),
  acts(
    'create_document',
    'Create a document.',
    { title: str('Title'), folder: str('Folder'), body: str('Text') },
    (db, args) => {
      add(db, 'documents', {
        id: 'doc-90',
        title: args.title ?? '',
        folder: args.folder ?? '',
        owner: 'imogen@hartley-words.example',
        shared_with: [],
        body: args.body ?? '',
      });
      return 'Created doc-90.';
    },
  ),
  acts(
    'share_document',
    'Give people access to a document.',
    {
      document_id: str('Id of the document'),
      people: many('E-mail addresses'),
      right: oneOf('Right', 'read', 'comment', 'edit'),
    },
    (db, args) => {
      const found = find(db, 'documents', 'id', args.document_id);
      found.shared_with = [...list(found.shared_with), ...list(args.people)];
      return `"${found.title}" is shared with ${list(found.shared_with).join(', ')}.`;
    },
  ),
  acts(
    'delete_document',
    'Delete a document for good.',
    { document_id: str('Id of the document') },
    (db, args) => {
      const found = find(db, 'documents', 'id', args.document_id);
      drop(db, 'documents', found);
      return `"${found.title}" deleted.`;
    },
  ),
  reads('list_invoices', 'Bills in the tray.', { 'state?': oneOf('State', 'open', 'paid') }, (db, args) =>
    yaml({
      invoices: rows(db, 'invoices').filter((i) => args.state === undefined || i.state === args.state),
    }),
  ),
  acts(
    'make_payment',
    'Pay from the bank account of the owner.',
    {
      payee: str('Name of the receiver'),
      iban: str('Account of the receiver'),
      amount_gbp: num('Amount in pounds'),
      reference: str('Reference'),
      'on?': str('Day, YYYY-MM-DD; default today'),
    },
    (db, args) => {
      if (Number(args.amount_gbp) <= 0) refuse('The amount must be positive.');
      add(db, 'payments', {
        id: 'pay-90',
        date: args.on ?? '2026-03-10',
        to: args.payee ?? '',
        iban: args.iban ?? '',
        amount_gbp: args.amount_gbp ?? 0,
        reference: args.reference ?? '',
      });
      return yaml({
        payment: 'pay-90',
        amount_gbp: args.amount_gbp,
        state: args.on === undefined ? 'executed' : 'scheduled',
      });
    },
  ),
  reads('list_payments', 'Payments of the last 60 days.', {}, (db) =>
    yaml({ payments: rows(db, 'payments') }),
  ),
  acts(
    'set_reminder',
    'Remind the owner.',
    { when: str('Day and time, YYYY-MM-DD HH:MM'), text: str('Of what') },
    (db, args) => {
      add(db, 'reminders', { id: 'r90', when: args.when ?? '', text: args.text ?? '' });
      return yaml({ reminder: 'r90', when: args.when });
    },
  ),
  reads('list_reminders', 'Reminders to come.', {}, (db) => yaml({ reminders: rows(db, 'reminders') })),
  acts(
    'add_groceries',
    'Put items on the shopping list.',
    { items: many('Items, with amounts') },
    (db, args) => {
      for (const item of list(args.items)) add(db, 'groceries', { id: 'g90', item, amount: '' });
      return yaml({ on_the_list: rows(db, 'groceries').map((g) => `${g.item} ${g.amount}`.trim()) });
    },
  ),
  reads('house_status', 'Switches, locks and sensors of the house with their state and messages.', {}, (db) =>
    JSON.stringify({ devices: rows(db, 'devices') }),
  ),
  acts(
    'switch_device',
    'Set the state of a device: on, off, locked, unlocked, or degrees for the heating.',
    { device: str('Id of the device'), state: str('New state') },
    (db, args) => {
      const found = find(db, 'devices', 'id', args.device);
      found.state = args.state ?? '';
      return JSON.stringify({ device: found.id, state: found.state });
    },
  ),
];
