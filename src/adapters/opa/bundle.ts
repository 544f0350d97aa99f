// SPDX-License-Identifier: Apache-2.0
/**
 * A second opinion from a compiled policy: OPA's WebAssembly, evaluated in threads beside the daemon's own.
 *
 * Whoever waits is answered in time. An evaluation that takes longer than it was given is ended with its thread, and
 * another one takes its place; meanwhile the others answer. Two evaluations of one document say the same.
 *
 * Source: docs/adr/0019-opa-bundles.md; OPA, "WebAssembly".
 */
import type { OpinionBundle, SecondOpinion } from '../../app/ports.ts';
import { type OpinionAnswer, type OpinionFault, readOpinion } from '../../core/decision/opinion.ts';
import { parseJson } from '../../core/json/parse.ts';
import { isArray, isObject, own } from '../../core/json/value.ts';
import { readBundleFile } from './bundle-file.ts';
import { type Evaluator, type Started, startEvaluator } from './evaluator.ts';
import { type Evaluated, type Loading, maxOpinionBytes } from './protocol.ts';

export interface OpaBundle extends SecondOpinion {
  readonly bundle: OpinionBundle;
  close(): Promise<void>;
}

export type BundleOpened =
  | { readonly ok: true; readonly opa: OpaBundle }
  | { readonly ok: false; readonly message: string };

/** More than one, so that one that takes long does not hold up all. */
const threads = 2;
/** More than this at once could not be answered in time. */
const maxWaiting = 1000;
const resultLimits = { maxBytes: maxOpinionBytes + 16, maxDepth: 34, maxNodes: 10_000 };

interface Asked {
  readonly input: string;
  readonly timeoutMs: number;
  /** The first answer counts. */
  answer(answer: OpinionAnswer): void;
}

/** Never rejects: what cannot be used is refused in words. */
export async function openOpaBundle(
  path: string,
  entrypoint: string,
  loadWithinMs = 10_000,
): Promise<BundleOpened> {
  const read = await readBundleFile(path);
  if (!read.ok) return read;
  const { digest, module, data } = read.bundle;
  const loading: Loading = { module, entrypoint, ...(data === undefined ? {} : { data }) };
  const first = await startEvaluator(loading, loadWithinMs);
  if (!first.ok) return first;
  return {
    ok: true,
    opa: askable({ digest, entrypoint }, first.evaluator, () => startEvaluator(loading, loadWithinMs)),
  };
}

function askable(bundle: OpinionBundle, first: Evaluator, another: () => Promise<Started>): OpaBundle {
  const waiting = new Set<Asked>();
  const idle = new Set([first]);
  const all = new Set([first]);
  let starting = 0;
  let closed = false;

  async function start(): Promise<void> {
    starting += 1;
    const started = await another();
    starting -= 1;
    if (!started.ok) {
      // Whoever is asked next tries again.
      if (all.size === 0 && starting === 0) refuse();
    } else if (closed) await started.evaluator.end();
    else {
      all.add(started.evaluator);
      idle.add(started.evaluator);
      next();
    }
  }

  function fillUp(): void {
    while (!closed && all.size + starting < threads) void start();
  }

  function refuse(): void {
    for (const asked of [...waiting]) asked.answer(fault('opa_unreachable'));
  }

  function next(): void {
    for (const evaluator of [...idle]) {
      const [asked] = waiting;
      if (asked === undefined) return;
      waiting.delete(asked);
      idle.delete(evaluator);
      void evaluate(evaluator, asked);
    }
  }

  async function evaluate(evaluator: Evaluator, asked: Asked): Promise<void> {
    // All of its time, however late it began: who asked is answered before that, and a new thread costs more.
    const evaluated = await evaluator.evaluate(asked.input, asked.timeoutMs);
    if (evaluated === 'late' || evaluated === 'gone') {
      all.delete(evaluator);
      asked.answer(fault(evaluated === 'late' ? 'opa_timeout' : 'opa_failed'));
      fillUp();
    } else {
      idle.add(evaluator);
      asked.answer(answerOf(evaluated));
      next();
    }
  }

  fillUp();
  return {
    bundle,
    ask(input, timeoutMs) {
      if (closed) return Promise.resolve(fault('opa_unreachable'));
      if (waiting.size >= maxWaiting) return Promise.resolve(fault('opa_timeout'));
      const { promise, resolve } = Promise.withResolvers<OpinionAnswer>();
      const timer = setTimeout(() => asked.answer(fault('opa_timeout')), timeoutMs);
      const asked: Asked = {
        input,
        timeoutMs,
        answer(answer) {
          clearTimeout(timer);
          waiting.delete(asked);
          resolve(answer);
        },
      };
      waiting.add(asked);
      fillUp();
      next();
      return promise;
    },
    async close() {
      closed = true;
      refuse();
      await Promise.all([...all].map((evaluator) => evaluator.end()));
    },
  };
}

function answerOf(evaluated: Evaluated): OpinionAnswer {
  if (evaluated.kind === 'failed') return fault('opa_failed');
  if (evaluated.kind === 'oversized') return fault('opa_malformed');
  const parsed = parseJson(Buffer.from(evaluated.results, 'utf8'), resultLimits);
  if (!parsed.ok || !isArray(parsed.value)) return fault('opa_malformed');
  // One for each way in which the entrypoint is true: none, where it is undefined.
  const [result, ...more] = parsed.value;
  if (result === undefined) return fault('opa_undefined');
  const said = more.length === 0 && isObject(result) ? own(result, 'result') : undefined;
  const opinion = said === undefined ? undefined : readOpinion(said);
  return opinion === undefined ? fault('opa_malformed') : { ok: true, opinion };
}

function fault(code: OpinionFault): OpinionAnswer {
  return { ok: false, code };
}
