// SPDX-License-Identifier: Apache-2.0
/**
 * How results are taken apart: each time anew, or remembering those that were met before, for who reads the same ones
 * in many sessions. What is remembered is what would be made anew, and things are nobody's but who asked for them.
 *
 * A memory holds texts. It is for recorded runs, and for no daemon: there a task that ends takes what it read with it.
 */
import type { JsonValue } from '../json/value.ts';
import { readResult } from './read-result.ts';
import { type Thing, thingsOf } from './record.ts';
import { type Request, readRequest } from './request.ts';

export interface Reading {
  /** The text of a result, read as what it is made of. */
  read(text: string): JsonValue | undefined;
  /** @param tree undefined where the text is prose */
  apart(tree: JsonValue | undefined, text: string): readonly Thing[];
  /** A text, read as what somebody asks for. */
  request(text: string): Request;
}

export const freshReading: Reading = { read: readResult, apart: thingsOf, request: readRequest };

/** @param maxLength of all texts that are remembered; beyond it all of them are forgotten */
export function rememberedReading(maxLength: number): Reading {
  const trees = new Map<string, JsonValue | undefined>();
  const proses = new Map<string, readonly Thing[]>();
  let structures = new WeakMap<object, readonly Thing[]>();
  const requests = new Map<string, Request>();
  let length = 0;

  function room(text: string): void {
    length += text.length;
    if (length <= maxLength) return;
    trees.clear();
    proses.clear();
    requests.clear();
    structures = new WeakMap();
    length = text.length;
  }

  return {
    read(text) {
      if (trees.has(text)) return trees.get(text);
      const tree = readResult(text);
      room(text);
      trees.set(text, tree);
      return tree;
    },
    apart(tree, text) {
      if (typeof tree !== 'object' || tree === null) {
        if (tree !== undefined) return thingsOf(tree, text);
        const known = proses.get(text);
        if (known !== undefined) return own(known);
        const things = thingsOf(tree, text);
        room(text);
        proses.set(text, things);
        return own(things);
      }
      const known = structures.get(tree) ?? thingsOf(tree, text);
      structures.set(tree, known);
      return own(known);
    },
    request(text) {
      const known = requests.get(text);
      if (known !== undefined) return known;
      const request = readRequest(text);
      room(text);
      requests.set(text, request);
      return request;
    },
  };
}

/** Who asks tells things from each other by what they are, so two that read alike are two. */
function own(things: readonly Thing[]): readonly Thing[] {
  return things.map(({ leaves }) => ({ leaves }));
}
