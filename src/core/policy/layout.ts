// SPDX-License-Identifier: Apache-2.0
// The types of everything that policy can look at, arguments of tools aside. `context.ts` fills it in.
// Reference for authors of policies: docs/policy-reference.md.
import { decidingRoles } from '../origin/facts.ts';
import {
  bool,
  type CedarType,
  datetime,
  entity,
  type Field,
  long,
  named,
  type RecordType,
  record,
  string,
  strings,
} from './cedar-type.ts';

/** Asked at every start, through the real road; must be denied, or no port opens. */
export const canaryAction = 'countersign.canary';

/** Asked of a session when something changes that it rests on: whether it goes on. */
export const continueAction = 'continue';
export const sessionType = 'Session';

/** What the catalogue gives no type of its own; the canary's resource may be one. */
export const untypedResource = 'Target';

export const adminActions = [
  'agent.register',
  'approval.decide',
  'approvers.publish',
  'autonomy.lower',
  'autonomy.raise',
  'break_glass.close',
  'break_glass.open',
  'catalogue.accept',
  'deferral.cancel',
  'label.declassify',
  'label.endorse',
  'message.test',
  'pause',
  'policy.publish',
  'prompt.submit',
  'quarantine',
  'record.read',
  'resume',
  'resume.all',
  'review.close',
  'revoke',
  'session.start',
  'signal.clear',
  'signal.set',
  'signals.publish',
  'stop.all',
  'task.end',
  'task.start',
] as const;
export type AdminAction = (typeof adminActions)[number];

const dataLabel = named(
  'DataLabel',
  record({
    level: long,
    categories: strings,
    everyone: bool,
    readers: strings,
    untrusted: bool,
    sources: strings,
  }),
);

const resourceFacts = record({ label: dataLabel });

export const entityTypes = {
  Agent: record({ owner: string, autonomy: string }),
  Task: record({
    type: string,
    'purpose?': string,
    'onBehalfOf?': string,
    ageSeconds: long,
    hasPrompt: bool,
    depth: long,
  }),
  Operator: record({ channel: string }),
  Administered: record({}),
} as const satisfies Record<string, RecordType>;

/** The attributes of every resource of the catalogue. */
export const resourceAttributes: RecordType = resourceFacts;

export const adminContext: RecordType = record({ channel: string, kind: string });

const roleFacts = named('RoleFacts', record({ doubt: long, from: strings }));

/** Only where the call has an argument of kind `shell` or `sql`. */
const programFacts = named(
  'ProgramFacts',
  record({
    ...{ class: string, classes: strings, groups: strings, parsed: bool, whole: bool },
    ...{ hosts: strings, reads: strings, writes: strings },
  }),
);
/** Only where the call names files that others can change: core/operand. */
const operandFacts = named(
  'OperandFacts',
  record({ known: bool, whole: bool, files: strings, digests: strings }),
);
const gitFacts = named(
  'GitFacts',
  record({
    ...{ known: bool, commits: long, unsigned: long, signers: strings, branches: strings },
    ...{ remote: string, base: string, touches: strings, forced: bool, protected: bool, pinned: bool },
  }),
);

/** Of what came back: there only when a result is decided. */
const resultFacts = record({
  error: bool,
  sizeBytes: long,
  rows: long,
  structured: bool,
  secrets: long,
  pii: long,
  kinds: strings,
  emails: long,
  instructions: long,
  signs: strings,
  invisible: long,
  images: long,
  links: long,
  changedTools: long,
  unknown: strings,
  label: dataLabel,
});

/** `number` is the place of an ordered value, 0 or 1 of a boolean, or the number itself. */
const signalFact = named('SignalFact', record({ value: string, number: long, age: long }));

/** By the clocks of the zone that the file of signals names. */
const timeFacts = named('TimeFacts', record({ date: string, weekday: long, hour: long, minute: long }));

const shared: readonly Field[] = record({
  args_opaque: bool,
  session: named(
    'SessionFacts',
    record({ id: string, ageSeconds: long, idleSeconds: long, calls: long, labels: dataLabel }),
  ),
  agent: named('AgentFacts', record({ autonomy: string, verifiedSecondsAgo: long })),
  task: entity('Task'),
  tool: named(
    'ToolFacts',
    record({ server: string, name: string, kind: string, class: string, reversible: bool }),
  ),
  resource: named('ResourceFacts', resourceFacts),
  first: named('FirstFacts', record({ tool: bool, class: bool, resource: bool, destination: bool })),
  origin: named(
    'OriginFacts',
    record({
      ...Object.fromEntries(decidingRoles.map((role) => [role, roleFacts])),
      doubt: long,
      urged: bool,
    }),
  ),
  destination: named('DestinationFacts', record({ inside: bool })),
  intent: named(
    'IntentFacts',
    record({
      known: bool,
      asked: bool,
      inferred: bool,
      covers: bool,
      distance: long,
      far: record({ class: long, tool: long, destination: long, values: long }),
    }),
  ),
  'program?': programFacts,
  'operands?': operandFacts,
  'git?': named('GitActs', record({ 'push?': gitFacts, 'merge?': gitFacts })),
  'result?': named('ResultFacts', resultFacts),
  time: timeFacts,
  now: datetime,
}).fields;

/**
 * @param conditions names of conditions over history: each is a boolean beside the rest
 * @param signals names of signals that policies read; each is there while it counts
 */
export function agentContext(
  args: CedarType,
  conditions: readonly string[],
  signals: readonly string[],
): RecordType {
  const held = conditions.map((name): Field => ({ name, type: bool, required: true }));
  const said = signals.map((name): Field => ({ name, type: signalFact, required: false }));
  return {
    kind: 'record',
    fields: [
      { name: 'args', type: args, required: true },
      ...shared,
      { name: 'signals', type: { kind: 'record', fields: said }, required: true },
      ...held,
    ],
  };
}

const ours = [
  ...Object.keys(entityTypes),
  'Action',
  untypedResource,
  sessionType,
  'BareContext',
  'DataLabel',
  'SessionFacts',
  'AgentFacts',
  'ToolFacts',
  'ResourceFacts',
  'FirstFacts',
  'RoleFacts',
  'OriginFacts',
  'IntentFacts',
  'ProgramFacts',
  'OperandFacts',
  'GitFacts',
  'GitActs',
  'ResultFacts',
  'DestinationFacts',
  'SignalFact',
  'TimeFacts',
];
const cedars = ['Bool', 'Boolean', 'String', 'Long', 'Set', 'Record', 'Entity', 'Extension'];
const extensions = ['decimal', 'datetime', 'duration', 'ipaddr'];
const keywords = ['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar'];

const taken: ReadonlySet<string> = new Set([...ours, ...cedars, ...extensions, ...keywords]);

/** @returns why a catalogue may not call a resource so, or undefined */
export function whyNotResourceType(type: string): string | undefined {
  const parts = type.split('::');
  if (type.length > 200 || !parts.every((part) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(part)))
    return `the resource type \`${type}\` must be a Cedar name such as \`Ticket\` or \`Crm::Ticket\``;
  const word = parts.find((part) => taken.has(part));
  return word === undefined || (parts.length === 1 && word === untypedResource)
    ? undefined
    : `the resource type \`${type}\` uses the word \`${word}\`, which means something else in policies`;
}
