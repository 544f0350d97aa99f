// SPDX-License-Identifier: Apache-2.0
/**
 * Resources: text, bytes, a template, and one that can be subscribed to.
 *
 * Nothing here changes while it runs, so a subscription is accepted and never heard of again.
 * Source: the scenarios `resources-*`, `caching` and `sep-2164-resource-not-found`.
 */
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { PNG_BASE64 } from './samples.ts';

export function addResources(server: McpServer): void {
  const texts: readonly [name: string, uri: string, text: string][] = [
    ['static-text', 'test://static-text', 'This is the content of the static text resource.'],
    ['watched-resource', 'test://watched-resource', 'Watched, and always the same.'],
  ];
  for (const [name, uri, text] of texts) {
    server.registerResource(name, uri, { description: `The ${name}`, mimeType: 'text/plain' }, () => ({
      contents: [{ uri, mimeType: 'text/plain', text }],
    }));
  }

  const binary = 'test://static-binary';
  server.registerResource('static-binary', binary, { description: 'A pixel', mimeType: 'image/png' }, () => ({
    contents: [{ uri: binary, mimeType: 'image/png', blob: PNG_BASE64 }],
  }));

  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'One document for each id', mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  );

  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}
