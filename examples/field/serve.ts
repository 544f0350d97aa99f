// SPDX-License-Identifier: Apache-2.0
/**
 * What the servers of the field share: tools with schemas that leave nothing open, over standard input and output.
 *
 * Never asks who calls, nor whether they may: like most of what an agent is connected to, such a server does
 * whatever reaches it. A tool that throws has failed, and the SDK says so to the caller.
 */
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

export interface Done {
  readonly text: string;
  readonly structured?: Readonly<Record<string, unknown>>;
}

/** Adds a tool. Each of its properties is required, and there are no others. */
export type AddTool = <Args extends object>(
  name: string,
  description: string,
  properties: Properties,
  run: Run<Args>,
) => void;
type Properties = Readonly<Record<string, ReturnType<typeof text | typeof whole>>>;
type Run<Args> = (args: Args) => Done | Promise<Done>;

export function serveTools(name: string, add: (tool: AddTool) => void): void {
  serveStdio(() => {
    const server = new McpServer({ name, version: '1.0.0' });
    add(<Args extends object>(tool: string, description: string, properties: Properties, run: Run<Args>) => {
      const required = Object.keys(properties);
      const schema = { type: 'object', properties: { ...properties }, required, additionalProperties: false };
      server.registerTool(tool, { description, inputSchema: fromJsonSchema<Args>(schema) }, async (args) => {
        const { text, structured } = await run(args);
        return {
          content: [{ type: 'text', text }],
          ...(structured === undefined ? {} : { structuredContent: { ...structured } }),
        };
      });
    });
    return server;
  });
}

export const text = (pattern: string) => ({ type: 'string', pattern }) as const;
export const whole = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum }) as const;

/** Of argument `at` on the command line. */
export function argument(at: number, usage: string): string {
  const value = process.argv[at + 1];
  if (value === undefined) throw new Error(`usage: ${usage}`);
  return value;
}
