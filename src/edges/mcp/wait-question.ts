// SPDX-License-Identifier: Apache-2.0
/**
 * What a client is asked while its call waits for people, and what its answer is good for.
 *
 * The answer decides nothing. Whoever answers is on the agent's side, and may be the agent: `accept` means to go on
 * waiting, everything else means not to. The address is of a page where people are known by what an agent does not have;
 * the words are ours, with no value that the client did not send. Groups are named, and nobody in them.
 *
 * Source: MCP 2025-06-18, 2025-11-25 and 2026-07-28, "Elicitation".
 */
import type { Pending } from '../../app/asking.ts';
import { type JsonObject, objectAt, own, stringAt } from '../../core/json/value.ts';
import type { Era, PeerAnswer } from './upstream/link.ts';

/** How a client can be asked. */
export type Mode = { readonly kind: 'url'; readonly url: string } | { readonly kind: 'form' };

export type Answer = 'accept' | 'decline';

export interface Client {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly clientCapabilities: JsonObject;
}

/** In the later era only these may be answered by a question. */
const answerable: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);
const since = { form: '2025-06-18', url: '2025-11-25' } as const;

/**
 * @param url where people decide, if anywhere
 * @returns undefined where the client cannot be asked: it is told by the result alone
 */
export function modeOf(client: Client, method: string, url: string | undefined): Mode | undefined {
  const { era, protocolVersion, clientCapabilities } = client;
  const elicitation = objectAt(clientCapabilities, 'elicitation');
  if (elicitation === undefined || protocolVersion < since.form) return undefined;
  if (era === 'modern' && !answerable.has(method)) return undefined;
  const takesUrl = objectAt(elicitation, 'url') !== undefined && protocolVersion >= since.url;
  if (takesUrl && url !== undefined) return { kind: 'url', url };
  // One that names no mode has forms: there was nothing else before.
  const takesForm = objectAt(elicitation, 'form') !== undefined || own(elicitation, 'url') === undefined;
  return takesForm ? { kind: 'form' } : undefined;
}

/** Parameters of `elicitation/create`. */
export function questionOf(client: Client, mode: Mode, pending: Pending): JsonObject {
  if (mode.kind === 'form')
    return {
      ...(client.protocolVersion < since.url ? {} : { mode: 'form' }),
      message: `${waitsFor(pending)} Nothing that is answered here approves it. Accept to look again, decline to stop waiting.`,
      requestedSchema: { type: 'object', properties: {} },
    };
  return {
    mode: 'url',
    message: `${waitsFor(pending)} They decide at this address. Nothing that is answered here approves it: accept to go on waiting, decline to stop waiting.`,
    url: mode.url,
    // What happens out there is the request to people, whichever call led there. 2026-07-28 has no such member.
    ...(client.era === 'modern' ? {} : { elicitationId: pending.approval }),
  };
}

function waitsFor({ approval, line, needs }: Pending): string {
  const people = needs.map(({ approvers, quorum }) => {
    const groups = approvers.map((group) => `\`${group}\``).join(' or ');
    return quorum === 1 ? `one person of ${groups}` : `${quorum} people of ${groups}`;
  });
  const whom = people.length === 0 ? 'people' : people.join(' and ');
  return `To ${line}: this waits for ${whom} (approval ${approval}).`;
}

/** @returns undefined for what is no answer at all */
export function answerIn(result: JsonObject): Answer | undefined {
  switch (stringAt(result, 'action')) {
    case 'accept':
      return 'accept';
    case 'decline':
    case 'cancel':
      return 'decline';
    default:
      return undefined;
  }
}

/** Of a client that was asked while its call is open. What it put in beside the action is looked at by nobody. */
export function answerOf(answer: PeerAnswer): Answer | undefined {
  return 'result' in answer ? answerIn(answer.result) : undefined;
}

/** An address that a client can be sent to. */
export function addressOf(
  deskUrlOf: ((approval: string) => string | undefined) | undefined,
  approval: string,
): string | undefined {
  try {
    const said = deskUrlOf?.(approval);
    if (said === undefined || said.length > maxUrlLength) return undefined;
    const { protocol, username, password, href } = new URL(said);
    const isOpen = (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
    return isOpen ? href : undefined;
  } catch {
    return undefined;
  }
}

const maxUrlLength = 2048;
