// SPDX-License-Identifier: Apache-2.0
/**
 * How much people are asked, out of the ledger, and of rules that they nearly always answer alike what those calls have
 * in common.
 *
 * Figures come from records alone, which anybody may list who may list the log. What calls have in common comes from
 * their contents: opening those is an act that policy decides and that is recorded, once for all of it, and where it is
 * refused the figures are told without.
 *
 * Source: docs/approvals.md, "How often people are asked".
 */
import { commonInWords, inCommon, isLike } from '../core/human-load/in-common.ts';
import { createLoad, type Load, type Suggested } from '../core/human-load/load.ts';
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonObject } from '../core/json/value.ts';
import type { DecisionEvent } from '../core/record/event.ts';
import type { Operator } from '../core/request/proposal.ts';
import { administer } from './administer.ts';
import type { Ledger } from './ports.ts';
import { eventOf, startOf } from './read-records.ts';
import type { Road } from './road.ts';

type Reads = Pick<Ledger, 'read' | 'size' | 'find'>;

export interface Suggestion extends Omit<Suggested, 'approvedBy' | 'refusedBy'> {
  readonly tools: readonly string[];
  readonly agents: readonly string[];
  /** Of the arguments of those that were looked at, in words; absent where nothing could be opened. */
  readonly common?: readonly string[];
  /** Calls whose contents were looked at, and those whose contents are gone. */
  readonly looked: number;
  readonly gone: number;
  /** Of the other ones, how many could be looked at and look just like these. */
  readonly exceptions: { readonly looked: number; readonly alike: number };
}

export interface HumanLoad extends Omit<Load, 'suggestions'> {
  readonly suggestions: readonly Suggestion[];
  /** The decision under which contents were opened, or why they were not. */
  readonly contents?: { readonly decision?: string; readonly refused?: string };
}

const page = 500;
/** Told in one answer; the rest is told once these are dealt with. */
const maxSuggestions = 10;
/** What a record of a kind that counts has in it: all others are not even parsed. */
const counted = ['"type":"decision"', '"type":"approval.'];

export async function loadSince(ledger: Reads, sinceMs: number, nowMs: number): Promise<Load> {
  const fold = createLoad();
  let next = await startOf(ledger, { sinceMs });
  for (;;) {
    const entries = await ledger.read(next, page);
    for (const entry of entries) {
      next = entry.position + 1;
      if (!counted.some((text) => entry.leaf.includes(text))) continue;
      const parsed = eventOf(entry);
      if (parsed.ok && parsed.event.at >= sinceMs) fold.take(parsed.event);
    }
    if (entries.length < page) return fold.told(nowMs);
  }
}

export async function humanLoad(
  road: Pick<Road, 'sequencer' | 'published' | 'vault' | 'clock'>,
  ledger: Reads,
  operator: Operator,
  sinceMs: number,
): Promise<HumanLoad> {
  const { suggestions: all, ...load } = await loadSince(ledger, sinceMs, road.clock.wallMs());
  const suggested = all.slice(0, maxSuggestions);
  if (suggested.length === 0) return { ...load, suggestions: [] };
  const subject = { kind: 'approval', id: 'load' } as const;
  const may = await administer(road, operator, 'record.read', subject, () => ({
    ok: true,
    writings: [],
    value: undefined,
  }));
  const suggestions: Suggestion[] = [];
  for (const one of suggested)
    suggestions.push(await suggestionOf(may.ok ? road.vault : undefined, ledger, one));
  return {
    ...load,
    suggestions,
    contents: may.ok ? { decision: may.decision } : { refused: may.reason ?? may.code },
  };
}

async function suggestionOf(
  vault: Road['vault'] | undefined,
  ledger: Pick<Ledger, 'find'>,
  { approvedBy, refusedBy, ...told }: Suggested,
): Promise<Suggestion> {
  const [theirs, others] = told.write === 'policy' ? [approvedBy, refusedBy] : [refusedBy, approvedBy];
  const usual = await looked(vault, ledger, theirs);
  const odd = await looked(vault, ledger, others);
  const args = argsOf(usual);
  const common = inCommon(args);
  const exceptions = argsOf(odd);
  return {
    ...told,
    tools: named(usual.map(({ request }) => `${request.server}/${request.target}`)),
    agents: named(usual.flatMap(({ who }) => ('agent' in who ? [who.agent] : []))),
    ...(args.length === 0 ? {} : { common: commonInWords(common) }),
    looked: args.length,
    gone: usual.length - args.length,
    exceptions: {
      looked: exceptions.length,
      alike: exceptions.filter((one) => args.length > 0 && isLike(common, one)).length,
    },
  };
}

const maxNamed = 20;

function named(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort().slice(0, maxNamed);
}

type Looked = Pick<DecisionEvent, 'request' | 'who'> & { readonly args?: JsonObject };

function argsOf(calls: readonly Looked[]): readonly JsonObject[] {
  return calls.map(({ args }) => args).filter((args) => args !== undefined);
}

async function looked(
  vault: Road['vault'] | undefined,
  ledger: Pick<Ledger, 'find'>,
  decisions: readonly string[],
): Promise<readonly Looked[]> {
  const found: Looked[] = [];
  for (const id of decisions) {
    const entry = await ledger.find(id);
    const parsed = entry === undefined ? undefined : eventOf(entry);
    if (entry === undefined || parsed?.ok !== true || parsed.event.type !== 'decision') continue;
    const { request, who } = parsed.event;
    const args =
      request.args === undefined ? undefined : await argsAt(vault, request.args.digest, entry.position);
    found.push({ request, who, ...(args === undefined ? {} : { args }) });
  }
  return found;
}

async function argsAt(
  vault: Road['vault'] | undefined,
  digest: string,
  position: number,
): Promise<JsonObject | undefined> {
  const opened = await vault?.open(digest, position);
  if (opened?.ok !== true) return undefined;
  const parsed = parseJson(Buffer.from(opened.content, 'utf8'), limits);
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
}

/** More than this nobody can have been shown on a card. */
const limits = { maxBytes: 1 << 20, maxDepth: 64, maxNodes: 10_000 };
