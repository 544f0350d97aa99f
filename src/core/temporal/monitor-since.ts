// SPDX-License-Identifier: Apache-2.0
/**
 * `left since within W right`: some anchor in the window has `right`, and `left` holds at everything
 * after it. For each part of `left` it is enough to know where it was last broken: `!Revoke{...}` at
 * the newest such Revoke, `Heartbeat{...}` at the newest event that is none; both are kept.
 */
import { type Bucket, firstFrom } from './bucket.ts';
import type { Formula } from './formula.ts';
import { type Frame, holdsAt, type Node, type Run, spend } from './monitor.ts';
import { type Compiled, compile } from './monitor-compile.ts';
import { conjuncts, termsOf } from './monitor-normal.ts';
import { bucketIn, compileKeyed, type Keyed } from './monitor-select.ts';
import {
  type Builder,
  backTo,
  boundElsewhere,
  groupAt,
  markOf,
  type Scope,
  type Unit,
} from './monitor-unit.ts';
import { compileScan, onceEach } from './monitor-window.ts';
import { firstPosition } from './track.ts';

type Since = Extract<Formula, { kind: 'since' }>;

/** One part of what must have held all along. */
interface Streak {
  /** The newest position, of those after `floor` and up to this one, at which it is broken; `floor` where none is. */
  broken(run: Run, frame: Frame, position: number, floor: number): number;
  /** It does not take more with more history. */
  readonly quick: boolean;
  /** It is the same whatever the anchor binds. */
  readonly steady: boolean;
  readonly shape: string;
}

export function compileSince(builder: Builder, unit: Unit, scope: Scope, formula: Since): Compiled {
  const right = compileScan(builder, unit, scope, formula.right);
  const windowMs = formula.within * 1000;
  const streaks = conjuncts(formula.left).map((part) =>
    compileStreak(builder, unit, right.scope, scope, part),
  );
  const steady = streaks.filter((streak) => streak.steady);
  const changing = streaks.filter((streak) => !streak.steady);
  const { binds } = right;
  boundElsewhere(unit, binds);
  const quick =
    binds.length === 0 && right.quickFirst && streaks.every((streak) => streak.quick && streak.steady);

  /** Calls `then` for each anchor since which everything holds, newest first. */
  const each: Node['each'] = (run, frame, position, then) => {
    let floor = firstPosition(run.track);
    for (const streak of steady) if (streak.quick) floor = streak.broken(run, frame, position, floor);
    const slow = steady.filter((streak) => !streak.quick);
    let checked = position;
    let over = false;
    const stopped = right.each(run, frame, position, windowMs, floor, (anchor) => {
      // Older anchors need everything that newer ones need, and more.
      if (slow.some((streak) => streak.broken(run, frame, checked, anchor) > anchor)) {
        over = true;
        return true;
      }
      checked = anchor;
      if (changing.some((streak) => streak.broken(run, frame, position, anchor) > anchor)) return false;
      return then();
    });
    return stopped && !over;
  };
  const node: Node = {
    each:
      binds.length === 0
        ? (run, frame, position, then) => each(run, frame, position, () => true) && then()
        : (run, frame, position, then) =>
            each(run, frame, position, right.different ? then : onceEach(frame, binds, then)),
    shape: `(${streaks.map(({ shape }) => shape).join('&')})since${formula.within}${right.shape}`,
    binds,
    single: binds.length === 0,
    quickFirst: quick,
    quick,
  };
  return { node, scope: right.scope };
}

function compileStreak(builder: Builder, unit: Unit, scope: Scope, outer: Scope, part: Formula): Streak {
  const mark = markOf(builder, unit);
  const negated = part.kind === 'not';
  const steady = !termsOf(part).some(
    (term) => term.kind === 'variable' && scope.has(term.name) && !outer.has(term.name),
  );
  const keyed = compileKeyed(builder, unit, scope, negated ? part.body : part);
  if (keyed !== undefined) {
    const shape = `${negated ? '!' : ''}${keyed.shape}`;
    return { broken: negated ? newestMatch(keyed) : newestGap(keyed), quick: true, steady, shape };
  }
  backTo(mark, builder, unit);
  const { node } = compile(builder, unit, scope, part);
  return {
    broken(run, frame, position, floor) {
      for (let k = position; k > floor; k--) {
        spend(run);
        if (!holdsAt(node, run, frame, k)) return k;
      }
      return floor;
    },
    quick: false,
    steady,
    shape: node.shape,
  };
}

function newestMatch(keyed: Keyed): Streak['broken'] {
  return (run, frame, position, floor) => {
    const bucket = bucketIn(groupAt(keyed.site, run, frame), keyed);
    const entry = bucket === undefined ? -1 : firstFrom(bucket, position + 1) - 1;
    if (bucket === undefined || entry < bucket.head) return floor;
    return Math.max(floor, bucket.positions[entry] ?? -1);
  };
}

function newestGap(keyed: Keyed): Streak['broken'] {
  return (run, frame, position, floor) => {
    const bucket = bucketIn(groupAt(keyed.site, run, frame), keyed);
    return bucket === undefined ? Math.max(floor, position) : Math.max(floor, gapIn(bucket, position));
  };
}

/** The newest position up to this one that is not in the bucket. */
function gapIn(bucket: Bucket, position: number): number {
  const high = firstFrom(bucket, position + 1);
  // How many positions are missing from an entry on; it never grows from one entry to the next.
  const missing = (entry: number): number => position - (bucket.positions[entry] ?? 0) - (high - 1 - entry);
  let low = bucket.head;
  let end = high;
  while (low < end) {
    const middle = (low + end) >>> 1;
    if (missing(middle) === 0) end = middle;
    else low = middle + 1;
  }
  return position - (high - low);
}
