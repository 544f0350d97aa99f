// SPDX-License-Identifier: Apache-2.0
// Units on their way between threads. Copying objects costs three times what copying the same
// strings in columns does, so units travel as columns: names in one, bodies in one, all sealed
// payloads in one block of bytes. Both ends are this file.
import type { Draft, Entry, Unit, UnitResult } from '../../app/ports.ts';
import type { SealedPayload } from '../../core/record/payload.ts';
import type { FacetVersion } from '../../core/state/facet.ts';

export interface PackedUnits {
  /** How many there are of everything, in the order of packing. */
  readonly counts: readonly number[];
  readonly names: readonly string[];
  readonly bodies: readonly string[];
  readonly sealed: Uint8Array;
}

export function pack(units: readonly Unit[]): PackedUnits {
  const counts: number[] = [];
  const names: string[] = [];
  const bodies: string[] = [];
  const sealed: Uint8Array[] = [];
  for (const { drafts, expected } of units) {
    counts.push(expected.length, drafts.length);
    for (const { facet, version } of expected) names.push(facet, version);
    for (const { id, stream, body, moves, drops, payloads } of drafts) {
      counts.push(moves.length, drops.length, payloads.length);
      names.push(id, stream);
      for (const name of moves) names.push(name);
      for (const name of drops) names.push(name);
      bodies.push(body);
      for (const payload of payloads) {
        names.push(payload.digest, payload.task);
        counts.push(payload.sealed.length, payload.sizeBytes);
        sealed.push(payload.sealed);
      }
    }
  }
  return { counts, names, bodies, sealed: joined(sealed) };
}

// Never a view of a larger buffer: all of that would be copied to the other thread.
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function unpack({ counts, names, bodies, sealed }: PackedUnits): readonly Unit[] {
  const count = next(counts);
  const name = next(names);
  const body = next(bodies);
  let at = 0;
  const bytes = (length: number) => {
    at += length;
    return sealed.subarray(at - length, at);
  };

  const units: Unit[] = [];
  while (count.left()) {
    const expectations = count.take();
    const draftCount = count.take();
    const expected: FacetVersion[] = [];
    for (let i = 0; i < expectations; i++) expected.push({ facet: name.take(), version: name.take() });
    const drafts: Draft[] = [];
    for (let i = 0; i < draftCount; i++) {
      const [moveCount, dropCount, payloadCount] = [count.take(), count.take(), count.take()];
      const [id, stream] = [name.take(), name.take()];
      const moves = name.several(moveCount);
      const drops = name.several(dropCount);
      const payloads: SealedPayload[] = [];
      for (let j = 0; j < payloadCount; j++) {
        const [digest, task] = [name.take(), name.take()];
        const [length, sizeBytes] = [count.take(), count.take()];
        payloads.push({ digest, task, sealed: bytes(length), sizeBytes });
      }
      drafts.push({ id, stream, body: body.take(), moves, drops, payloads });
    }
    units.push({ drafts, expected });
  }
  return units;
}

function next<T>(column: readonly T[]) {
  let at = 0;
  return {
    left: () => at < column.length,
    take(): T {
      const value = column[at++];
      if (value === undefined) throw new RangeError('a packed unit was cut');
      return value;
    },
    several(count: number): readonly T[] {
      at += count;
      return column.slice(at - count, at);
    },
  };
}

/** Results of one or more commits; what was committed is told by where it starts. */
export interface PackedResults {
  /** For each unit the position of its first record, or -1 for a conflict. */
  readonly first: readonly number[];
  /** For each conflict what was missed. */
  readonly missed: readonly (readonly Entry[])[];
}

export function packResults(results: readonly UnitResult[]): PackedResults {
  const missed: (readonly Entry[])[] = [];
  const first = results.map((result) => {
    if (result.committed) return result.positions[0] ?? 0;
    missed.push(result.missed);
    return -1;
  });
  return { first, missed };
}

/** @param drafts how many records each unit has, in the order of the results */
export function resultReader({ first, missed }: PackedResults): (drafts: readonly number[]) => UnitResult[] {
  const position = next(first);
  const conflict = next(missed);
  return (drafts) =>
    drafts.map((count): UnitResult => {
      const start = position.take();
      if (start < 0) return { committed: false, missed: conflict.take() };
      return { committed: true, positions: Array.from({ length: count }, (_, i) => start + i) };
    });
}
