// SPDX-License-Identifier: Apache-2.0
// What the parts of the gateway share, built once by gateway.ts.
import type { Road } from '../../app/road.ts';
import type { WaitingRoom } from '../../app/waiting.ts';
import type { JsonObject } from '../../core/json/value.ts';
import type { Caller } from '../../core/request/proposal.ts';
import type { Declared } from './declared.ts';
import type { HeaderOf, LogLevel } from './era.ts';
import type { GatewayLimits } from './limits.ts';
import type { Scope } from './namespace.ts';
import type { Running } from './running.ts';
import type { Era, PeerAnswer, UpstreamAnswer, UpstreamLink, Upstreams } from './upstream/link.ts';

/** Whether a target may be shown to this caller; what may not be is as if it did not exist. */
export type MayList = (caller: Caller, method: string, server: string, target: string) => boolean;

/** Bounded words of ours and what they are about; never a token, an argument or a result. */
export type GatewayLog = (event: string, detail: Readonly<Record<string, string | number>>) => void;

/** Where people decide a request. No such address may let whoever has it decide: clients are told it. */
export type DeskUrlOf = (approval: string) => string | undefined;

export interface Gate {
  readonly road: Road;
  readonly upstreams: Upstreams;
  readonly limits: GatewayLimits;
  readonly declared: Declared;
  readonly running: Running;
  /** Everybody who waits for people here. */
  readonly waiting: WaitingRoom;
  /** Requests to people about which a client is asked now. */
  readonly asking: Set<string>;
  readonly mayList: MayList;
  readonly log: GatewayLog;
  readonly deskUrlOf: DeskUrlOf | undefined;
}

/** The client's side of one request, whichever era it is of. */
export interface Talk {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly caller: Caller;
  /** When the token of the request does: nobody is held for longer. */
  readonly expiresAtMs: number;
  readonly scope: Scope;
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject;
  readonly logLevel: LogLevel | undefined;
  /** Aborted when the client no longer wants the answer. */
  readonly cancelled: AbortSignal;
  /** @throws {UpstreamUnavailable} */
  link(server: string): Promise<UpstreamLink>;
  /** Passes a notification on while the request runs. */
  notify(method: string, params: JsonObject): void;
  /** A request header, in the era that mirrors arguments in them. */
  readonly header: HeaderOf | undefined;
  /** The upstream has let go of the answer's stream and will give it on another. */
  detached(): void;
  /** Subscribes at an upstream of the other era, which does it by streams; absent where the eras are the same. */
  readonly subscribe?: (
    server: string,
    link: UpstreamLink,
    method: string,
    uri: string,
    release: () => boolean,
  ) => Promise<UpstreamAnswer>;
  /** Puts a question of the upstream's to the client. Never rejects. */
  ask(method: string, params: JsonObject, signal: AbortSignal): Promise<PeerAnswer>;
}
