// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of the demo: a customer database in one SQLite file, written by `seed.ts`.
 *
 * Has no access control of its own, like most of what an agent is connected to: whoever can call
 * `export_customers` gets all of them, whoever can call `refund` moves any amount.
 */
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { answer } from './answer.ts';

const { values } = parseArgs({ options: { db: { type: 'string' } } });
if (values.db === undefined) throw new Error('`--db FILE` is missing');
const db = new DatabaseSync(values.db);

const findCustomers = db.prepare(
  "SELECT * FROM customer WHERE name LIKE '%' || ?1 || '%' OR email LIKE '%' || ?1 || '%' ORDER BY id LIMIT 10",
);
const oneCustomer = db.prepare('SELECT * FROM customer WHERE id = ?');
const oneTicket = db.prepare('SELECT * FROM ticket WHERE id = ?');
const allCustomers = db.prepare('SELECT * FROM customer ORDER BY id');
const addRefund = db.prepare('INSERT INTO refund (customerId, amount, currency) VALUES (?, ?, ?)');

function found(row: unknown, what: string): unknown {
  if (row === undefined) throw new Error(`no ${what}`);
  return row;
}

serveStdio(() => {
  const server = new McpServer({ name: 'crm', version: '1.0.0' });

  server.registerTool(
    'search_customers',
    {
      description: 'Find up to ten customers by a part of their name or e-mail address',
      inputSchema: fromJsonSchema<{ query: string }>({
        type: 'object',
        properties: { query: { type: 'string', minLength: 3, maxLength: 100 } },
        required: ['query'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: true },
    },
    ({ query }) => answer(findCustomers.all(query)),
  );

  server.registerTool(
    'get_customer',
    {
      description: 'Read one customer',
      inputSchema: fromJsonSchema<{ customerId: number }>({
        type: 'object',
        properties: { customerId: { type: 'integer', minimum: 1 } },
        required: ['customerId'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: true },
    },
    ({ customerId }) => answer(found(oneCustomer.get(customerId), `customer ${customerId}`)),
  );

  server.registerTool(
    'get_ticket',
    {
      description: 'Read one support ticket',
      inputSchema: fromJsonSchema<{ ticketId: number }>({
        type: 'object',
        properties: { ticketId: { type: 'integer', minimum: 1 } },
        required: ['ticketId'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: true },
    },
    ({ ticketId }) => answer(found(oneTicket.get(ticketId), `ticket ${ticketId}`)),
  );

  server.registerTool(
    'export_customers',
    { description: 'Read all customers at once', annotations: { readOnlyHint: true } },
    () => answer(allCustomers.all()),
  );

  server.registerTool(
    'refund',
    {
      description: 'Pay money back to a customer',
      inputSchema: fromJsonSchema<{ customerId: number; amount: number; currency: string }>({
        type: 'object',
        properties: {
          customerId: { type: 'integer', minimum: 1 },
          amount: { type: 'integer', minimum: 1, maximum: 100_000_000, description: 'in minor units' },
          currency: { type: 'string', enum: ['EUR', 'USD', 'GBP'] },
        },
        required: ['customerId', 'amount', 'currency'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
    },
    ({ customerId, amount, currency }) => {
      found(oneCustomer.get(customerId), `customer ${customerId}`);
      addRefund.run(customerId, amount, currency);
      return answer(`refunded ${amount} ${currency} (minor units) to customer ${customerId}`);
    },
  );

  return server;
});
