// SPDX-License-Identifier: Apache-2.0
/**
 * What a task was asked and has read, out of its records and the contents beside them: to go on after a restart,
 * and to tell afterwards where the values of a call came from.
 *
 * Never guesses: where contents that it rests on are gone, nothing is known.
 */
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { classes } from '../core/catalogue/taxonomy.ts';
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonObject, type JsonValue, own, stringAt } from '../core/json/value.ts';
import { labelOf } from '../core/label/of-result.ts';
import { type Lineage, originFacts } from '../core/origin/facts.ts';
import { recordedProposal } from '../core/origin/intent.ts';
import {
  createKnowledge,
  type Holds,
  type Knowledge,
  knowledgeBounds,
  type Seen,
} from '../core/origin/knowledge.ts';
import { freshReading, type Reading } from '../core/origin/reading.ts';
import type { Finding } from '../core/program/finding.ts';
import { programOf, type ReadProgram } from '../core/program/of-call.ts';
import type { DecisionEvent, EventOf, ObservationEvent } from '../core/record/event.ts';
import type { Entry, Ledger } from './ports.ts';
import { records, streamBack } from './read-records.ts';
import type { Vault } from './vault.ts';

export type FindEntry = (request: DecisionEvent['request']) => CatalogueEntry | undefined;

export interface Recorded {
  readonly ledger: Pick<Ledger, 'read' | 'readStream'>;
  readonly vault: Pick<Vault, 'open'>;
  readonly find: FindEntry;
  /** How results are taken apart. Default: each time anew. */
  readonly reading?: Reading | undefined;
  /** Reads what calls would run, to say where that came from. */
  readonly programs?: ReadProgram | undefined;
}

type Terms = Pick<EventOf<'task.started'>['task'], 'id' | 'onBehalfOf' | 'params'>;

const limits = { maxBytes: 64 << 20, maxDepth: 256, maxNodes: 1_000_000 };

/**
 * @param before only what stands before that position; all of it by default
 * @returns undefined where some of it cannot be had
 */
export async function knowledgeOf(
  { ledger, vault, find, reading = freshReading }: Recorded,
  terms: Terms,
  before = Number.MAX_SAFE_INTEGER,
): Promise<Knowledge | undefined> {
  const task = terms.id;
  const start = await startOf(ledger, task);
  if (start === undefined) return undefined;
  const knowledge = knowledgeAtStart(terms, reading);
  const decisions = new Map<string, { readonly event: DecisionEvent; readonly position: number }>();
  for await (const { event, position } of records(ledger, {}, start)) {
    if (position >= before) break;
    if (event.type === 'prompt.submitted' && event.task === task && event.channel !== 'agent-claimed') {
      const prompt = await contentOf(vault, event.text.digest, position);
      if (prompt === undefined) return undefined;
      const proposal = event.intent?.proposal;
      const proposed = proposal && (await contentOf(vault, proposal.digest, position));
      if (proposal !== undefined && proposed === undefined) return undefined;
      knowledge.ask(stringAt(prompt, 'text') ?? '', recordedProposal(proposed));
    }
    if (event.type === 'decision' && 'task' in event.who && event.who.task === task)
      decisions.set(event.id, { event, position });
    if (event.type !== 'observation' || !isRead(event)) continue;
    const made = decisions.get(event.decision);
    if (made === undefined || event.result === undefined) continue;
    const { request } = made.event;
    const entry = find(request);
    // What was taken out of a result was never read.
    const read = event.decided?.released ?? event.result;
    const content = await contentOf(vault, read.digest, position);
    // What it read and nobody can tell any more may be anything.
    if (entry === undefined || content === undefined) return undefined;
    const args = request.args && (await contentOf(vault, request.args.digest, made.position));
    tellOf(knowledge, { entry, args: args ?? {}, content }, event, reading);
  }
  return knowledge;
}

/** Before anybody asked and anything was read. */
export function knowledgeAtStart(
  { onBehalfOf, params }: Omit<Terms, 'id'>,
  reading: Reading = freshReading,
): Knowledge {
  const knowledge = createKnowledge(knowledgeBounds, reading);
  if (onBehalfOf !== undefined) knowledge.serve(onBehalfOf);
  for (const [name, value] of Object.entries(params)) knowledge.given(name, value);
  return knowledge;
}

/** Where the values of a recorded call that were in doubt came from; undefined where it cannot be told any more. */
export async function lineageAt(
  recorded: Recorded,
  decision: DecisionEvent,
  position: number,
  args: JsonObject,
): Promise<readonly Lineage[] | undefined> {
  if (!('task' in decision.who)) return undefined;
  const entry = recorded.find(decision.request);
  for await (const { event } of streamBack(recorded.ledger, `task/${decision.who.task}`, position)) {
    if (event.type !== 'task.started') continue;
    const knowledge = await knowledgeOf(recorded, event.task, position);
    return knowledge === undefined || entry === undefined
      ? undefined
      : // Of a secret the record has a name only, by which nothing is found.
        originFacts(knowledge, entry, args, programIn(recorded, entry, args)).lineage.filter(
          ({ argument }) => entry.args[argument]?.role !== 'credential',
        );
  }
  return undefined;
}

function programIn({ programs }: Recorded, entry: CatalogueEntry, args: JsonObject): Finding | undefined {
  return programs === undefined ? undefined : programOf(entry, args, programs);
}

/** The agent was shown something. */
export function isRead({ status }: ObservationEvent): boolean {
  return status === 'ok' || status === 'error';
}

export function tellOf(
  knowledge: Knowledge,
  call: { readonly entry: CatalogueEntry; readonly args: JsonObject; readonly content: JsonObject },
  event: ObservationEvent,
  reading: Reading = freshReading,
): void {
  const { entry, args, content } = call;
  const observes = (classes[entry.class] as readonly string[]).includes('observe');
  // What who had read a stranger may have written there is nobody's address book any more, whatever it is catalogued as.
  const isTainted = event.stored?.untrusted === true;
  const isOwn = event.status === 'ok' && !isTainted;
  const source = `${entry.server}/${entry.target}`;
  // Its own label is told from what was stored; but what a detector found in it is named after the tool, and stays.
  const isTrusted =
    event.stored === undefined
      ? event.label.integrity === 'trusted'
      : labelOf(entry, content).integrity === 'trusted' && !event.label.sources.includes(source);
  const holds: Holds = !observes ? 'echo' : isOwn ? (entry.holds ?? 'records') : 'records';
  const seen: Seen = {
    source,
    class: entry.class,
    holds,
    trusted: isOwn && isTrusted,
    id: event.id,
    document: isDocument(entry) || (isTainted && entry.result.integrity === 'trusted'),
    secret: event.label.categories.includes('secret'),
  };
  for (const [value, text] of partsOf(content, reading)) knowledge.tell(seen, args, value, text);
}

/** What is got by its place is somebody's text, whatever it can be read as: no field of it says who wrote it. */
function isDocument({ class: of, args }: CatalogueEntry): boolean {
  return (
    of === 'fetch' ||
    (of === 'read' && Object.values(args).some(({ role }) => role === 'path' || role === 'link'))
  );
}

/** Structured content says all that the text beside it says, if it is there. */
function partsOf(
  content: JsonObject,
  reading: Reading,
): readonly (readonly [JsonValue | undefined, string])[] {
  const structured = own(content, 'structuredContent');
  if (isObject(structured)) return [[structured, JSON.stringify(structured)]];
  const lists = ['content', 'contents', 'messages'].map((member) => own(content, member));
  const blocks: readonly JsonValue[] | undefined = lists.find((list) => Array.isArray(list));
  if (blocks === undefined) return [[content, JSON.stringify(content)]];
  return blocks.map((block) => {
    const text = isObject(block) ? stringAt(block, 'text') : undefined;
    return text === undefined ? [block, JSON.stringify(block)] : [reading.read(text), text];
  });
}

async function contentOf(
  vault: Pick<Vault, 'open'>,
  digest: string,
  position: number,
): Promise<JsonObject | undefined> {
  const opened = await vault.open(digest, position);
  if (!opened.ok) return undefined;
  const parsed = parseJson(Buffer.from(opened.content, 'utf8'), limits);
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
}

/** The position of the first record of a task. */
async function startOf(ledger: Pick<Ledger, 'readStream'>, task: string): Promise<number | undefined> {
  let first: number | undefined;
  for (;;) {
    const before: readonly Entry[] = await ledger.readStream(
      `task/${task}`,
      first ?? Number.MAX_SAFE_INTEGER,
      startPage,
    );
    first = before.at(-1)?.position ?? first;
    if (before.length < startPage) return first;
  }
}

const startPage = 200;
