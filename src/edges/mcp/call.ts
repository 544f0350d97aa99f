// SPDX-License-Identifier: Apache-2.0
/**
 * A decided request of a client, from its parameters to its reply, whatever the two eras.
 *
 * Where the upstream answers `input_required` and the client is of the era before, the questions are put
 * to the client and the request is made again with their answers: each round is decided anew.
 */
import { mayHearCall } from '../../app/audible.ts';
import type { EditedCall } from '../../app/authorize.ts';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import { type JsonObject, type JsonValue, objectAt, stringAt } from '../../core/json/value.ts';
import { asked, questionsOf, unshowable } from './asked.ts';
import { type Done, decided } from './decided.ts';
import { ListUnavailable } from './declared.ts';
import { deferringFor } from './defer-hold.ts';
import { withEdit } from './edited.ts';
import type { Gate, Talk } from './gate.ts';
import { mirrorFault, mirrorHeaders } from './header-value.ts';
import { metaFor } from './meta.ts';
import { createNotices } from './notice.ts';
import { argsFrom, paramsText, type Understood, understand } from './proposal.ts';
import { marked, refusalReply, replyOf, unknownMethod } from './refusal.ts';
import { isUnderstood, translated } from './result.ts';
import { failed, type Reply, rpcCodes } from './rpc.ts';
import {
  type PeerAnswer,
  type UpstreamAnswer,
  type UpstreamLink,
  UpstreamUnavailable,
} from './upstream/link.ts';
import { waitOf } from './wait.ts';
import { type Retry, retryOf } from './wait-retry.ts';
import { type Given, whatIsAsked } from './wait-state.ts';

export async function call(gate: Gate, talk: Talk, method: string, params: JsonObject): Promise<Reply> {
  const understanding = understand(method, params, talk.scope);
  if (!understanding.ok) return { ok: false, error: understanding.error };
  const request = understanding.value;
  const what = whatIsAsked(talk.scope, method, params);
  const retry = retryOf(gate, talk, request, what);
  if (retry.kind === 'over') return retry.reply;
  const entry = gate.road.published().catalogue.find(method, request.server, request.target);
  if (entry === undefined) return denied(gate, talk, request);

  const schema = entry.pinned?.definition.inputSchema;
  const fault = schema && talk.header && mirrorFault(schema, request.args, talk.header);
  if (fault !== undefined) return failed(rpcCodes.headerMismatch, fault);

  let link: UpstreamLink;
  let definition: string | undefined;
  try {
    link = await talk.link(request.server);
    if (entry.pinned !== undefined) {
      const digest = gate.declared.digestOf(request.server, link, request.target, (question, asking) =>
        asked(gate, talk, request.server, question, asking, talk.cancelled),
      );
      definition = typeof digest === 'string' ? digest : await digest;
    }
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable || error instanceof ListUnavailable)) throw error;
    gate.log('upstream_unavailable', { server: request.server, reason: error.message });
    return replyOf({ kind: 'failed', code: 'upstream_unreachable' }, method, request.shown);
  }
  // Answers to questions mean something only to an upstream that asks in results.
  const asks = talk.era === 'modern' && link.facts.era === 'modern';
  return rounds(gate, talk, {
    ...{ request, entry, link, definition, what, asked: objectAt(params, '_meta') },
    resumed: retry.kind === 'again' ? retry : undefined,
    given: retry.kind === 'again' ? retry.state.given : asks ? request : {},
  });
}

/** For the record: what is denied because nobody has accepted it, or because it is no method at all. */
export async function denied(
  gate: Gate,
  talk: Pick<Talk, 'caller'>,
  {
    method,
    server,
    target,
    shown,
    args,
  }: Pick<Understood, 'method' | 'server' | 'target' | 'shown' | 'args'>,
  isNoMethod = false,
): Promise<Reply> {
  const done = await decided(gate.road, gate.limits, {
    caller: talk.caller,
    proposal: { method, server, target, args },
    // Permitted all the same (the catalogue changed meanwhile): nobody here knows how to carry it.
    run: async () => ({ kind: 'failed', reason: 'not_released', sent: false }),
  });
  const isUnknown = done.kind === 'refused' && done.refusal.code === 'unknown_target';
  return isUnknown && isNoMethod ? unknownMethod(method, done.refusal) : replyOf(done, method, shown);
}

interface Journey {
  readonly request: Understood;
  readonly entry: CatalogueEntry;
  readonly link: UpstreamLink;
  readonly definition: string | undefined;
  /** What the request asks, without what is said of it. */
  readonly what: JsonObject;
  /** The client's own `_meta`. */
  readonly asked: JsonObject | undefined;
  /** The wait that it goes on with. */
  readonly resumed: Extract<Retry, { kind: 'again' }> | undefined;
  /** What the client had given the upstream in answer to its questions. */
  readonly given: Given;
}

async function rounds(gate: Gate, talk: Talk, journey: Journey): Promise<Reply> {
  const { request, link } = journey;
  const { method, server, shown } = request;
  let { given } = journey;
  for (let round = 0; round < gate.limits.maxRounds; round++) {
    let edited: EditedCall | undefined;
    const done = await once(gate, talk, journey, given, (by) => {
      edited = by;
    });
    if (done.kind !== 'result') return withEdit(replyOf(done, method, shown), method, edited);
    const questions = done.result.resultType === 'input_required' ? questionsOf(done.result) : undefined;
    const answer = marked(
      method,
      translated(talk.era, talk.scope, server, method, done.result),
      done.transforms,
      done.decision,
    );
    if (questions === undefined || link.facts.era === 'legacy')
      return withEdit({ ok: true, result: answer }, method, edited);
    if (talk.era === 'modern') {
      const stopped = await unshowable(gate, talk, server, questions);
      if (stopped === undefined) return withEdit({ ok: true, result: answer }, method, edited);
      return stopped.done.kind === 'refused'
        ? refusalReply(stopped.done.refusal, method, shown, stopped.method)
        : replyOf(stopped.done, method, shown);
    }
    const answers = await Promise.all(
      questions.map(async ({ key, method: question, params }) => ({
        key,
        answer: await asked(gate, talk, server, question, params, talk.cancelled),
      })),
    );
    const inputResponses: { [key: string]: JsonValue } = {};
    for (const { key, answer } of answers) {
      if ('error' in answer)
        return failed(
          rpcCodes.upstream,
          `the server needs an answer that it did not get: ${answer.error.message}`,
          { code: 'input_not_given' },
        );
      inputResponses[key] = answer.result;
    }
    const requestState = stringAt(done.result, 'requestState');
    given = { inputResponses, ...(requestState === undefined ? {} : { requestState }) };
  }
  return failed(rpcCodes.limit, `the server asked more than ${gate.limits.maxRounds} times`, {
    code: 'too_many_rounds',
  });
}

async function once(
  gate: Gate,
  talk: Talk,
  journey: Journey,
  given: Given,
  edited: (by: EditedCall) => void,
): Promise<Done> {
  const { request, entry, link, definition } = journey;
  const { method, server, target, args } = request;
  const mayRead = () => mayHearCall(gate.road, talk.caller.task, entry);
  const notices = createNotices(talk, server, gate.limits, mayRead, talk.notify);
  const done = await decided(gate.road, gate.limits, {
    caller: talk.caller,
    proposal: { method, server, target, args, ...(definition === undefined ? {} : { definition }) },
    cancelled: talk.cancelled,
    understands: (result) => isUnderstood(link.facts.era, result),
    changedTools: () => gate.declared.changed(server, isAccepted(gate, server)),
    detail: notices.summary,
    wait: waitOf(gate, talk, { ...journey, method, given }),
    defers: deferringFor(gate, talk, journey.asked),
    edited,
    async run(leave) {
      const { signal, maxResultBytes, release } = leave;
      if (method.startsWith('resources/') && method !== 'resources/read' && link.facts.era === 'modern') {
        const uri = stringAt(argsFrom(leave.args), 'uri') ?? target;
        return talk.subscribe?.(server, link, method, uri, release) ?? notCarried;
      }
      // What the upstream asked ends with the call that it asked for, answered or not.
      const asking = new AbortController();
      let questions = 0;
      signal.addEventListener('abort', () => asking.abort(signal.reason), { once: true });
      const schema = entry.pinned?.definition.inputSchema;
      const mirrors = schema !== undefined && link.facts.era === 'modern';
      try {
        const answer = await link.request({
          method,
          params: paramsText(
            request,
            leave.args,
            target,
            metaFor(link.facts.era, talk, journey.asked),
            given,
          ),
          name: target,
          ...(mirrors ? { paramHeaders: mirrorHeaders(schema, argsFrom(leave.args)) } : {}),
          signal,
          timeoutMs: gate.limits.callTimeoutMs,
          maxResultBytes,
          release,
          onNotification: notices.take,
          onRequest: async (question, params) =>
            ++questions > gate.limits.maxAsksPerCall
              ? tooManyAsked
              : asked(gate, talk, server, question, params, asking.signal),
        });
        if (answer.kind !== 'failed' || answer.reason !== 'detached' || answer.resume === undefined)
          return answer;
        talk.detached();
        return await answer.resume();
      } finally {
        asking.abort('cancelled');
      }
    },
  });
  // What was kept for the result may say what was taken out of it.
  const asItCame =
    done.kind === 'result' ? done.transforms.length === 0 : done.kind === 'error' && !done.changed;
  if (asItCame) notices.tell();
  return done;
}

/** Tools that nobody accepted are not there, whatever they say of themselves. */
function isAccepted(gate: Gate, server: string): (tool: string, digest: string) => boolean {
  const { catalogue } = gate.road.published();
  return (tool, digest) => {
    const pinned = catalogue.find('tools/call', server, tool)?.pinned;
    return pinned === undefined || pinned.digest === digest;
  };
}

const tooManyAsked: PeerAnswer = {
  error: {
    code: rpcCodes.limit,
    message: 'one call asks no more than this',
    data: { code: 'too_many_questions' },
  },
};

const notCarried: UpstreamAnswer = { kind: 'failed', reason: 'invalid', sent: false };
