// SPDX-License-Identifier: Apache-2.0
/**
 * A recorded run, down the same road as a live one: its prompt starts a task, its calls are authorized and its results
 * observed, each when it happened.
 *
 * The road is to be in shadow mode: what was recorded has happened, so each call is let through and what was decided
 * of it is read from the record. Nothing of a run is told to the road but its events; labels stay here.
 */

import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { classes } from '../core/catalogue/taxonomy.ts';
import { callsOf, type Run } from '../core/eval/run.ts';
import type { CallOutcome } from '../core/eval/score.ts';
import { servedIn } from '../core/eval/served.ts';
import { type Lineage, originFacts } from '../core/origin/facts.ts';
import type { DecisionEvent } from '../core/record/event.ts';
import type { Caller, Operator } from '../core/request/proposal.ts';
import { authorize } from './authorize.ts';
import type { LiveCall } from './live.ts';
import { observe } from './observe.ts';
import type { Randomness } from './ports.ts';
import { submitPrompt } from './prompts.ts';
import type { Road } from './road.ts';
import { startTask } from './tasks.ts';

export interface ReplayParts {
  readonly road: Road;
  readonly randomness: Randomness;
  /** Lets time pass, as between two events of a run. */
  readonly pass: () => void;
  /** The catalogue's entry of a tool, by the name that the run uses. */
  readonly find: (tool: string) => CatalogueEntry | undefined;
}

/** What was decided of one call. */
export interface CallDecided {
  readonly outcome: CallOutcome;
  readonly code: string;
  /** Of the policies that speak against it. */
  readonly policies: readonly string[];
  /** Only where it was asked for. */
  readonly lineage?: readonly Lineage[];
}

export interface Replayed {
  readonly calls: readonly CallDecided[];
  /** Ordinals of the calls that do something. */
  readonly effects: readonly number[];
}

const operator: Operator = { id: 'eval', channel: 'local-socket' };
const understood: ReadonlySet<string> = new Set(['max_result_bytes']);
const ttlMs = 24 * 3_600_000;

export class ReplayFailed extends Error {
  readonly code = 'replay_failed';
}

/**
 * @param told whether the lineage of each call is wanted as well
 * @throws {ReplayFailed} where the road itself fails: that says nothing of the policies
 */
export async function replay(parts: ReplayParts, run: Run, told = false): Promise<Replayed> {
  const { road, find, pass } = parts;
  const decided = new Map<string, DecisionEvent>();
  const stop = road.sequencer.onEvent((event) => {
    if (event.type === 'decision') decided.set(event.id, event);
  });
  try {
    const caller = await begin(parts, run);
    const calls: CallDecided[] = [];
    const open = new Map<string, LiveCall>();
    let prompts = 0;
    for (const event of run.events) {
      pass();
      // The first one started the task.
      if (event.t === 'user' && prompts++ > 0) await say(road, caller.task, event.text);
      if (event.t === 'call') {
        const entry = find(event.name);
        const target = entry ?? { server: run.suite, target: event.name };
        if (told) await road.origins.ready(caller.task);
        const known = told && entry !== undefined ? road.origins.of(caller.task) : undefined;
        const lineage =
          known === undefined || entry === undefined ? [] : originFacts(known, entry, event.args).lineage;
        const answer = await authorize(
          road,
          caller,
          { method: 'tools/call', server: target.server, target: target.target, args: event.args },
          understood,
        );
        const id = answer.outcome === 'allow' ? answer.call.decision : answer.decision;
        const record = id === undefined ? undefined : decided.get(id);
        if (record === undefined) throw new ReplayFailed(`${run.id}: ${codeOf(answer)}`);
        calls.push({ ...said(record), ...(told ? { lineage } : {}) });
        if (answer.outcome === 'allow') await answer.call.ready();
        if (answer.outcome === 'allow' && answer.call.release() === 'go') open.set(event.id, answer.call);
      }
      if (event.t === 'result') {
        const call = open.get(event.id);
        open.delete(event.id);
        if (call === undefined) continue;
        const text = event.error ?? event.text;
        const content = {
          content: [{ type: 'text', text }],
          ...(event.error === undefined ? {} : { isError: true }),
        };
        await observe(road, call, { status: event.error === undefined ? 'ok' : 'error', content, tookMs: 0 });
      }
    }
    for (const call of open.values()) await observe(road, call, { status: 'ambiguous', tookMs: 0 });
    return { calls, effects: effectsOf(run, find) };
  } finally {
    stop();
  }
}

async function begin({ road, randomness }: ReplayParts, run: Run): Promise<Caller> {
  const prompt = run.events.flatMap((event) => (event.t === 'user' ? [event.text] : []))[0];
  const served = servedIn(run.system);
  const started = await startTask(road, randomness, operator, {
    type: 'eval',
    // One that has done nothing before, as far as anybody knows.
    agent: `eval-${run.id}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 120),
    owner: 'eval',
    autonomy: 'semi',
    params: {},
    budgets: [],
    ttlMs,
    ...(prompt === undefined ? {} : { prompt }),
    ...(served === undefined ? {} : { onBehalfOf: served }),
  });
  if (!started.ok) throw new ReplayFailed(`${run.id}: no task could be started (${started.code})`);
  const { agent, task, session, tokenId } = started.value;
  return { agent, task, session, tokenId };
}

async function say(road: Road, task: string, text: string): Promise<void> {
  const submitted = await submitPrompt(road, operator, { task, channel: 'operator', text });
  if (!submitted.ok) throw new ReplayFailed(`a prompt could not be submitted (${submitted.code})`);
}

function said({ outcome, code, verdicts }: DecisionEvent): CallDecided {
  const against = verdicts.filter(({ effect, kind }) => effect === 'forbid' && kind === 'satisfied');
  return { outcome, code, policies: against.map(({ policy }) => policy) };
}

function codeOf(answer: Awaited<ReturnType<typeof authorize>>): string {
  return answer.outcome === 'allow' ? 'not recorded' : answer.code;
}

function effectsOf(run: Run, find: ReplayParts['find']): readonly number[] {
  return callsOf(run.events).flatMap(({ name }, at) => {
    const entry = find(name);
    const observes =
      entry !== undefined &&
      (classes[entry.class] as readonly string[]).every((group) => group === 'observe');
    return observes ? [] : [at];
  });
}
