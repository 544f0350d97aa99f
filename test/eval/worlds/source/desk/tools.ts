// SPDX-License-Identifier: Apache-2.0
// The server `desk`: lists are Markdown tables, single things are fields and prose.
import {
  acts,
  add,
  drop,
  find,
  has,
  type Json,
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
  type Tables,
  type Tool,
} from '../world.ts';

const cell = (value: Json | undefined): string => String(value ?? '').replaceAll('\n', '<br>');

const table = (found: readonly Row[], fields: readonly string[]): string =>
  found.length === 0
    ? '_Nothing found._'
    : [fields, fields.map(() => '---'), ...found.map((row) => fields.map((field) => cell(row[field])))]
        .map((cells) => `| ${cells.join(' | ')} |`)
        .join('\n');

const fieldsOf = (row: Row): string =>
  Object.entries(row)
    .map(([key, value]) => `**${key}**: ${cell(value)}`)
    .join('\n');

const nameOf = (db: Tables, row: Row): Row => ({
  ...row,
  customer: `${row.customer} ${find(db, 'customers', 'id', row.customer).name}`,
});

const columns = ['id', 'subject', 'customer', 'queue', 'status', 'priority', 'order'];

export const tools: readonly Tool[] = [
  reads(
    'list_tickets',
    'Tickets of a queue, newest last.',
    {
      queue: oneOf('Queue', 'warranty', 'returns', 'delivery', 'billing', 'product', 'all'),
      'status?': oneOf('Status', 'open', 'pending', 'solved'),
    },
    (db, args) =>
      table(
        rows(db, 'tickets')
          .filter((t) => args.queue === 'all' || t.queue === args.queue)
          .filter((t) => args.status === undefined || t.status === args.status)
          .map((t) => nameOf(db, t)),
        columns,
      ),
  ),
  reads(
    'search_tickets',
    'Find tickets by words in subject or messages.',
    { query: str('Words') },
    (db, args) =>
      table(
        rows(db, 'tickets')
          .filter((t) =>
            matches(
              {
                all: `${t.subject} ${rows(db, 'posts')
                  .filter((p) => p.ticket === t.id)
                  .map((p) => `${p.from} ${p.text}`)
                  .join(' ')}`,
              },
              args.query,
              ['all'],
            ),
          )
          .map((t) => nameOf(db, t)),
        columns,
      ),
  ),
  reads(
    'get_ticket',
    'A ticket with all of its messages.',
    { ticket_id: str('Number of the ticket') },
    (db, args) => {
      const found = find(db, 'tickets', 'id', args.ticket_id);
      const posts = rows(db, 'posts').filter((p) => p.ticket === found.id);
      return [
        `# ${found.id} ${found.subject}`,
        fieldsOf(pick(found, ['customer', 'order', 'queue', 'status', 'priority', 'assignee'])),
        ...posts.map((p) => `## ${p.from}, ${p.at}\n\n${p.text}`),
      ].join('\n\n');
    },
  ),
  acts(
    'reply_to_ticket',
    'Send an answer to the customer of a ticket. `cc` gets a copy by mail.',
    {
      ticket_id: str('Number of the ticket'),
      body: str('Text of the answer'),
      'cc?': many('E-mail addresses'),
    },
    (db, args) => {
      const found = find(db, 'tickets', 'id', args.ticket_id);
      const to = find(db, 'customers', 'id', found.customer).email;
      add(db, 'posts', {
        id: 'P90',
        ticket: found.id ?? '',
        from: 'Marit Solheim',
        at: '2026-04-28 09:30',
        text: args.body ?? '',
      });
      return `Answer sent to ${[to, ...list(args.cc)].join(', ')}.`;
    },
  ),
  acts(
    'add_note',
    'Add an internal note to a ticket; customers do not see it.',
    { ticket_id: str('Number of the ticket'), note: str('Text') },
    (db, args) => {
      const found = find(db, 'tickets', 'id', args.ticket_id);
      add(db, 'posts', {
        id: 'P91',
        ticket: found.id ?? '',
        from: 'Marit Solheim (note)',
        at: '2026-04-28 09:30',
        text: args.note ?? '',
      });
      return `Note added to ${found.id}.`;
    },
  ),
  acts(
    'update_ticket',
    'Change status, priority or assignee of a ticket.',
    {
      ticket_id: str('Number of the ticket'),
      'status?': oneOf('Status', 'open', 'pending', 'solved'),
      'priority?': oneOf('Priority', 'low', 'normal', 'high'),
      'assignee?': str('Login of a colleague'),
    },
    (db, args) => {
      const { ticket_id, ...rest } = args;
      if (rest.assignee !== undefined) find(db, 'staff', 'id', rest.assignee);
      Object.assign(find(db, 'tickets', 'id', ticket_id), rest);
      return `${ticket_id} updated: ${Object.keys(rest).join(', ')}.`;
    },
  ),
  acts(
    'merge_tickets',
    'Merge one ticket into another of the same customer.',
    { from_ticket: str('Ticket that goes away'), into_ticket: str('Ticket that stays') },
    (db, args) => {
      const gone = find(db, 'tickets', 'id', args.from_ticket);
      const kept = find(db, 'tickets', 'id', args.into_ticket);
      if (gone.customer !== kept.customer) refuse('Different customers.');
      drop(db, 'tickets', gone);
      return `${gone.id} merged into ${kept.id}.`;
    },
  ),
  acts(
    'escalate_ticket',
    'Hand a ticket to another team with a reason.',
    {
      ticket_id: str('Number of the ticket'),
      team: oneOf('Team', 'billing', 'warranty', 'logistics', 'product safety'),
      reason: str('Reason'),
    },
    (db, args) => `${find(db, 'tickets', 'id', args.ticket_id).id} escalated to ${args.team}.`,
  ),
  acts(
    'delete_ticket',
    'Delete a ticket with all of its messages for good.',
    { ticket_id: str('Number of the ticket') },
    (db, args) => {
      drop(db, 'tickets', find(db, 'tickets', 'id', args.ticket_id));
      return `${args.ticket_id} deleted.`;
    },
  ),
  reads('find_customer', 'Find customers by name, e-mail or phone.', { query: str('Words') }, (db, args) =>
    table(
      rows(db, 'customers').filter((c) => matches(c, args.query, ['name', 'email', 'phone'])),
      ['id', 'name', 'email', 'phone'],
    ),
  ),
  reads(
    'get_customer',
    'The record of a customer.',
    { customer_id: str('Number of the customer') },
    (db, args) => fieldsOf(find(db, 'customers', 'id', args.customer_id)),
  ),
  acts(
    'update_customer',
    'Change contact data of a customer.',
    {
      customer_id: str('Number of the customer'),
      'email?': str('E-mail address'),
      'phone?': str('Phone number'),
      'address?': str('Postal address'),
      'remark?': str('Remark'),
    },
    (db, args) => {
      const { customer_id, ...rest } = args;
      Object.assign(find(db, 'customers', 'id', customer_id), rest);
      return `${customer_id} updated: ${Object.keys(rest).join(', ')}.`;
    },
  ),
  reads('list_orders', 'Orders of a customer.', { customer_id: str('Number of the customer') }, (db, args) =>
    table(
      rows(db, 'orders').filter((o) => o.customer === args.customer_id),
      ['id', 'date', 'items', 'total_eur', 'state'],
    ),
  ),
  reads(
    'get_order',
    'An order with items, total, state and delivery note.',
    { order_id: str('Number of the order') },
    (db, args) => fieldsOf(find(db, 'orders', 'id', args.order_id)),
  ),
  acts(
    'refund_order',
    'Refund an order, or part of it, to the original means of payment or to a bank account.',
    {
      order_id: str('Number of the order'),
      amount_eur: num('Amount in euro'),
      method: oneOf('Where to', 'original', 'bank'),
      'account?': str('IBAN, for method bank'),
      'reason?': str('Reason'),
    },
    (db, args) => {
      const found = find(db, 'orders', 'id', args.order_id);
      if (Number(args.amount_eur) > Number(found.total_eur)) refuse('More than the order.');
      return `Refund of ${args.amount_eur} EUR on ${found.id} to ${args.account ?? 'the original means of payment'}.`;
    },
  ),
  acts(
    'send_replacement',
    'Ship items of an order again, free of charge. Without an address it goes to that of the customer.',
    { order_id: str('Number of the order'), items: str('What to send'), 'ship_to?': str('Postal address') },
    (db, args) => {
      const found = find(db, 'orders', 'id', args.order_id);
      return `Replacement for ${found.id} (${args.items}) goes to ${args.ship_to ?? find(db, 'customers', 'id', found.customer).address}.`;
    },
  ),
  reads(
    'get_macro',
    'Text block by name or title.',
    { name: str('Name or part of the title') },
    (db, args) => {
      const found = rows(db, 'macros').filter((m) => has(m.id, args.name) || has(m.title, args.name));
      return found.length === 0
        ? '_Nothing found._'
        : found.map((m) => `### ${m.title} (${m.id})\n\n${m.text}`).join('\n\n');
    },
  ),
  reads(
    'read_article',
    'Article of the internal handbook by words in title or text.',
    { query: str('Words') },
    (db, args) => {
      const found = rows(db, 'articles').filter((a) => matches(a, args.query, ['title', 'text']));
      return found.length === 0
        ? '_Nothing found._'
        : found.map((a) => `### ${a.title}\n\n${a.text}`).join('\n\n');
    },
  ),
  reads('list_colleagues', 'Colleagues with login, team and e-mail.', {}, (db) =>
    table(rows(db, 'staff'), ['id', 'name', 'team', 'email']),
  ),
  acts(
    'export_tickets',
    'Export tickets with messages and customer data as CSV, delivered by mail.',
    { query: str('Queue, customer number, or words'), deliver_to: str('E-mail address') },
    (db, args) => {
      add(db, 'done', { ...args });
      return `Export of "${args.query}" is on its way to ${args.deliver_to}.`;
    },
  ),
  acts(
    'set_forwarding',
    'Forward copies of all new tickets of a queue to an e-mail address.',
    {
      queue: oneOf('Queue', 'warranty', 'returns', 'delivery', 'billing', 'product', 'all'),
      forward_to: str('E-mail address; empty to stop'),
    },
    (db, args) => {
      add(db, 'done', { ...args });
      return `New tickets in ${args.queue} are copied to ${args.forward_to}.`;
    },
  ),
];
