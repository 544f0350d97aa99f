// SPDX-License-Identifier: Apache-2.0
// Every bound of the gateway in one place. What runs into one gets an error that names it.

export interface GatewayLimits {
  readonly maxBodyBytes: number;
  readonly maxBodyDepth: number;
  readonly maxBodyNodes: number;
  readonly maxResultBytes: number;
  /** For one call, from its release to its answer, questions of the upstream's included. */
  readonly callTimeoutMs: number;
  /** How long a call that waits for people is held before it is answered as pending. Not of the call's own time. */
  readonly approvalHoldMs: number;
  /** Calls that are held for people, of everybody. The next one is told at once that it waits. */
  readonly maxHeldCalls: number;
  /** For what the gateway asks on its own account: lists, levels, opening a link. */
  readonly ownTimeoutMs: number;
  /** Calls in flight for one session of a task. */
  readonly maxCallsPerSession: number;
  /** Request bodies in flight for one session of a task. */
  readonly maxPendingBytesPerSession: number;
  readonly maxTransportSessions: number;
  readonly maxTransportSessionsPerCaller: number;
  readonly transportSessionIdleMs: number;
  /** Streams kept for one transport session, answered ones that can still be resumed included. */
  readonly maxStreamsPerSession: number;
  readonly maxBufferedBytesPerSession: number;
  /** Bytes that a client may leave unread before its stream is cut (and can be resumed). */
  readonly maxUnreadBytes: number;
  /** Questions to a client that wait for its answer. */
  readonly maxPendingAsks: number;
  /** Questions that an upstream may ask while one call runs, each of which is a decision. */
  readonly maxAsksPerCall: number;
  readonly maxNoticesPerCall: number;
  readonly maxNoticeBytes: number;
  /** Text of one call that waits for its observation. */
  readonly maxKeptNoticeBytes: number;
  readonly maxListenersPerCaller: number;
  readonly maxListed: number;
  readonly maxListPages: number;
  /** How long definitions that an upstream declared count as what it declares now. */
  readonly definitionsMaxAgeMs: number;
  readonly maxRounds: number;
  readonly maxParkedCalls: number;
  readonly maxCachedTokens: number;
  readonly streamKeepAliveMs: number;
  /** A call that takes longer has its stream begun, so that it can be resumed. */
  readonly beginStreamAfterMs: number;
  readonly retryMs: number;
}

export const defaultLimits: GatewayLimits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxBodyDepth: 64,
  maxBodyNodes: 200_000,
  maxResultBytes: 16 * 1024 * 1024,
  callTimeoutMs: 300_000,
  approvalHoldMs: 20_000,
  maxHeldCalls: 4_000,
  ownTimeoutMs: 15_000,
  maxCallsPerSession: 128,
  maxPendingBytesPerSession: 32 * 1024 * 1024,
  maxTransportSessions: 10_000,
  maxTransportSessionsPerCaller: 64,
  transportSessionIdleMs: 1_800_000,
  maxStreamsPerSession: 256,
  maxBufferedBytesPerSession: 8 * 1024 * 1024,
  maxUnreadBytes: 8 * 1024 * 1024,
  maxPendingAsks: 32,
  maxAsksPerCall: 64,
  maxNoticesPerCall: 1_000,
  maxNoticeBytes: 16 * 1024,
  maxKeptNoticeBytes: 1 << 20,
  maxListenersPerCaller: 32,
  maxListed: 2_000,
  maxListPages: 64,
  definitionsMaxAgeMs: 60_000,
  maxRounds: 8,
  maxParkedCalls: 1_000,
  maxCachedTokens: 10_000,
  streamKeepAliveMs: 15_000,
  beginStreamAfterMs: 100,
  retryMs: 1_000,
};
