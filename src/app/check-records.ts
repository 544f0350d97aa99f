// SPDX-License-Identifier: Apache-2.0
/**
 * Is this record what the road would have written here? Checked one after the other, each by the
 * records before it: its bytes, its place in its stream, and that its event changes what it says.
 *
 * Never writes and never trusts a column: whoever edited the file may have edited all of them. What is
 * consistent in itself is still not proved by anybody; that is for the signed heads (verify.ts).
 *
 * Source: docs/evidence.md, "What verify checks".
 */
import { canonicalJson } from '../core/json/canonical.ts';
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonObject, numberAt, own, stringAt } from '../core/json/value.ts';
import { leafHashHex } from '../core/record/envelope.ts';
import { type Event, parseEvent } from '../core/record/event.ts';
import { recordLimits } from '../core/record/read-event.ts';
import { createHead } from '../core/state/head.ts';
import { changes, earlierMarks } from '../core/state/reduce.ts';
import type { StoredRecord } from './evidence.ts';

export type RecordFault =
  | 'missing'
  | 'edited'
  | 'not_canonical'
  | 'not_a_record'
  | 'columns'
  | 'link'
  | 'pointer'
  | 'not_an_event'
  | 'fold'
  | 'reads';

export type Checked =
  | { readonly ok: true; readonly event: Event; readonly leafHash: string }
  | { readonly ok: false; readonly code: RecordFault; readonly message: string };

export interface RecordChecker {
  /** Takes the record at the next position. After a refusal nothing that follows can be judged. */
  check(record: StoredRecord): Checked;
  streams(): number;
  /** Refusals that were decided on a state which others had just moved: allowed, and worth knowing. */
  staleRefusals(): number;
}

interface StreamEnd {
  readonly position: number;
  readonly seq: number;
  readonly leafHash: string;
}

interface Move {
  readonly position: number;
  /** The version before this move. */
  readonly before: string;
}

export function createRecordChecker(): RecordChecker {
  const head = createHead();
  const ends = new Map<string, StreamEnd>();
  // Moves since the time or the node of the records last changed: a unit is written within one of both.
  let recent = new Map<string, Move[]>();
  let instant = '';
  let instantFrom = 0;
  let position = 0;
  let stale = 0;

  const versionOf = (facet: string) => head.facet(facet)?.version ?? '';
  const versionAt = (facet: string, at: number) =>
    recent.get(facet)?.find((move) => move.position >= at)?.before ?? versionOf(facet);

  /** Whether everything was read as it stood before some record of the unit that this one may end. */
  function readHere(event: Event): boolean {
    const reads = Object.entries(event.reads);
    const starts = new Set([position]);
    for (const [facet] of reads) for (const move of recent.get(facet) ?? []) starts.add(move.position);
    return [...starts].some(
      (start) =>
        start >= instantFrom && reads.every(([facet, version]) => versionAt(facet, start) === version),
    );
  }

  function fold(event: Event): RecordFaultFound | undefined {
    const said = new Set([...event.moves, ...event.drops]);
    // Earlier builds marked less of what was done, or by other names: a record that does is one of theirs.
    const moved = [
      ...changes(head, event, event.id, event.at, event.node),
      ...earlierMarks(head, event, event.id),
    ].filter(({ facet }) => said.has(facet) || !facet.startsWith('did/'));
    const names = (dropped: boolean) =>
      moved.filter(({ value }) => (value === undefined) === dropped).map(({ facet }) => facet);
    if (!sameNames(names(false), event.moves) || !sameNames(names(true), event.drops)) {
      return { code: 'fold', message: 'what it says it changed is not what its event changes' };
    }
    const now = `${event.at} ${event.node}`;
    if (now !== instant) {
      instant = now;
      instantFrom = position;
      recent = new Map();
    }
    if (!readHere(event)) {
      if (depends(event)) {
        return { code: 'reads', message: 'what it says it was decided on is not how things stood' };
      }
      stale += 1;
    }
    for (const { facet } of moved) {
      const moves = recent.get(facet) ?? [];
      moves.push({ position, before: versionOf(facet) });
      recent.set(facet, moves);
    }
    head.move(moved, event.id);
    return undefined;
  }

  return {
    check(record) {
      const fault = (code: RecordFault, message: string): Checked => ({ ok: false, code, message });
      if (record.position !== position) return fault('missing', 'there is no record at this position');
      const leafHash = leafHashHex(record.leaf);
      if (leafHash !== record.leafHash) return fault('edited', 'its bytes are not the ones its hash is of');
      const leaf = parseJson(Buffer.from(record.leaf, 'utf8'), recordLimits);
      if (!leaf.ok || !isObject(leaf.value)) return fault('not_a_record', 'its bytes are not a record');
      if (canonicalJson(leaf.value) !== record.leaf)
        return fault('not_canonical', 'its JSON is not canonical');
      const found = readEnvelope(leaf.value);
      if (found === undefined) return fault('not_a_record', 'its bytes are not a record');
      const { stream, seq, prev, id } = found;
      if (stream !== record.stream || id !== record.id) {
        return fault('columns', 'its columns do not say what its bytes say');
      }
      const end = ends.get(stream);
      if (seq !== (end === undefined ? 0 : end.seq + 1) || prev !== (end?.leafHash ?? null)) {
        return fault('link', `it does not follow ${nameOf(end, stream)}`);
      }
      if (record.before !== (end?.position ?? null)) {
        return fault('pointer', 'the pointer beside it to the record before it in its stream is wrong');
      }
      const parsed = parseEvent(own(leaf.value, 'body'));
      if (!parsed.ok) return fault('not_an_event', `it is no event of this version (${parsed.reason})`);
      const folded = fold(parsed.event);
      if (folded !== undefined) return { ok: false, ...folded };
      ends.set(stream, { position, seq, leafHash });
      position += 1;
      return { ok: true, event: parsed.event, leafHash };
    },
    streams: () => ends.size,
    staleRefusals: () => stale,
  };
}

interface RecordFaultFound {
  readonly code: RecordFault;
  readonly message: string;
}

interface Envelope {
  readonly stream: string;
  readonly seq: number;
  readonly prev: string | null;
  readonly id: string;
}

function readEnvelope(leaf: JsonObject): Envelope | undefined {
  const body = own(leaf, 'body');
  const prev = own(leaf, 'prev');
  const stream = stringAt(leaf, 'stream');
  const seq = numberAt(leaf, 'seq');
  const id = isObject(body) ? stringAt(body, 'id') : undefined;
  const whole = Object.keys(leaf).length === 4 && (prev === null || typeof prev === 'string');
  return whole && stream !== undefined && seq !== undefined && id !== undefined
    ? { stream, seq, prev, id }
    : undefined;
}

/** Refusals are appended whatever else has happened; everything else was committed only if what it read still stood. */
function depends(event: Event): boolean {
  if (event.type !== 'decision' || event.open !== undefined) return true;
  return 'operator' in event.who && event.outcome === 'allow';
}

function nameOf(end: StreamEnd | undefined, stream: string): string {
  return end === undefined
    ? `the start of its stream \`${stream}\``
    : `record ${end.position}, the one before it in its stream \`${stream}\`: one of both was edited, or one between them is gone`;
}

function sameNames(found: readonly string[], said: readonly string[]): boolean {
  const sorted = [...found].sort();
  return sorted.length === said.length && sorted.every((name, i) => name === said[i]);
}
