// SPDX-License-Identifier: Apache-2.0
// An explanation as text for people. Says nothing that `--json` does not.
import type { ExplainedVerdict, Explanation } from '../../app/explain.ts';
import type { Tested } from '../../app/explain-clauses.ts';
import { doubtsInWords, type ExplainedCondition } from '../../app/explain-history.ts';
import type { LabelStep } from '../../app/label-steps.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { inWords } from '../../core/label/in-words.ts';
import { whys } from '../../core/origin/reason.ts';
import { saidLine } from './changes.ts';
import { hueOf, type Paint, printable, printableLines } from './printable.ts';

/** Contents longer than this are cut, and it is said. */
const maxContent = 4000;

export function explanationLines(it: Explanation, paint: Paint): readonly string[] {
  const outcome = paint(hueOf(it.outcome), it.outcome);
  const title = (text: string) => paint('bold', text);
  return [
    `${outcome}  ${printable(it.code)}: ${it.says}`,
    ...(it.detail === undefined ? [] : [`  ${printable(it.detail)}`]),
    ...(it.shadow ? ['  it was let through all the same: the mode is shadow'] : []),
    `  decision ${it.id} at ${new Date(it.at).toISOString()}, record ${it.position} of the log`,
    ...section(
      title('what would lift it'),
      it.lift.map((text) => `  - ${printable(text)}`),
    ),
    '',
    title('who'),
    ...who(it),
    '',
    title('request'),
    ...request(it),
    '',
    title(it.verdicts.length === 0 ? 'verdicts: policy did not speak' : 'verdicts'),
    ...it.verdicts.flatMap((verdict) => verdictLines(verdict, it.sources, paint)),
    ...section(
      title('clause by clause'),
      (it.tested ?? []).flatMap((tested) => testedLines(tested, paint)),
    ),
    ...section(
      title('what history said'),
      it.history.map((condition) => historyLine(condition, paint)),
    ),
    ...section(title('OPA was asked, and said'), it.opinion === undefined ? [] : content(it.opinion)),
    ...section(title('how far from what was asked'), distanceLines(it)),
    ...section(title('values in doubt, and where they were read'), lineageLines(it)),
    ...section(title('people were asked'), approvalLines(it)),
    ...section(title('tried beside it'), wouldLines(it)),
    ...section(title('where its labels come from'), it.labels.flatMap(labelLines)),
    ...section(title('facts'), facts(it)),
    ...section(title('read, and what had moved it last'), reads(it)),
    ...section(title('budgets'), budgets(it)),
    ...section(title('with'), conditions(it)),
    '',
    ...became(it, paint, title),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function who({ who: caller, chain }: Explanation): readonly string[] {
  const via = `  ${chain.map(printable).join(' -> ')}`;
  return 'operator' in caller
    ? [`${via}  (operator, ${caller.channel})`]
    : [
        via,
        `  task ${printable(caller.task)}, session ${printable(caller.session)}, token ${printable(caller.tokenId)}`,
      ];
}

function request({ request: it }: Explanation): readonly string[] {
  const action =
    it.action === '' ? 'no action: it is in no catalogue' : `action ${it.action}, class ${it.class}`;
  return [
    `  ${printable(it.method)} ${printable(it.server)}/${printable(it.target)}  (${printable(action)})`,
    ...(it.resource.type === ''
      ? []
      : [`  resource ${printable(it.resource.type)}::${quoted(it.resource.id)}`]),
    ...(it.argsOpaque && it.args !== undefined ? ['  some of the arguments were not shown to policy'] : []),
    ...(it.args === undefined ? [] : ['  arguments, as policy saw them', ...content(it.args)]),
  ];
}

function verdictLines(
  { policy, effect, kind, clause, file, line, owner, controls = [], reason, remedy }: ExplainedVerdict,
  sources: Explanation['sources'],
  paint: Paint,
): readonly string[] {
  const head = [
    `  ${paint(effect === 'permit' ? 'green' : 'red', effect)} ${printable(policy)}`,
    kind === 'errored' ? paint('red', 'errored') : kind,
    ...(file === undefined ? [] : [`${printable(file)}:${line}`]),
    ...(owner === undefined ? [] : [`owner ${printable(owner)}`]),
    ...(controls.length === 0 ? [] : [printable(controls.join(', '))]),
    ...(effect === 'forbid' && clause !== undefined ? [remedy === undefined ? 'final' : remedy.kind] : []),
  ].join('  ');
  if (clause === undefined)
    return [head, `      its text: ${sources === 'published' ? 'not among the published ones' : sources}`];
  return [
    head,
    ...printableLines(clause).map((text) => paint('dim', `      ${text}`)),
    ...(reason === undefined ? [] : [`      ${quoted(reason)}`]),
  ];
}

function testedLines({ policy, file, line, clauses }: Tested, paint: Paint): readonly string[] {
  return [
    `  ${printable(policy)}  ${printable(file)}:${line}`,
    ...clauses.map(({ text, holds, doubt }) => {
      const mark = { true: 'true ', false: 'FALSE', errored: 'ERROR', not_reached: '  -  ' }[holds];
      return `    ${holds === 'true' ? mark : paint(holds === 'not_reached' ? 'dim' : 'red', mark)}  ${printable(text)}${doubt === undefined ? '' : `  (${doubtsInWords[doubt]})`}`;
    }),
  ];
}

function historyLine({ policy, text, said }: ExplainedCondition, paint: Paint): string {
  const answer = typeof said === 'boolean' ? String(said).padEnd(5) : paint('red', said);
  const why = typeof said === 'boolean' ? '' : `  (${doubtsInWords[said]})`;
  return `  ${answer}  ${printable(policy)}: ${printable(text)}${why}`;
}

const parts = {
  class: 'nothing that was asked speaks of such an act',
  tool: 'neither the tool nor what it is about is named',
  destination: 'it goes to somebody whom nobody has said',
  values: 'another value that decides what it does was not said',
} as const;

function distanceLines({ distance }: Explanation): readonly string[] {
  if (distance === undefined) return [];
  const named = (['class', 'tool', 'destination', 'values'] as const).filter((part) => distance[part] > 0);
  return [
    `  ${distance.sum} of 5${named.length === 0 ? ': it is what was asked' : ''}`,
    ...named.map((part) => `  ${distance[part]}  ${part}: ${parts[part]}`),
  ];
}

function lineageLines({ lineage = [] }: Explanation): readonly string[] {
  return lineage.flatMap(({ argument, role, doubt, origin, why, sources, read }) => [
    `  ${printable(argument)} (${role})  ${doubt === 'ask' ? 'worth a question' : 'no reason for it'}: ${whys[why]} (${why}, ${origin})`,
    ...(read.length === 0
      ? []
      : [`      read in ${read.map(printable).join(', ')} (${sources.map(printable).join(', ')})`]),
  ]);
}

function approvalLines({ approval: asked }: Explanation): readonly string[] {
  if (asked === undefined) return [];
  return [
    `  ${printable(asked.id)}, until ${new Date(asked.expiresAt).toISOString()}`,
    ...asked.asks.map(
      ({ policy, approvers, quorum }) =>
        `  ${printable(policy)}: ${quorum} of ${approvers.map(printable).join(', ')}`,
    ),
    ...(asked.said.length === 0 ? ['  nobody has said anything'] : []),
    ...asked.said.map(
      ({ person, operator, verdict, policies, reason, at }) =>
        `  ${new Date(at).toISOString()}  ${printable(person)} (${printable(operator)}) ${verdict === 'approve' ? 'said yes to' : 'said no to'} ${policies.map(printable).join(', ')}${reason === '' ? '' : `: ${quoted(reason)}`}`,
    ),
  ];
}

function labelLines({ record, label, read, lowered }: LabelStep): readonly string[] {
  const by =
    read !== undefined
      ? `read by ${read.target} (${read.decision})`
      : lowered === undefined
        ? record
        : `${lowered.type} by ${lowered.author}: ${lowered.reason} (${record})`;
  return [
    `  ${printable(inWords(label))}`,
    `      ${printable(by)}`,
    ...(read?.wrote ?? []).map(({ decision, agent, task, target, sources }) => {
      const after = sources.length === 0 ? '' : `, after it had read ${sources.join(', ')}`;
      return `      ${printable(`written by ${target} (${decision}): agent ${agent}, task ${task}${after}`)}`;
    }),
  ];
}

function wouldLines({ would, outcome }: Explanation): readonly string[] {
  if (would === undefined) return [];
  const { policy, code, by } = would;
  const said =
    would.outcome === undefined
      ? `cannot be told (${code})`
      : would.outcome === outcome
        ? 'the same'
        : saidLine({ outcome: would.outcome, code, policies: by });
  return [`  ${policy}`, `  would have said: ${said}`];
}

function facts({ facts: all }: Explanation): readonly string[] {
  const width = Math.max(0, ...all.map(({ name }) => name.length));
  return all.map(({ name, value, source, t, ageMs }) => {
    const told = `${printable(name).padEnd(width)}  ${printable(JSON.stringify(value))}`;
    return `  ${told}  (${printable(source)}, ${new Date(t).toISOString()}, ${seconds(ageMs)} old)`;
  });
}

function reads({ reads: all }: Explanation): readonly string[] {
  return Object.entries(all).map(
    ([facet, version]) => `  ${printable(facet)}  ${version === '' ? '(nothing had)' : printable(version)}`,
  );
}

function budgets({ budgets: all, reserves }: Explanation): readonly string[] {
  return all.map(({ name, limit, spent, reserved, task }) => {
    const taken = reserves.find((one) => one.budget === name && one.task === task)?.units ?? 0;
    const whose = task === undefined ? '' : ` of ${printable(task)}`;
    return `  ${printable(name)}${whose}  ${spent} of ${limit} spent, ${reserved} in flight before this${taken === 0 ? '' : `; this took ${taken}`}`;
  });
}

function conditions({ transforms, obligations, lifts, edited }: Explanation): readonly string[] {
  return [
    ...(edited === undefined ? [] : [`  a person changed the call: ${printable(edited)}`]),
    ...transforms.map((text) => `  arguments changed: ${printable(text)}`),
    ...obligations.map((text) => `  the edge is obliged: ${printable(text)}`),
    ...lifts.map(
      ({ policy, via, glass }) =>
        `  ${glass === true ? 'BREAK-GLASS: ' : ''}lifted: ${printable(policy)}${via === undefined ? '' : `, by ${printable(via)}`}`,
    ),
  ];
}

function became(
  { observation: seen, outcome, shadow, who: caller }: Explanation,
  paint: Paint,
  title: (text: string) => string,
): readonly string[] {
  if (seen === undefined) {
    if (outcome !== 'allow' && outcome !== 'modify' && !shadow) return ['nothing was sent'];
    return 'operator' in caller
      ? ['done in the same commit']
      : ['not observed yet: it is in flight, or its end was lost'];
  }
  return [
    title('became'),
    `  ${paint(hueOf(seen.status), seen.status)} in ${seen.tookMs} ms${seen.detail === undefined ? '' : `: ${printable(seen.detail)}`}`,
    `  label ${printable(inWords(seen.label))}`,
    ...(seen.decided === undefined ? [] : resultDecided(seen.decided)),
    ...(seen.result === undefined ? [] : [`  ${resultTitle(seen.decided)}`, ...content(seen.result)]),
    ...(seen.released === undefined ? [] : ['  shown to the agent', ...content(seen.released)]),
  ];
}

type Decided = NonNullable<NonNullable<Explanation['observation']>['decided']>;

function resultDecided({ outcome, code, by, transforms, found, left, shadow }: Decided): readonly string[] {
  const whose = by.length === 0 ? '' : ` by ${by.map(({ policy }) => policy).join(', ')}`;
  const counted = (facts: Decided['found']): string =>
    Object.entries(facts)
      .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
      .join('; ');
  return [
    `  policy said of it: ${printable(`${outcome} (${code})${whose}`)}${shadow === true ? ', let through: shadow mode' : ''}`,
    `  found in it: ${printable(counted(found))}`,
    ...transforms.map((text) => `  changed: ${printable(text)}`),
    ...(left === undefined ? [] : [`  left in it: ${printable(counted(left))}`]),
  ];
}

function resultTitle(decided: Decided | undefined): string {
  if (decided === undefined || decided.shadow === true || decided.outcome === 'allow') return 'result';
  return decided.outcome === 'modify' ? 'what came back' : 'quarantined: the agent got a notice in its place';
}

function content(value: JsonValue): readonly string[] {
  const text = JSON.stringify(value, undefined, 2);
  const cut = text.length > maxContent;
  const lines = printableLines(cut ? text.slice(0, maxContent).toWellFormed() : text).map(
    (line) => `    ${line}`,
  );
  return cut
    ? [...lines, `    ... and ${text.length - maxContent} more characters (--json has them)`]
    : lines;
}

function quoted(text: string): string {
  return `"${printable(text)}"`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
