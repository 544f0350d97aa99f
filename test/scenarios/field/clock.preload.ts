// SPDX-License-Identifier: Apache-2.0
// Loaded into a daemon under test (`NODE_OPTIONS=--import`): the clock of its machine says CLOCK_AT when it starts,
// and goes on from there. The daemon itself has no such option.
const ahead = Date.parse(process.env.CLOCK_AT ?? '') - Date.now();
const { now } = Date;
Date.now = () => now() + ahead;
