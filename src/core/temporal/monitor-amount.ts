// SPDX-License-Identifier: Apache-2.0
/**
 * `count` and `sum`. The rows of the body, each once, are counted, or one of their columns is summed.
 * Where the body looks back over a window for something that is kept, the answer is read off running
 * counts and sums; otherwise the rows are enumerated.
 */
import { type Bucket, distinctFrom, rowKey, sumBetween } from './bucket.ts';
import { type Exact, isLong, plus, toLong } from './exact.ts';
import type { Aggregate } from './formula.ts';
import type { Amount, Frame, Run } from './monitor.ts';
import { compile } from './monitor-compile.ts';
import { termsOf } from './monitor-normal.ts';
import { bucketIn, compileKeyed, type Keyed } from './monitor-select.ts';
import {
  type Builder,
  backTo,
  groupAt,
  literalsSince,
  markOf,
  nextSerial,
  type Scope,
  type Unit,
} from './monitor-unit.ts';
import { eachEntry, onceEach, rangeOf } from './monitor-window.ts';

type Read = (run: Run, frame: Frame, position: number) => Exact;

export function compileAmount(builder: Builder, unit: Unit, scope: Scope, aggregate: Aggregate): Amount {
  const mark = unit.literals.length;
  const { read, shape, quick } =
    kept(builder, unit, scope, aggregate) ?? enumerated(builder, unit, scope, aggregate);
  const closed = !termsOf(aggregate.where).some((term) => term.kind === 'variable' && scope.has(term.name));
  if (!closed) return { read, shape, quick };
  const key = `${shape}|${literalsSince(mark, unit)}`;
  const id = builder.amounts.get(key) ?? nextSerial(builder);
  builder.amounts.set(key, id);
  return { read: remembered(id, read), shape, quick };
}

/** Leaves that ask for the same amount in one question get the same answer. */
function remembered(id: number, read: Read): Read {
  return (run, frame, position) => {
    const found = run.amounts.get(id);
    if (found?.position === position) return found.value;
    const value = read(run, frame, position);
    run.amounts.set(id, { position, value });
    return value;
  };
}

interface Way {
  readonly read: Read;
  readonly shape: string;
  readonly quick: boolean;
}

/** @returns undefined where the amount is not one that is kept */
function kept(builder: Builder, unit: Unit, scope: Scope, aggregate: Aggregate): Way | undefined {
  const { where, binders } = aggregate;
  if (where.kind !== 'formerly') return undefined;
  const mark = markOf(builder, unit);
  const keyed = compileKeyed(builder, unit, scope, where.body);
  if (keyed === undefined) return undefined;
  const names = [...keyed.outputs, ...keyed.positions].map(({ name }) => name);
  const allOf = binders.every(({ name }) => names.includes(name)) && names.length === binders.length;
  const way = allOf ? wayOf(aggregate, keyed, where.within) : undefined;
  return way ?? backTo(mark, builder, unit);
}

function wayOf(aggregate: Aggregate, keyed: Keyed, within: number): Way | undefined {
  const { keeping } = keyed.site.selection;
  const windowMs = within * 1000;
  const way = (read: BucketRead, what: string): Way => ({
    read(run, frame, position) {
      const bucket = bucketIn(groupAt(keyed.site, run, frame), keyed);
      return bucket === undefined ? 0 : read(run, bucket, position);
    },
    shape: `${what}${within}${keyed.shape}`,
    quick: true,
  });
  if (aggregate.kind === 'count') {
    if (keyed.positions.length > 0) return way(countOf(windowMs), 'count');
    keeping.distinct = true;
    return way(distinctOf(windowMs), 'distinct');
  }
  const column = keyed.outputs.findIndex(({ name }) => name === aggregate.of);
  if (column < 0 || keyed.positions.length === 0) return undefined;
  if (!keeping.sums.includes(column)) keeping.sums.push(column);
  return way(sumOf(windowMs, column, keeping.sums.indexOf(column)), `sum${column}`);
}

type BucketRead = (run: Run, bucket: Bucket, position: number) => Exact;

function countOf(windowMs: number): BucketRead {
  return (run, bucket, position) => {
    const range = rangeOf(run, bucket, position, windowMs);
    if (range !== undefined) return range[1] - range[0];
    let count = 0;
    eachEntry(run, bucket, position, windowMs, 0, () => {
      count += 1;
      return false;
    });
    return count;
  };
}

function distinctOf(windowMs: number): BucketRead {
  return (run, bucket, position) => {
    const range = rangeOf(run, bucket, position, windowMs);
    // Only the end of the list is known without looking: further back, a row may have come again since.
    if (range?.[1] === bucket.positions.length) {
      const count = distinctFrom(bucket, range[0]);
      if (count !== undefined) return count;
    }
    const seen = new Set<string>();
    eachEntry(run, bucket, position, windowMs, 0, (entry) => {
      seen.add(rowKey(bucket.rows[entry] ?? []));
      return false;
    });
    return seen.size;
  };
}

function sumOf(windowMs: number, column: number, summed: number): BucketRead {
  return (run, bucket, position) => {
    const range = rangeOf(run, bucket, position, windowMs);
    if (range !== undefined) return toLong(sumBetween(bucket, summed, range[0], range[1]));
    let sum: Exact = 0;
    eachEntry(run, bucket, position, windowMs, 0, (entry) => {
      const value = bucket.rows[entry]?.[column];
      if (isLong(value)) sum = plus(sum, value);
      return false;
    });
    return toLong(sum);
  };
}

function enumerated(builder: Builder, unit: Unit, scope: Scope, aggregate: Aggregate): Way {
  const { node, scope: inner } = compile(builder, unit, scope, aggregate.where);
  const slotOf = (name: string): number => inner.get(name) ?? -1;
  const slots = aggregate.binders.map(({ name }) => slotOf(name));
  const summed = aggregate.kind === 'sum' ? slotOf(aggregate.of) : -1;
  return {
    read(run, frame, position) {
      let count = 0;
      let sum: Exact = 0;
      const row = onceEach(frame, slots, () => {
        count += 1;
        const value = frame[summed];
        if (isLong(value)) sum = plus(sum, value);
        return false;
      });
      node.each(run, frame, position, row);
      return aggregate.kind === 'count' ? count : toLong(sum);
    },
    shape: `${aggregate.kind}{${slots.join()}|${summed}}${node.shape}`,
    quick: node.quick,
  };
}
