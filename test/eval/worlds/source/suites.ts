// SPDX-License-Identifier: Apache-2.0
// The four worlds, and the definitions of their tools as a server would declare them.
import { desk } from './desk/suite.ts';
import { homeOffice } from './home-office/suite.ts';
import { teamChat } from './team-chat/suite.ts';
import { trips } from './trips/suite.ts';
import type { Suite } from './world.ts';

export const suites: readonly Suite[] = [teamChat, trips, desk, homeOffice];

const lineWidth = 110;

/** `tools.json`, laid out as the formatter wants it: a list of words stands on one line where it fits. */
export function toolsJson(all: readonly Suite[]): string {
  const bySuite = Object.fromEntries(
    all.map((suite) => [
      suite.name,
      suite.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    ]),
  );
  const text = JSON.stringify(bySuite, null, 2).replace(
    /^( *"\w+": )\[\n([^[\]{}]*?)\n *\](,?)$/gm,
    (long: string, key: string, items: string, comma: string) => {
      const short = `${key}[${items.replaceAll(/\n? {2,}/g, ' ').trim()}]${comma}`;
      return short.length > lineWidth ? long : short;
    },
  );
  return `${text}\n`;
}
