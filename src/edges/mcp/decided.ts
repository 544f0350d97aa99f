// SPDX-License-Identifier: Apache-2.0
/**
 * One errand on the road: decided, released, run, observed. Both directions go through here, what a
 * client asks of an upstream and what an upstream asks of a client.
 *
 * Decides nothing. Nothing leaves before `release` says `go`, and nothing that came back is handed on
 * before its observation is durable. An allow that grew old is closed and decided again, twice at most. What waits for
 * people is kept waiting before anything of it begins (wait.ts), and decided again once somebody has said something.
 */
import { type Authorization, authorize, type EditedCall, type Refusal } from '../../app/authorize.ts';
import { observe, type Quarantine, type Upshot } from '../../app/observe.ts';
import type { Road } from '../../app/road.ts';
import { type JsonObject, objectAt, own, stringAt } from '../../core/json/value.ts';
import type { Caller, Proposal } from '../../core/request/proposal.ts';
import type { ResultTransform } from '../../core/result/narrow.ts';
import { type Defers, heldBack } from './defer-hold.ts';
import type { GatewayLimits } from './limits.ts';
import type { Reply, RpcError } from './rpc.ts';
import type { UpstreamAnswer } from './upstream/link.ts';

/** What an errand gets once it was allowed. */
export interface Leave {
  readonly decision: string;
  /** Canonical JSON of the arguments as they were authorised: the only ones that may be sent. */
  readonly args: string;
  readonly signal: AbortSignal;
  readonly maxResultBytes: number;
  /** Asked right before the first byte leaves; false means that none may. */
  release(): boolean;
}

export interface Errand {
  readonly caller: Caller;
  readonly proposal: Proposal;
  /** Aborted when whoever asked no longer wants the answer. */
  readonly cancelled?: AbortSignal;
  run(leave: Leave): Promise<UpstreamAnswer>;
  /** Whether a result can be understood; one that cannot is withheld. */
  understands?(result: JsonObject): boolean;
  /** How whoever asked is kept while people decide. Absent: not at all. */
  readonly wait?: Wait;
  /** How it is held while it waits for something else than people. Absent: not at all. */
  readonly defers?: Defers;
  /** What is sent is not what was asked for: people changed it. */
  edited?(edited: EditedCall): void;
  /** How many tools of the one that answers are not declared as they were accepted. */
  changedTools?(): number;
  /** Our own words on what was relayed while it ran, for the record. */
  detail?(): string | undefined;
}

/**
 * Decides, and keeps whoever asked for as long as that says to wait for people.
 *
 * @returns what was decided in the end, or what to answer while it is not
 */
export type Wait = (
  decide: () => Promise<Authorization>,
) => Promise<Authorization | { readonly outcome: 'put_off'; readonly reply: Reply }>;

export type FailureCode =
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'upstream_closed'
  | 'result_too_large'
  | 'result_invalid'
  | 'cancelled'
  | 'stopped'
  | 'held'
  | 'shutdown'
  | 'not_released'
  | 'not_recorded';

export type Done =
  /** `transforms`: what policy had done to it. */
  | {
      readonly kind: 'result';
      readonly result: JsonObject;
      readonly decision: string;
      readonly transforms: readonly ResultTransform[];
    }
  | { readonly kind: 'error'; readonly error: RpcError; readonly decision: string; readonly changed: boolean }
  | { readonly kind: 'quarantined'; readonly quarantine: Quarantine; readonly decision: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Not made, and not because of a decision: people are waited for, or have been. */
  | { readonly kind: 'put_off'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly decision?: string };

const understood: ReadonlySet<string> = new Set(['max_result_bytes']);
const maxAttempts = 3;

export async function decided(
  road: Road,
  limits: Pick<GatewayLimits, 'maxResultBytes'>,
  errand: Errand,
): Promise<Done> {
  const decide = heldBack(road, errand.defers, errand.cancelled, (resume) =>
    authorize(road, errand.caller, errand.proposal, understood, resume),
  );
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const said = await (errand.wait === undefined ? decide() : errand.wait(decide));
    if (said.outcome === 'put_off') return { kind: 'put_off', reply: said.reply };
    if (said.outcome !== 'allow') return { kind: 'refused', refusal: said };
    if (said.edited !== undefined) errand.edited?.(said.edited);
    const done = await run(road, limits, errand, said);
    if (done !== 'stale') return done;
  }
  return { kind: 'failed', code: 'not_released' };
}

type Allowed = Extract<Authorization, { outcome: 'allow' }>;

async function run(
  road: Road,
  limits: Pick<GatewayLimits, 'maxResultBytes'>,
  errand: Errand,
  { call, args, obligations }: Allowed,
): Promise<Done | 'stale'> {
  const startedMs = road.clock.monotonicMs();
  const stop = new AbortController();
  const revoked = () => stop.abort(call.signal.reason);
  const cancelled = () => stop.abort(errand.cancelled?.reason);
  call.signal.addEventListener('abort', revoked, { once: true });
  errand.cancelled?.addEventListener('abort', cancelled, { once: true });
  if (call.signal.aborted) revoked();
  if (errand.cancelled?.aborted === true) cancelled();

  let refusedRelease: 'stale' | 'stopped' | undefined;
  const leave: Leave = {
    decision: call.decision,
    args,
    signal: stop.signal,
    maxResultBytes: obligations.reduce((most, o) => Math.min(most, o.bytes), limits.maxResultBytes),
    release() {
      if (stop.signal.aborted) return false;
      const verdict = call.release();
      if (verdict !== 'go') refusedRelease = verdict;
      return verdict === 'go';
    },
  };
  let answer: UpstreamAnswer;
  try {
    await call.ready();
    answer = await errand.run(leave);
  } catch {
    answer = { kind: 'failed', reason: 'closed', sent: call.released() };
  } finally {
    call.signal.removeEventListener('abort', revoked);
    errand.cancelled?.removeEventListener('abort', cancelled);
  }
  const tookMs = road.clock.monotonicMs() - startedMs;
  const detail = errand.detail?.();
  const close = (upshot: Omit<Upshot, 'tookMs'>) =>
    observe(road, call, { ...(detail === undefined ? {} : { detail }), ...upshot, tookMs });

  // A link that answers without having asked for its release has sent nothing that was decided.
  if (!call.released()) {
    await close({ status: 'unreleased' });
    if (refusedRelease === 'stale') return 'stale';
    const code =
      stop.signal.aborted || refusedRelease === 'stopped' ? stopCode(stop.signal) : failureOf(answer);
    return { kind: 'failed', code, decision: call.decision };
  }
  if (answer.kind === 'failed') {
    const status = unanswered(answer);
    await close({ status, detail: `${answer.reason}${detail === undefined ? '' : `; ${detail}`}` });
    return { kind: 'failed', code: failureOf(answer, stop.signal), decision: call.decision };
  }
  if (answer.kind === 'result' && errand.understands?.(answer.result) === false) {
    await close({ status: 'withheld', detail: 'the result is not one that this method has' });
    return { kind: 'failed', code: 'result_invalid', decision: call.decision };
  }

  const shown = answer.kind === 'result' ? answer.result : errorShown(answer.error);
  const isError = answer.kind === 'error' || answer.result.isError === true;
  const observed = await close({
    status: isError ? 'error' : 'ok',
    result: shown,
    changedTools: errand.changedTools?.() ?? 0,
  });
  if (!observed.released && observed.code === 'quarantined')
    return { kind: 'quarantined', quarantine: observed.quarantine, decision: call.decision };
  if (!observed.released) {
    const code = observed.code === 'stopped' ? 'stopped' : 'not_recorded';
    return { kind: 'failed', code, decision: call.decision };
  }
  const { result = shown, transforms } = observed;
  if (answer.kind === 'result') return { kind: 'result', result, decision: call.decision, transforms };
  const error = errorIn(result, answer.error);
  return { kind: 'error', error, decision: call.decision, changed: transforms.length > 0 };
}

type Failed = Extract<UpstreamAnswer, { kind: 'failed' }>;

// Released and unanswered: nobody knows what became of it. Answered and not showable: it is known, and withheld.
function unanswered(answer: Failed): Upshot['status'] {
  if (answer.reason === 'too_large' || answer.reason === 'invalid') return 'withheld';
  return 'ambiguous';
}

function failureOf(answer: UpstreamAnswer, signal?: AbortSignal): FailureCode {
  if (answer.kind !== 'failed') return 'not_released';
  switch (answer.reason) {
    case 'not_released':
      return 'not_released';
    case 'unreachable':
      return 'upstream_unreachable';
    case 'timeout':
      return 'upstream_timeout';
    case 'aborted':
      return stopCode(signal);
    case 'closed':
    case 'detached':
      return 'upstream_closed';
    case 'too_large':
      return 'result_too_large';
    case 'invalid':
      return 'result_invalid';
  }
}

function stopCode(signal: AbortSignal | undefined): FailureCode {
  switch (signal?.reason) {
    case 'cancelled':
    case 'shutdown':
    case 'held':
      return signal.reason;
    case 'store_lost':
      return 'not_recorded';
    default:
      return 'stopped';
  }
}

type PeerError = Extract<UpstreamAnswer, { kind: 'error' }>['error'];

function errorShown(error: PeerError): JsonObject {
  return { error: { ...rpcError(error) } };
}

/** As it was left: what is no error any more says nothing but its number. */
function errorIn(shown: JsonObject, { code }: PeerError): RpcError {
  const left = objectAt(shown, 'error') ?? {};
  const data = own(left, 'data');
  return { code, message: stringAt(left, 'message') ?? '', ...(data === undefined ? {} : { data }) };
}

function rpcError({ code, message, data }: PeerError): RpcError {
  return { code, message, ...(data === undefined ? {} : { data }) };
}
