// SPDX-License-Identifier: Apache-2.0
// Loaded into a daemon under test (`NODE_OPTIONS=--import`): counts abort listeners, since Node warns of none of them.
import { getEventListeners } from 'node:events';

let most = 0;
const add = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function counted(this: EventTarget, ...args) {
  add.apply(this, args);
  if (this instanceof AbortSignal) most = Math.max(most, getEventListeners(this, 'abort').length);
};
process.on('SIGUSR2', () => process.stderr.write(`at most ${most} abort listeners on one signal\n`));
