// SPDX-License-Identifier: Apache-2.0
// A result as an upstream sends it, and what our own detectors find in it.
import type { JsonObject } from '../json/value.ts';
import { type About, type Found, foundIn, type Said } from './facts.ts';
import { sheetOf } from './sheet.ts';

/** Built here, so that no scanner of this repository takes it for a secret. */
export const awsKey = ['AKIA', 'Q3EGRTZ5HXY2MNP7'].join('');

export const text = (...texts: readonly string[]): JsonObject => ({
  content: texts.map((one) => ({ type: 'text', text: one })),
});

export const nobody: About = { error: false, changedTools: 0, tools: new Set(['send_money', 'read_file']) };

export function found(result: JsonObject, said: Partial<Said> = {}): Found {
  return foundIn(
    result,
    sheetOf(result),
    { secrets: [], pii: [], ...said },
    { secrets: ['slack'], pii: ['card'] },
    nobody,
  );
}
