// SPDX-License-Identifier: Apache-2.0
/**
 * Tools that need something from the client before they can answer, written once for both eras: on
 * 2026-07-28 the question travels in the result and the answer in a retry, on 2025-11-25 the SDK sends
 * the same question as a request of its own while the call is open.
 *
 * They keep nothing between rounds but `requestState`, which comes back from an adversary and is sealed.
 * Names, keys and answers are fixed by the suite (`tools-call-sampling`, `tools-call-elicitation`,
 * `elicitation-*`, `input-required-result-*`, `server-stateless`).
 */
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type ElicitRequestFormParams,
  fromJsonSchema,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { ENUM_FORM, FORM_WITH_DEFAULTS } from './forms.ts';
import { said } from './samples.ts';

export type Round = { readonly tool: string; readonly round: number; readonly name?: string };

type Form = ElicitRequestFormParams['requestedSchema'];

const NO_ARGUMENTS = fromJsonSchema({ type: 'object' });

export function addAskingTools(server: McpServer, state: RequestStateCodec<Round>): void {
  addFormTools(server);
  addSamplingTools(server);
  addRootsTool(server);
  addStatefulTools(server, state);
  addCapabilityTools(server);
}

function ask(key: string, message: string, requestedSchema: Form): InputRequiredResult {
  return inputRequired({ inputRequests: { [key]: inputRequired.elicit({ message, requestedSchema }) } });
}

function question(text: string, maxTokens: number) {
  return inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text } }],
    maxTokens,
  });
}

function field(name: string, type: Form['properties'][string]): Form {
  return { type: 'object', properties: { [name]: type }, required: [name] };
}

/** The text of a sampling answer, or nothing when the client has not answered yet. */
function sampled(ctx: ServerContext, key: string): string | undefined {
  const view = inputResponse(ctx.mcpReq.inputResponses, key);
  if (view.kind !== 'sampling') return undefined;
  const blocks = Array.isArray(view.result.content) ? view.result.content : [view.result.content];
  return blocks.map((block) => (block.type === 'text' ? block.text : block.type)).join(' ');
}

function addFormTools(server: McpServer): void {
  const forms: readonly [tool: string, message: string, form: Form][] = [
    ['test_elicitation_sep1034_defaults', 'Please check the values', FORM_WITH_DEFAULTS],
    ['test_elicitation_sep1330_enums', 'Please choose', ENUM_FORM],
  ];
  for (const [tool, message, form] of forms) {
    server.registerTool(
      tool,
      { description: `Asks: ${message}`, inputSchema: NO_ARGUMENTS },
      (_args, ctx) => {
        const answer = inputResponse(ctx.mcpReq.inputResponses, 'form');
        if (answer.kind !== 'elicit') return ask('form', message, form);
        return said(
          `Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`,
        );
      },
    );
  }

  server.registerTool(
    'test_elicitation',
    {
      description: 'Asks the user for a name and an address',
      inputSchema: fromJsonSchema<{ message: string }>({
        type: 'object',
        properties: { message: { type: 'string' } },
        required: ['message'],
      }),
    },
    (args, ctx) => {
      const answer = inputResponse(ctx.mcpReq.inputResponses, 'user');
      if (answer.kind !== 'elicit') {
        return ask('user', args.message, {
          type: 'object',
          properties: { username: { type: 'string' }, email: { type: 'string' } },
          required: ['username', 'email'],
        });
      }
      return said(`User response: action=${answer.action}, content=${JSON.stringify(answer.content)}`);
    },
  );

  server.registerTool(
    'test_input_required_result_elicitation',
    { description: 'Asks for a name until it has one', inputSchema: NO_ARGUMENTS },
    (_args, ctx) => {
      const name = acceptedContent(ctx.mcpReq.inputResponses, 'user_name')?.name;
      if (typeof name !== 'string')
        return ask('user_name', 'What is your name?', field('name', { type: 'string' }));
      return said(`Hello, ${name}!`);
    },
  );
}

function addSamplingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    {
      description: "Asks the client's model",
      inputSchema: fromJsonSchema<{ prompt: string }>({
        type: 'object',
        properties: { prompt: { type: 'string' } },
        required: ['prompt'],
      }),
    },
    (args, ctx) => {
      const answer = sampled(ctx, 'completion');
      if (answer === undefined) {
        return inputRequired({ inputRequests: { completion: question(args.prompt, 100) } });
      }
      return said(`LLM response: ${answer}`);
    },
  );

  server.registerTool(
    'test_input_required_result_sampling',
    { description: "Asks the client's model for a capital", inputSchema: NO_ARGUMENTS },
    (_args, ctx) => {
      const answer = sampled(ctx, 'capital_question');
      if (answer === undefined) {
        const capital = question('What is the capital of France?', 100);
        return inputRequired({ inputRequests: { capital_question: capital } });
      }
      return said(answer);
    },
  );
}

function addRootsTool(server: McpServer): void {
  server.registerTool(
    'test_input_required_result_list_roots',
    { description: "Asks for the client's roots", inputSchema: NO_ARGUMENTS },
    (_args, ctx) => {
      const answer = inputResponse(ctx.mcpReq.inputResponses, 'client_roots');
      if (answer.kind !== 'roots') {
        return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
      }
      return said(answer.roots.map((root) => root.uri).join(', '));
    },
  );
}

function addStatefulTools(server: McpServer, state: RequestStateCodec<Round>): void {
  const confirming: readonly [tool: string, confirmed: string][] = [
    ['test_input_required_result_request_state', 'state-ok'],
    ['test_input_required_result_tampered_state', 'the state came back whole'],
  ];
  for (const [tool, confirmed] of confirming) {
    server.registerTool(
      tool,
      { description: 'Asks for a yes and remembers in the state that it did', inputSchema: NO_ARGUMENTS },
      async (_args, ctx) => {
        const asked = ctx.mcpReq.requestState<Round>()?.tool === tool;
        if (asked && acceptedContent(ctx.mcpReq.inputResponses, 'confirm') !== undefined)
          return said(confirmed);
        return {
          ...ask('confirm', 'Please confirm', field('ok', { type: 'boolean' })),
          requestState: await state.mint({ tool, round: 1 }, ctx),
        };
      },
    );
  }

  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Asks twice; which round it is stands in the state', inputSchema: NO_ARGUMENTS },
    async (_args, ctx) => {
      const tool = 'test_input_required_result_multi_round';
      const before = ctx.mcpReq.requestState<Round>();
      const answer = (key: string, name: string) =>
        String(acceptedContent(ctx.mcpReq.inputResponses, key)?.[name] ?? 'nobody knows');

      if (before?.tool !== tool) {
        const first = ask('step1', 'Step 1: What is your name?', field('name', { type: 'string' }));
        return { ...first, requestState: await state.mint({ tool, round: 1 }, ctx) };
      }
      if (before.round === 1) {
        const second = ask(
          'step2',
          'Step 2: What is your favorite color?',
          field('color', { type: 'string' }),
        );
        const name = answer('step1', 'name');
        return { ...second, requestState: await state.mint({ tool, round: 2, name }, ctx) };
      }
      return said(`${before.name} likes ${answer('step2', 'color')}`);
    },
  );

  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Asks the user, the model and the roots at once', inputSchema: NO_ARGUMENTS },
    async (_args, ctx) => {
      const name = acceptedContent(ctx.mcpReq.inputResponses, 'user_name')?.name;
      const greeting = sampled(ctx, 'greeting');
      const roots = inputResponse(ctx.mcpReq.inputResponses, 'client_roots');
      if (typeof name === 'string' && greeting !== undefined && roots.kind === 'roots') {
        return said(`${greeting} ${name}, ${roots.roots.length} root(s)`);
      }
      return inputRequired({
        inputRequests: everythingToAsk({ elicitation: true, sampling: true, roots: true }),
        requestState: await state.mint({ tool: 'test_input_required_result_multiple_inputs', round: 1 }, ctx),
      });
    },
  );
}

function everythingToAsk(may: { elicitation: boolean; sampling: boolean; roots: boolean }): InputRequests {
  const user = inputRequired.elicit({
    message: 'What is your name?',
    requestedSchema: field('name', { type: 'string' }),
  });
  return {
    ...(may.elicitation && { user_name: user }),
    ...(may.sampling && { greeting: question('Generate a greeting', 50) }),
    ...(may.roots && { client_roots: inputRequired.listRoots() }),
  };
}

/** The SDK exports the type of the envelope as `{}`, hence the looking. */
function declares(ctx: ServerContext, kind: string): boolean {
  const envelope: Readonly<Record<string, unknown>> = { ...ctx.mcpReq.envelope };
  const declared = envelope[CLIENT_CAPABILITIES_META_KEY];
  return typeof declared === 'object' && declared !== null && kind in declared;
}

function addCapabilityTools(server: McpServer): void {
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Asks only what the request says that the client can answer', inputSchema: NO_ARGUMENTS },
    (_args, ctx) => {
      if (ctx.mcpReq.inputResponses !== undefined) return said('answered');
      const inputRequests = everythingToAsk({
        elicitation: declares(ctx, 'elicitation'),
        sampling: declares(ctx, 'sampling'),
        roots: declares(ctx, 'roots'),
      });
      if (Object.keys(inputRequests).length === 0) return said('nobody to ask');
      return inputRequired({ inputRequests });
    },
  );

  server.registerTool(
    'test_missing_capability',
    { description: 'Cannot do without sampling', inputSchema: NO_ARGUMENTS },
    (_args, ctx) => {
      const answer = sampled(ctx, 'answer');
      if (answer === undefined) return inputRequired({ inputRequests: { answer: question('Say pong', 16) } });
      return said(answer);
    },
  );
}
