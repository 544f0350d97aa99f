// SPDX-License-Identifier: Apache-2.0
// What the use cases need from the world, with what they may assume of it. Adapters translate and decide nothing.
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import type { ActionClass } from '../core/catalogue/taxonomy.ts';
import type { OpinionAnswer } from '../core/decision/opinion.ts';
import type { Policy } from '../core/decision/verdict.ts';
import type { JsonObject, JsonValue } from '../core/json/value.ts';
import type { Named, Sighting } from '../core/operand/operand.ts';
import type { Question } from '../core/policy/question.ts';
import type { SealedPayload } from '../core/record/payload.ts';
import type { SecretSpan } from '../core/record/secret.ts';
import type { FacetVersion } from '../core/state/facet.ts';
import type { Condition, Together } from '../core/temporal/condition.ts';

export interface Clock {
  /** Milliseconds since the Unix epoch; may jump. */
  wallMs(): number;
  /** Never goes back; its zero means nothing. Deadlines are made of it. */
  monotonicMs(): number;
  /** Runs once, not before `delayMs`. @returns a function that takes it back */
  after(delayMs: number, run: () => void): () => void;
}

export interface Randomness {
  bytes(count: number): Uint8Array;
}

/** An event ready to be appended: the store adds its place, nothing else. */
export interface Draft {
  readonly id: string;
  readonly stream: string;
  /** Canonical JSON of the event. */
  readonly body: string;
  /** The facets that this event moves; from now on their version is `id`. */
  readonly moves: readonly string[];
  /** The facets that this event ends; expecting one of them afterwards means expecting version ''. */
  readonly drops: readonly string[];
  readonly payloads: readonly SealedPayload[];
}

/** Appended whole, if every facet still stands where it was read, or not at all. */
export interface Unit {
  readonly drafts: readonly Draft[];
  readonly expected: readonly FacetVersion[];
}

/** A durable record. Positions start at 0, have no gaps, and are the leaf indexes of the log. */
export interface Entry {
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  /** The exact leaf (core/record/envelope.ts). */
  readonly leaf: string;
  readonly leafHash: string;
}

export type UnitResult =
  | { readonly committed: true; readonly positions: readonly number[] }
  /**
   * `missed`: the records that moved the expected facets meanwhile, in order of position, and any
   * that has the id of a draft already (it was committed before). For a version that no record has
   * (its unit failed), the record that moved the facet last.
   */
  | { readonly committed: false; readonly missed: readonly Entry[] };

export interface Ledger {
  /**
   * Appends units in order, each seeing those before it; a unit in conflict leaves the others alone.
   *
   * Resolves once durable (power loss included): all units of the group together. The Merkle tree
   * may still be behind. Payloads are durable with their records.
   *
   * @param timeoutMs how long to wait for the store; there is no default
   * @returns one result for each unit, in order
   * @throws {LedgerUnavailable} nothing of the group was written; retrying is safe
   * @throws {LedgerUncertain} it may have been written; `find` by record id before anything else
   */
  commit(units: readonly Unit[], timeoutMs: number): Promise<readonly UnitResult[]>;
  /** Durable records from `from` on, in order, at most `limit`. Never shows what is not durable. */
  read(from: number, limit: number): Promise<readonly Entry[]>;
  /** Durable records of one stream that stand before position `before`, the newest first, at most `limit`. */
  readStream(stream: string, before: number, limit: number): Promise<readonly Entry[]>;
  /** A record by its id. */
  find(id: string): Promise<Entry | undefined>;
  /** The payload with this digest that lies beside the record at `position`. */
  payload(
    digest: string,
    position: number,
  ): Promise<{ readonly task: string; readonly sealed: Uint8Array } | undefined>;
  /** How many records are durable. */
  size(): Promise<number>;
  close(): Promise<void>;
}

export class LedgerUnavailable extends Error {
  readonly code = 'ledger_unavailable';
}

export class LedgerUncertain extends Error {
  readonly code = 'ledger_uncertain';
}

/** Wrapped data keys, one for each task. Erasing one makes every payload under it unreadable for good. */
export interface KeyStore {
  load(task: string): Promise<Uint8Array | undefined>;
  save(task: string, wrapped: Uint8Array): Promise<void>;
  erase(task: string): Promise<void>;
}

/** The key above all keys: a file or the environment now, a KMS later. */
export interface MasterKey {
  /** Names the key without telling it; kept beside what it wrapped. */
  readonly id: string;
  wrap(key: Uint8Array): Uint8Array;
  /** @throws {MasterKeyMismatch} wrapped under another key, or edited */
  unwrap(wrapped: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 under a key derived for `purpose`: pseudonyms of secrets. @returns lower-case hex */
  mac(purpose: string, text: string): string;
}

export class MasterKeyMismatch extends Error {
  readonly code = 'master_key_mismatch';
}

/** The nodes of the Merkle tree over the ledger, and its signed heads. A cache with signatures: rebuildable but for those. */
export interface TreeStore {
  /** How many leaves are in the stored tree. */
  treeSize(): Promise<number>;
  /** Hashes by stored-hash index (src/log), in the order asked for. */
  readHashes(indexes: readonly number[]): Promise<readonly Uint8Array[]>;
  /** Appends stored hashes and, in the same transaction, the signed checkpoint over the tree that they complete. */
  append(fromIndex: number, hashes: readonly Uint8Array[], size: number, checkpoint: string): Promise<void>;
  /** The newest signed checkpoint, or the newest of at most this size. */
  checkpoint(atMost?: number): Promise<{ readonly size: number; readonly note: string } | undefined>;
}

export type EngineAnswer =
  | { readonly ok: true; readonly satisfied: readonly string[]; readonly errored: readonly string[] }
  /** The engine itself failed: the whole question is a deny. */
  | { readonly ok: false; readonly reason: string };

/** The conditions over history that a policy set reads. */
export interface Conditions {
  readonly all: readonly Condition[];
  /** Those of the policies that can apply to an action, by its id: the same object each time. */
  for(action: string): Together;
}

/** What policies read of what holds at the moment. */
export interface Mentioned {
  /** Names, sorted. */
  readonly signals: readonly string[];
  /** Whether they read the clock of the zone. */
  readonly time: boolean;
}

export interface Mentions {
  /** Of all policies. */
  readonly all: readonly string[];
  /** Of each policy that reads some, by its id. */
  readonly by: ReadonlyMap<string, readonly string[]>;
  /** Of the policies that can apply to an action, by its id: the same object each time. */
  for(action: string): Mentioned;
}

/** A compiled policy set: immutable; a new one replaces it whole. */
export interface PolicySet {
  readonly digest: string;
  /** Name and version, as records carry it. */
  readonly engine: string;
  readonly policies: ReadonlyMap<string, Policy>;
  /** What must stand in the context under their names before it is asked; what cannot be told is left out, which errs. */
  readonly conditions: Conditions;
  /** What of the signals must be looked up before it is asked; a missing one is left out. */
  readonly mentions: Mentions;
  /** Whether some policy reads `context.result`: else nobody asks it about results. */
  readonly speaksOfResults: boolean;
  /** Whether some policy speaks of whether a session goes on: else nobody asks it about that. */
  readonly speaksOfContinuing: boolean;
  /** Every satisfied policy of either effect and every errored one, by id. Never throws. */
  evaluate(question: Question): EngineAnswer;
  /** Whether some arguments could be allowed or asked about, the question's own left aside. Errs to true; never throws. */
  mayAllow(question: Question, actionClass: ActionClass): boolean;
}

/** A file that opinions are of: the same one says the same of the same document. */
export interface OpinionBundle {
  /** Of the file. */
  readonly digest: string;
  /** The rule in it that is asked. */
  readonly entrypoint: string;
}

/** A decision point beside policy: somebody else's server, or a compiled policy. */
export interface SecondOpinion {
  /** Absent: whoever answers may say something else the next time. */
  readonly bundle?: OpinionBundle;
  /**
   * Asks about one document (docs/formats/opa-input.md). To ask changes nothing there, so it may be asked again.
   *
   * Never rejects: whatever goes wrong is an answer that denies.
   *
   * @param input canonical JSON
   * @param timeoutMs for all of it, connecting included; there is no default
   */
  ask(input: string, timeoutMs: number): Promise<OpinionAnswer>;
}

/** The site that passkeys are for. */
export interface Site {
  /** `https://desk.example.com`, `http://localhost:7172` */
  readonly origin: string;
  readonly rpId: string;
}

/** What a browser brings after somebody used a passkey: base64url, as it came. */
export interface Assertion {
  readonly credential: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}

export type AssertionRead =
  | { readonly ok: true; readonly assertion: Assertion; readonly uses: number }
  | { readonly ok: false; readonly reason: string };

export type EnrolmentRead =
  | { readonly ok: true; readonly credential: string; readonly publicKey: string; readonly uses: number }
  | { readonly ok: false; readonly reason: string };

/** WebAuthn as a relying party has to verify it. Remembers nothing. Never rejects: what cannot be read is refused. */
export interface PasskeyVerifier {
  /** The credential that a response names, before anything of it is believed. */
  named(response: JsonObject): string | undefined;
  /** A new passkey, whose owner was verified as it was made. */
  enrolled(response: JsonObject, site: Site, challenge: Uint8Array): Promise<EnrolmentRead>;
  /**
   * A signature over just this challenge, for this site, whose owner was verified.
   *
   * @param key COSE_Key, base64url
   */
  signed(
    response: JsonObject,
    site: Site,
    challenge: Uint8Array,
    key: { readonly credential: string; readonly publicKey: string; readonly uses: number },
  ): Promise<AssertionRead>;
}

/** An OpenID provider where people sign in. */
export interface Issuer {
  /** Where the person has to go. @throws nothing: undefined where the issuer cannot be reached */
  begin(secrets: IssuerSecrets, callback: string): Promise<URL | undefined>;
  /**
   * Who came back, as the issuer's signed ID token says. Never rejects.
   *
   * @param url that the person came back to, whole
   */
  finish(
    secrets: IssuerSecrets,
    url: URL,
  ): Promise<
    { readonly ok: true; readonly subject: string } | { readonly ok: false; readonly reason: string }
  >;
}

/** What ties one sign-in to one browser. */
export interface IssuerSecrets {
  readonly state: string;
  readonly nonce: string;
  /** PKCE. */
  readonly verifier: string;
}

/** A compiled catalogue: immutable; a new one replaces it whole. */
export interface CatalogueIndex {
  readonly digest: string;
  readonly entries: readonly CatalogueEntry[];
  /**
   * The accepted entry that covers this target: tools and prompts by exact name, resources by the
   * longest URI prefix, other methods by name. Built-in targets are found under server `countersign`.
   */
  find(method: string, server: string, target: string): CatalogueEntry | undefined;
  /** Validates arguments against the pinned schema. Never throws; what cannot be validated is refused. */
  validate(entry: CatalogueEntry, args: JsonObject): ArgumentsVerdict;
  /** Whether the structure of a result is one that the tool has, as it was accepted. Never throws. */
  fitsResult(entry: CatalogueEntry, structured: JsonValue | undefined): boolean;
}

export type ArgumentsVerdict = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Looks for things of a few kinds in a text, whoever wrote it. */
export interface Finder {
  readonly kinds: readonly string[];
  /**
   * Each find, in no order; they may overlap. Deterministic: the same text has the same finds.
   *
   * @throws where it cannot tell
   */
  find(text: string): Promise<readonly SecretSpan[]>;
}

/** Looks at things that calls name and that somebody else can change. */
export interface Operands {
  /**
   * As it is now. What is digested is what was opened, once.
   *
   * Never rejects: what cannot be looked at in time, or at all, is `unknown`. Runs nothing that the looked-at says.
   */
  look(named: Named, timeoutMs: number): Promise<Sighting>;
  /** Whether it is still as it was found; right before the call is let go. Never rejects: false where it cannot tell. */
  still(named: Named, found: Sighting, timeoutMs: number): Promise<boolean>;
}

/** What decisions are made by, all of it replaced at once. */
export interface Published {
  readonly policies: PolicySet;
  readonly catalogue: CatalogueIndex;
  readonly mode: 'enforce' | 'shadow';
  /** What both were compiled from, as canonical JSON: kept with the publication, so that an old decision can be explained. */
  readonly sources: { readonly policies: string; readonly catalogue: string };
}
