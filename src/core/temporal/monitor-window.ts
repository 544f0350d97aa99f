// SPDX-License-Identifier: Apache-2.0
/**
 * Looking back over a window, newest first. What is looked for is found in one of three ways:
 *
 *   kept        decided when the events came, and found under its key;
 *   candidates  events that can match are found under a key, and what is looked for is decided there;
 *   all         decided at each event of the window.
 *
 * Time may go back. While it does not, the first event that is too old ends the search; while some
 * event that is kept has gone back, none does.
 */
import { type Bucket, firstFrom } from './bucket.ts';
import type { Formula } from './formula.ts';
import { type Frame, type Node, type Run, spend, type Then, yes } from './monitor.ts';
import { type Compiled, compile } from './monitor-compile.ts';
import { bucketIn, compileCandidates, compileKeyed, type Keyed } from './monitor-select.ts';
import { type Builder, boundElsewhere, groupAt, type Scope, type Unit } from './monitor-unit.ts';
import { firstPosition, reaches, timeAt } from './track.ts';
import { keyOf } from './value-key.ts';

export interface Scan {
  /**
   * Calls `then` for each row in reach, newest first, until it says to stop.
   *
   * @param floor the first position that counts
   */
  each(
    run: Run,
    frame: Frame,
    position: number,
    windowMs: number,
    floor: number,
    then: (found: number) => boolean,
  ): boolean;
  readonly shape: string;
  readonly binds: readonly number[];
  /** No two rows are the same, because each has its position in it. */
  readonly different: boolean;
  /** Finding the newest does not take more with more history. */
  readonly quickFirst: boolean;
  readonly scope: Scope;
}

type Formerly = Extract<Formula, { kind: 'formerly' }>;

export function compileFormerly(builder: Builder, unit: Unit, scope: Scope, formula: Formerly): Compiled {
  const scan = compileScan(builder, unit, scope, formula.body);
  const windowMs = formula.within * 1000;
  const shape = `formerly${formula.within}${scan.shape}`;
  const { binds, quickFirst } = scan;
  boundElsewhere(unit, binds);
  const node: Node =
    binds.length === 0
      ? {
          each: (run, frame, position, then) =>
            scan.each(run, frame, position, windowMs, firstPosition(run.track), yes) && then(),
          shape,
          binds,
          single: true,
          quickFirst,
          quick: quickFirst,
        }
      : {
          each(run, frame, position, then) {
            const row = scan.different ? then : onceEach(frame, binds, then);
            return scan.each(run, frame, position, windowMs, firstPosition(run.track), row);
          },
          shape,
          binds,
          single: false,
          quickFirst,
          quick: false,
        };
  return { node, scope: scan.scope };
}

/** A condition that has a row twice has it once. */
export function onceEach(frame: Frame, slots: readonly number[], then: Then): Then {
  const seen = new Set<string>();
  return () => {
    let key = '';
    for (const slot of slots) key += keyOf(frame[slot] ?? null);
    if (seen.has(key)) return false;
    seen.add(key);
    return then();
  };
}

export function compileScan(builder: Builder, unit: Unit, scope: Scope, body: Formula): Scan {
  const kept = compileKeyed(builder, unit, scope, body);
  if (kept !== undefined) return keptScan(kept);
  const candidates = compileCandidates(builder, unit, scope, body);
  const { node, scope: inner } = compile(builder, unit, scope, body);
  const common = {
    binds: node.binds,
    different: node.single && node.binds.some((slot) => unit.positions.has(slot)),
    quickFirst: false,
    scope: inner,
  };
  return candidates === undefined
    ? { each: eachOfAll(node), shape: `all${node.shape}`, ...common }
    : { each: eachCandidate(candidates, node), shape: `some${candidates.shape}${node.shape}`, ...common };
}

function keptScan(keyed: Keyed): Scan {
  const { outputs, positions } = keyed;
  return {
    each(run, frame, position, windowMs, floor, then) {
      const bucket = bucketIn(groupAt(keyed.site, run, frame), keyed);
      if (bucket === undefined) return false;
      return eachEntry(run, bucket, position, windowMs, floor, (entry, found) => {
        const row = bucket.rows[entry];
        for (let i = 0; i < outputs.length; i++) frame[outputs[i]?.slot ?? -1] = row?.[i];
        for (const { slot } of positions) frame[slot] = found;
        return then(found);
      });
    },
    shape: keyed.shape,
    binds: [...outputs, ...positions].map(({ slot }) => slot),
    different: positions.length > 0,
    quickFirst: true,
    scope: keyed.scope,
  };
}

function eachCandidate(candidates: Keyed, node: Node): Scan['each'] {
  return (run, frame, position, windowMs, floor, then) => {
    const bucket = bucketIn(groupAt(candidates.site, run, frame), candidates);
    if (bucket === undefined) return false;
    return eachEntry(run, bucket, position, windowMs, floor, (_entry, found) =>
      node.each(run, frame, found, () => then(found)),
    );
  };
}

function eachOfAll(node: Node): Scan['each'] {
  return (run, frame, position, windowMs, floor, then) => {
    const { track } = run;
    const now = timeAt(track, position);
    for (let found = position; found >= floor; found--) {
      spend(run);
      if (!reaches(track, now, windowMs, found)) {
        if (track.inversions === 0) return false;
      } else if (node.each(run, frame, found, () => then(found))) return true;
    }
    return false;
  };
}

export function eachEntry(
  run: Run,
  bucket: Bucket,
  position: number,
  windowMs: number,
  floor: number,
  then: (entry: number, found: number) => boolean,
): boolean {
  const { track } = run;
  const now = timeAt(track, position);
  for (let entry = firstFrom(bucket, position + 1) - 1; entry >= bucket.head; entry--) {
    const found = bucket.positions[entry] ?? -1;
    if (found < floor) return false;
    spend(run);
    if (!reaches(track, now, windowMs, found)) {
      if (track.inversions === 0) return false;
    } else if (then(entry, found)) return true;
  }
  return false;
}

/**
 * The entries in reach as a range, which they are while time does not go back.
 *
 * @returns undefined where time went back
 */
export function rangeOf(
  run: Run,
  bucket: Bucket,
  position: number,
  windowMs: number,
): readonly [low: number, high: number] | undefined {
  const { track } = run;
  if (track.inversions > 0) return undefined;
  const high = firstFrom(bucket, position + 1);
  const now = timeAt(track, position);
  let low = bucket.head;
  let end = high;
  while (low < end) {
    const middle = (low + end) >>> 1;
    if (reaches(track, now, windowMs, bucket.positions[middle] ?? -1)) end = middle;
    else low = middle + 1;
  }
  return [low, high];
}
