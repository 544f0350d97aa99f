// SPDX-License-Identifier: Apache-2.0
/**
 * Prompts: plain, with arguments, with a resource, with an image, and one that asks before it answers;
 * and completion of their arguments.
 *
 * Source: the scenarios `prompts-*`, `completion-complete` and `input-required-result-non-tool-request`.
 */
import {
  acceptedContent,
  fromJsonSchema,
  type GetPromptResult,
  inputRequired,
  type McpServer,
  type PromptMessage,
} from '@modelcontextprotocol/server';
import { PNG_BASE64 } from './samples.ts';

const WORDS = ['paris', 'park', 'party', 'test', 'text'];

function user(...content: readonly PromptMessage['content'][]): GetPromptResult {
  return { messages: content.map((one) => ({ role: 'user', content: one })) };
}

export function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Takes nothing' }, () =>
    user({ type: 'text', text: 'This is a simple prompt for testing.' }),
  );

  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'Takes two arguments',
      argsSchema: fromJsonSchema<{ arg1: string; arg2: string }>({
        type: 'object',
        properties: { arg1: { type: 'string' }, arg2: { type: 'string' } },
        required: ['arg1', 'arg2'],
      }),
    },
    ({ arg1, arg2 }) => user({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );

  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      description: 'Carries a resource',
      argsSchema: fromJsonSchema<{ resourceUri: string }>({
        type: 'object',
        properties: { resourceUri: { type: 'string' } },
        required: ['resourceUri'],
      }),
    },
    ({ resourceUri }) =>
      user(
        {
          type: 'resource',
          resource: {
            uri: resourceUri,
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        },
        { type: 'text', text: 'Please process the embedded resource above.' },
      ),
  );

  server.registerPrompt('test_prompt_with_image', { description: 'Carries an image' }, () =>
    user(
      { type: 'image', data: PNG_BASE64, mimeType: 'image/png' },
      { type: 'text', text: 'Please analyze the image above.' },
    ),
  );

  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks for context before it answers' },
    (ctx) => {
      const context = acceptedContent(ctx.mcpReq.inputResponses, 'user_context')?.context;
      if (typeof context === 'string') return user({ type: 'text', text: `Mind this context: ${context}` });
      return inputRequired({
        inputRequests: {
          user_context: inputRequired.elicit({
            message: 'What context should the prompt use?',
            requestedSchema: {
              type: 'object',
              properties: { context: { type: 'string' } },
              required: ['context'],
            },
          }),
        },
      });
    },
  );

  server.server.setRequestHandler('completion/complete', (request) => {
    const values = WORDS.filter((word) => word.startsWith(request.params.argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
}
