// SPDX-License-Identifier: Apache-2.0
// Where the values of a call come from, as a suite says: `origin: { destination: [2, untrusted] }`, `intent: { asked: true }`.
import { isScalar, isSeq } from 'yaml';
import { decidingRoles, type OriginFacts, type RoleFacts } from '../../core/origin/facts.ts';
import { type Origin, origins } from '../../core/origin/reason.ts';
import { booleanOf, type Field, knownFieldsOf, type Reading } from '../catalogue-files/yaml.ts';

/** A role that is said replaces what was given before; the others stay. */
export function readOrigin(
  reading: Reading,
  roles: Field | undefined,
  intent: Field | undefined,
  before: OriginFacts,
): OriginFacts {
  const said = knownFieldsOf(reading, roles?.value ?? null, 'the origin', decidingRoles);
  const asked = knownFieldsOf(reading, intent?.value ?? null, 'the intent', [
    'known',
    'asked',
    'inferred',
    'named',
  ]);
  const read = [...(said ?? [])].flatMap(([role, field]) => {
    const facts = roleFacts(reading, field);
    return facts === undefined ? [] : [[role, facts] as const];
  });
  return {
    roles: { ...before.roles, ...Object.fromEntries(read) },
    intent: {
      known: booleanOf(reading, asked?.get('known'), '`known`') ?? before.intent.known,
      asked: booleanOf(reading, asked?.get('asked'), '`asked`') ?? before.intent.asked,
      inferred: booleanOf(reading, asked?.get('inferred'), '`inferred`') ?? before.intent.inferred,
      named: booleanOf(reading, asked?.get('named'), '`named`') ?? before.intent.named,
    },
    lineage: [],
  };
}

function roleFacts(reading: Reading, { value }: Field): RoleFacts | undefined {
  const items = isSeq(value) ? value.items.map((item) => (isScalar(item) ? item.value : undefined)) : [];
  const [doubt, ...from] = items;
  const known = from.filter((place): place is Origin => (origins as readonly unknown[]).includes(place));
  if ((doubt === 0 || doubt === 1 || doubt === 2) && known.length === from.length && from.length > 0)
    return { doubt, from: known.sort() };
  reading.report(
    value,
    `a doubt and where it was found: \`[2, untrusted]\`, with 0, 1 or 2 and out of ${origins.join(', ')}`,
  );
  return undefined;
}
