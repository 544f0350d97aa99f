// SPDX-License-Identifier: Apache-2.0
// What an upstream's tool, resource or prompt *is*, as a person accepted it. Never what the upstream says of itself.
import type { JsonObject } from '../json/value.ts';
import type { Label } from '../label/label.ts';
import type { Dialect, Kind } from './kind.ts';
import type { ActionClass, Role } from './taxonomy.ts';

/** What an upstream declares of one tool; pinned by digest. */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: JsonObject;
}

/** How one argument appears to policy. Source: the JSON-to-Cedar table in docs/formats/cedar-values.md. */
export interface ArgumentRule {
  readonly role?: Role;
  /** What sort of value it is, so that it is read as one. */
  readonly kind?: Kind;
  /** Of which SQL; with `kind: sql` always. */
  readonly dialect?: Dialect;
  /** Money is given in minor units (cents): `context.args.amount > 10000` is 100.00. */
  readonly money?: boolean;
  /** It names a file, and what the call does depends on what is in it: docs/approvals.md, "What can change meanwhile". */
  readonly operand?: 'file';
  /** Whether history keeps it, so that conditions over history can name it. Default: by its role. */
  readonly history?: boolean;
}

/** The label of one field of a result, and of all that is in it. */
export interface FieldLabel {
  /** Names of members and numbers of items from the top; `*` is any of them. */
  readonly path: readonly string[];
  readonly label: Label;
}

export const maxFields = 32;

export type TargetKind = 'tool' | 'resource' | 'prompt' | 'method';

/**
 * `principal`: facts about the person whom the task is done for. `contacts`: entries of their address book.
 * `records`: things that others may have written, sent or named.
 */
export const resultHolds = ['principal', 'contacts', 'records'] as const;
export type ResultHolds = (typeof resultHolds)[number];

/** One catalogued target. For tools `target` is the tool's name; for resources a URI prefix. */
export interface CatalogueEntry {
  readonly kind: TargetKind;
  readonly server: string;
  readonly target: string;
  /** The Cedar action id; unique in the catalogue for tools. */
  readonly action: string;
  readonly class: ActionClass;
  readonly resource: {
    readonly type: string;
    /** Name of the argument that holds the id; without it the resource is the tool itself. */
    readonly idArgument?: string;
    readonly label: Label;
    /** What it is kept in, where other servers reach the same. Default: the server. */
    readonly store?: string;
    /** Whether what stands there may come back. Default: yes. */
    readonly reads?: boolean;
    /** Whether what is sent may stand there from now on. Default: by the class. */
    readonly stores?: boolean;
  };
  readonly args: { readonly [argument: string]: ArgumentRule };
  /** The label of everything it returns; what it cannot tell is the worst. */
  readonly result: Label;
  /** Labels of fields of a structured result, in place of that; at most `maxFields`. */
  readonly fields?: readonly FieldLabel[];
  /** What a result is made of. Absent: records, which others may have written. */
  readonly holds?: ResultHolds;
  readonly reversible: boolean;
  /** What history keeps of a result beside its size and labels: a name, and a JSON Pointer into `structuredContent`. */
  readonly keeps?: { readonly [field: string]: string };
  /** True: one process may serve every task. */
  readonly stateless: boolean;
  /** Hosts of one's own, as hosts are compared: what lies under them is inside. */
  readonly internal?: readonly string[];
  /** Where the server runs and names of its files begin, on this machine. Absent: nobody here could look. */
  readonly root?: string;
  /** Present for tools: what was accepted. */
  readonly pinned?: { readonly digest: string; readonly definition: ToolDefinition };
}
