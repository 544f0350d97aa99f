// SPDX-License-Identifier: Apache-2.0
// What somebody asks to be done, as an edge understood it. Not yet decided, not yet described.
import type { JsonObject } from '../json/value.ts';

/** One thing to be decided. `args` was parsed strictly (see core/json) and is what will be forwarded. */
export interface Proposal {
  /** The protocol's own name of the operation: `tools/call`, `resources/read`, `sampling/createMessage` ... */
  readonly method: string;
  /** Configured name of the upstream that would act. */
  readonly server: string;
  /** Tool name, resource URI, prompt name; the method again where there is none. */
  readonly target: string;
  readonly args: JsonObject;
  /**
   * Digest of what the upstream declares of the target now, empty where it declares it no longer.
   * Absent where the edge cannot know. Must be the accepted one.
   */
  readonly definition?: string;
  /** Where the caller is, on this machine: what it names begins there. Absent where the edge cannot know. */
  readonly standsIn?: string;
}

/** Who asks, as the edge verified it from the task token. */
export interface Caller {
  readonly agent: string;
  readonly task: string;
  readonly session: string;
  /** The token's id: what a revocation of one credential will name. */
  readonly tokenId: string;
}

/** A person or a local process that administers, as the edge verified it. */
export interface Operator {
  /**
   * `local:<uid>` for the owner of the local socket, of the watched files and of the clients that have hooks;
   * `person:<name>` for somebody who signed in on the desk.
   */
  readonly id: string;
  readonly channel: OperatorChannel;
}

/**
 * How an act of administration arrived: asked for over the socket, by saving a watched file, by a client's hook, on the
 * desk, with the token of a registered source of signals, or from this daemon's own probe.
 */
export const operatorChannels = ['local-socket', 'watched-files', 'hook', 'desk', 'source', 'probe'] as const;
export type OperatorChannel = (typeof operatorChannels)[number];
