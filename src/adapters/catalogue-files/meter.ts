// SPDX-License-Identifier: Apache-2.0
// How much work one validation may still do. Schemas come from upstreams and values from agents: both may be bombs.

export interface Meter {
  left: number;
}

/** Between a twentieth and half a second of work, whatever it consists of. */
export const validationBudget = 4_000_000;

export class TooMuchWork extends Error {
  readonly code = 'too_much_work';
}

export function spend(meter: Meter, units: number): void {
  meter.left -= units;
  if (!(meter.left >= 0)) throw new TooMuchWork();
}
