// SPDX-License-Identifier: Apache-2.0
// How much one upstream may cost us. Every number is a bound on something that an upstream or a client controls.

export interface UpstreamLimits {
  /** Processes over all stdio upstreams. */
  readonly maxProcesses: number;
  /** Requests waiting for their answer, in one conversation. */
  readonly maxInFlight: number;
  /** Those of one client, so that none can keep the others out. */
  readonly maxInFlightOfOne: number;
  /** One line, one body, one event. */
  readonly maxMessageBytes: number;
  /** All events of one answer; a `subscriptions/listen` has no end and only its events are bounded. */
  readonly maxStreamBytes: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
  /** What may wait in our memory for a process that does not read. */
  readonly maxUnreadBytes: number;
  /** From starting to the end of the handshake. */
  readonly startTimeoutMs: number;
  /** How long a server may leave `server/discover` unanswered before it is taken for an older one. */
  readonly probeTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** How long a conversation without requests is kept, when nobody listens to it. */
  readonly idleMs: number;
  /** The same, when somebody does: a listener is no proof that anybody is still there. */
  readonly idleHeardMs: number;
}

export const DEFAULT_LIMITS: UpstreamLimits = {
  maxProcesses: 64,
  maxInFlight: 1024,
  maxInFlightOfOne: 128,
  maxMessageBytes: 16 * 1024 * 1024,
  maxStreamBytes: 64 * 1024 * 1024,
  maxDepth: 128,
  maxNodes: 1_000_000,
  maxUnreadBytes: 16 * 1024 * 1024,
  startTimeoutMs: 20_000,
  probeTimeoutMs: 5_000,
  connectTimeoutMs: 2_000,
  idleMs: 10 * 60_000,
  idleHeardMs: 60 * 60_000,
};
