// SPDX-License-Identifier: Apache-2.0
/**
 * Tools that answer by themselves: every kind of content, an error, log and progress while they run,
 * a stream that they hang up on, and schemas that an intermediary likes to tidy.
 *
 * They never ask the client for anything; that is asking-tools.ts. Names and answers are fixed by the
 * suite (scenarios `tools-*`, `json-schema-2020-12`, `server-sse-polling`, `http-custom-header-*`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fromJsonSchema, type McpServer } from '@modelcontextprotocol/server';
import { PNG_BASE64, said, WAV_BASE64 } from './samples.ts';

const STEP_MS = 50;
const NO_ARGUMENTS = fromJsonSchema({ type: 'object' });
const REGION = { type: 'string', 'x-mcp-header': 'Region' } as const;

export function addAnsweringTools(server: McpServer): void {
  addHeaderMirroredTool(server);
  addContentTools(server);
  addNoisyTools(server);
  addSchemaTool(server);
}

/** First in the list on purpose: `http-header-validation` calls the first tool with no arguments. */
function addHeaderMirroredTool(server: McpServer): void {
  server.registerTool(
    'test_x_mcp_header',
    {
      description: 'Takes an argument that clients must mirror into a header',
      inputSchema: fromJsonSchema<{ region?: string }>({
        type: 'object',
        properties: { region: REGION },
      }),
    },
    (args) => said(`region: ${args.region ?? 'none'}`),
  );
}

function addContentTools(server: McpServer): void {
  server.registerTool('test_simple_text', { description: 'Answers with text' }, () =>
    said('This is a simple text response for testing.'),
  );

  server.registerTool('test_image_content', { description: 'Answers with an image' }, () => ({
    content: [{ type: 'image', data: PNG_BASE64, mimeType: 'image/png' }],
  }));

  server.registerTool('test_audio_content', { description: 'Answers with sound' }, () => ({
    content: [{ type: 'audio', data: WAV_BASE64, mimeType: 'audio/wav' }],
  }));

  server.registerTool('test_embedded_resource', { description: 'Answers with a resource' }, () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  }));

  server.registerTool('test_multiple_content_types', { description: 'Answers with three kinds' }, () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: PNG_BASE64, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      },
    ],
  }));

  server.registerTool('test_error_handling', { description: 'Always fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
}

function addNoisyTools(server: McpServer): void {
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs three times while it runs', inputSchema: NO_ARGUMENTS },
    async (_args, ctx) => {
      await ctx.mcpReq.log('info', 'Tool execution started');
      await sleep(STEP_MS);
      await ctx.mcpReq.log('info', 'Tool processing data');
      await sleep(STEP_MS);
      await ctx.mcpReq.log('info', 'Tool execution completed');
      return said('logged three times');
    },
  );

  server.registerTool(
    'test_logging_tool',
    { description: 'Logs once, if the request set a level', inputSchema: NO_ARGUMENTS },
    async (_args, ctx) => {
      await ctx.mcpReq.log('info', 'the request asked for this');
      return said('logged if asked');
    },
  );

  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports progress three times', inputSchema: NO_ARGUMENTS },
    async (_args, ctx) => {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined) {
          await ctx.mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress, total: 100 },
          });
        }
        // Also after the last: the SDK's client drops progress that arrives in one chunk with the result.
        await sleep(STEP_MS);
      }
      return said('done');
    },
  );

  server.registerTool(
    'test_streaming_elicitation',
    { description: 'Answers in a stream without requests', inputSchema: NO_ARGUMENTS },
    () => said('nothing was asked'),
  );

  server.registerTool(
    'test_reconnection',
    {
      description: 'Closes its stream and answers on the one that the client resumes',
      inputSchema: NO_ARGUMENTS,
    },
    async (_args, ctx) => {
      ctx.http?.closeSSE?.();
      await sleep(2 * STEP_MS);
      return said('answered on the resumed stream');
    },
  );
}

/** Every keyword here must come out of `tools/list` as it went in. */
function addSchemaTool(server: McpServer): void {
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Has a schema with the wider vocabulary of JSON Schema 2020-12',
      inputSchema: fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: { type: 'string' }, city: { type: 'string' } },
          },
        },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' },
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false,
      }),
    },
    (args) => said(JSON.stringify(args)),
  );
}
