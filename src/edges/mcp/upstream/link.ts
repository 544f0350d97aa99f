// SPDX-License-Identifier: Apache-2.0
// The seam between the gateway's two sides: one link is one conversation with one upstream server,
// in one era of the protocol. Links translate framing; they decide nothing and never see a client's token.
import type { JsonObject, JsonValue } from '../../../core/json/value.ts';

/** `legacy`: initialize and sessions (2025-11-25, 2025-06-18, 2025-03-26). `modern`: stateless (2026-07-28). */
export type Era = 'legacy' | 'modern';

/** What the upstream said of itself, untrusted. */
export interface UpstreamFacts {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  readonly serverInfo: JsonObject;
  readonly instructions?: string;
}

export interface Outgoing {
  readonly method: string;
  /** Canonical JSON of `params`, sent as it is; absent when the request has none. */
  readonly params?: string;
  /** What `Mcp-Name` mirrors (tool name, URI, prompt name), for modern HTTP upstreams. */
  readonly name?: string;
  /** `Mcp-Param-*` headers of our canonical arguments, wrapped where they need it, for modern HTTP upstreams. */
  readonly paramHeaders?: Readonly<Record<string, string>>;
  /** Aborting means: stop waiting, drop the result, tell the upstream (cancelled, or close the stream). */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxResultBytes: number;
  /** Called before the first byte leaves; `false` means it must not: the link answers `failed/not_released`. */
  readonly release: () => boolean;
  /**
   * Notifications that belong to this request, in order, before its answer. Progress tokens are the
   * caller's own again; the subscription id of a `subscriptions/listen` is ours, for the caller to replace.
   */
  readonly onNotification: (method: string, params: JsonObject) => void;
  /** Legacy only: the upstream asks the client (sampling, elicitation, roots) while this request runs. */
  readonly onRequest: (method: string, params: JsonObject) => Promise<PeerAnswer>;
  /** Nobody waits for it but the gateway: what the upstream asks or says meanwhile is not because of it. */
  readonly isOwn?: boolean;
}

export type PeerAnswer =
  | { readonly result: JsonObject }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: JsonValue } };

export type UpstreamAnswer =
  | { readonly kind: 'result'; readonly result: JsonObject; readonly sizeBytes: number }
  | {
      readonly kind: 'error';
      readonly error: { readonly code: number; readonly message: string; readonly data?: JsonValue };
      readonly httpStatus?: number;
    }
  | {
      readonly kind: 'failed';
      readonly reason:
        | 'not_released'
        /** No connection, or more requests wait than may. */
        | 'unreachable'
        | 'timeout'
        | 'aborted'
        | 'closed'
        | 'too_large'
        | 'invalid'
        /** A legacy HTTP upstream closed the stream without an answer and offered an event id: ask again through `resume`. */
        | 'detached';
      /** False only when it is certain that no byte of the request left. */
      readonly sent: boolean;
      /** With `detached`: waits for the answer on a new stream, or cancels it when its signal is aborted. At most once. */
      readonly resume?: () => Promise<UpstreamAnswer>;
    };

export interface UpstreamLink {
  readonly facts: UpstreamFacts;
  /** Never rejects. */
  request(outgoing: Outgoing): Promise<UpstreamAnswer>;
  notify(method: string, params: string | undefined): Promise<void>;
  /**
   * Notifications that belong to no request of ours (list_changed, resources/updated, message). While
   * somebody listens, the link may be idle for longer before it is ended.
   *
   * @returns how to stop
   */
  onUnsolicited(listener: (method: string, params: JsonObject) => void): () => void;
  /** Resolves when the conversation is over, whoever ended it. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** For whom a link is opened: what decides whether two requests may share it. */
export interface LinkOwner {
  readonly task: string;
  readonly session: string;
  /** The client's transport session; absent in the modern era. It only routes. */
  readonly transportSession?: string;
  /** What the client said it can do; passed upstream unchanged. */
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject;
  readonly protocolVersion: string;
}

export interface Upstreams {
  readonly names: readonly string[];
  /** Eras that this upstream speaks; probed once, again after a restart of it. */
  eras(server: string): Promise<ReadonlySet<Era>>;
  /**
   * A link of the wanted era where the upstream speaks it, else of the other one.
   *
   * stdio: one process per task unless the catalogue says `stateless`; legacy HTTP: one upstream
   * session per transport session (per task session where the client is modern).
   *
   * @throws {UpstreamUnavailable} it cannot be started or reached
   */
  link(server: string, wanted: Era, owner: LinkOwner): Promise<UpstreamLink>;
  /** Ends the links of what was ended or revoked; exclusive processes are killed. */
  release(which: (owner: LinkOwner) => boolean): Promise<void>;
  close(): Promise<void>;
}

export class UpstreamUnavailable extends Error {
  readonly code = 'upstream_unavailable';
}
