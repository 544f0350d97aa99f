// SPDX-License-Identifier: Apache-2.0
/**
 * Which clause of a policy did not hold. The policy is asked again, clause by clause, by the engine and
 * with the inputs of the decision; and only if the whole set, asked again, says what the record says.
 *
 * Never guesses: whatever is erased, of another version, or does not repeat, gives no answer at all.
 */
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonObject } from '../core/json/value.ts';
import { seenFrom } from '../core/operand/seen.ts';
import { originOf } from '../core/origin/recorded.ts';
import { adminQuestion, questionFor } from '../core/policy/context.ts';
import { adminActions } from '../core/policy/layout.ts';
import type { Question } from '../core/policy/question.ts';
import { shapeOf } from '../core/policy/shape.ts';
import type { PolicyFile } from '../core/policy/source.ts';
import { cedarArgs } from '../core/policy/values.ts';
import { programFrom } from '../core/program/of-call.ts';
import type { DecisionEvent } from '../core/record/event.ts';
import { recordLimits } from '../core/record/read-event.ts';
import { liveFrom, toldIn } from '../core/signal/heard.ts';
import { conditionName } from '../core/temporal/condition.ts';
import { clausesOf } from './clauses.ts';
import { asWritten, type Doubt, doubtIn, heardIn, writtenOut } from './explain-history.ts';
import type { EngineAnswer } from './ports.ts';
import { entryOf, type PublishedPolicy, publishedEntries } from './published-sources.ts';
import type { Contents, Standing } from './read-decision.ts';

/** @returns undefined where the texts cannot be compiled, or the engine is another than `engine` */
export type AskEngine = (
  files: readonly PolicyFile[],
  entries: readonly CatalogueEntry[],
  engine: string,
  question: Question,
) => Extract<EngineAnswer, { ok: true }> | undefined;

export interface Asked {
  readonly decision: DecisionEvent;
  readonly contents: Contents;
  readonly standing: Standing | undefined;
  readonly files: readonly PolicyFile[] | undefined;
  readonly published: readonly PublishedPolicy[];
}

export interface Tested {
  readonly policy: string;
  readonly file: string;
  readonly line: number;
  /** `not_reached`: a clause before it did not hold, so the engine did not look. */
  readonly clauses: readonly {
    readonly text: string;
    readonly holds: 'true' | 'false' | 'errored' | 'not_reached';
    /** Why it could not be told, where history could not tell. */
    readonly doubt?: Doubt;
  }[];
}

/** More permits than this are not a help to a reader any more. */
const maxTested = 50;

/** @returns permits whose scope covers a request that none permitted, or forbids that errored; undefined where it cannot be told */
export function testedPolicies(asked: Asked, ask: AskEngine): readonly Tested[] | undefined {
  const { decision, files, contents } = asked;
  const wanted = wantedOf(asked);
  if (wanted === undefined || files === undefined || !contents.catalogue.ok) return undefined;
  const entries = publishedEntries(contents.catalogue.content);
  const question = entries === undefined ? undefined : questionOf(asked, entries);
  if (entries === undefined || question === undefined) return undefined;

  const { engine } = decision.versions;
  const again = ask(files, entries, engine, question);
  if (again === undefined || !saysTheSame(decision, again)) return undefined;

  const cut = wanted.map((policy) => ({ policy, clauses: clausesOf(policy.cedar) }));
  const beginnings = cut.flatMap(({ policy, clauses }, p) =>
    clauses.map(({ upToHere }, c) => beginning(`explained.p${p}.c${c}`, upToHere, policy, decision.facts)),
  );
  // Conditions may call what any file defines.
  const definitions = wanted.some(({ conditions }) => conditions.length > 0)
    ? files.filter(({ text }) => /\bdef\b/.test(text))
    : [];
  const answer = ask(
    [...definitions, { name: 'clauses', text: beginnings.map(({ text }) => text).join('\n') }],
    entries,
    engine,
    {
      ...question,
      context: Object.assign({}, question.context, ...beginnings.map(({ heard }) => heard)),
    },
  );
  if (answer === undefined) return undefined;
  return cut
    .map(({ policy, clauses }, p) =>
      testedOne(policy, clauses, decision, (c) => stateOf(answer, `explained.p${p}.c${c}`)),
    )
    .filter(({ clauses }) => decision.code !== 'no_permit' || clauses[0]?.holds !== 'false')
    .slice(0, maxTested);
}

/** A policy of its own, with what history said to the conditions in it. */
function beginning(
  id: string,
  upToHere: string,
  { conditions }: PublishedPolicy,
  facts: DecisionEvent['facts'],
): { readonly text: string; readonly heard: Readonly<Record<string, boolean>> } {
  const { text, names } = writtenOut(upToHere, conditions);
  const said = heardIn(facts, names);
  return {
    text: `@id("${id}") ${text.replace(/^(permit|forbid)/, 'permit')};`,
    heard: Object.fromEntries(
      names.flatMap((name, i) => {
        const holds = said.get(name);
        return holds === undefined ? [] : [[conditionName(id, i), holds]];
      }),
    ),
  };
}

function wantedOf({ decision, published }: Asked): readonly PublishedPolicy[] | undefined {
  if (decision.code === 'no_permit') return published.filter(({ effect }) => effect === 'permit');
  if (decision.code !== 'forbid_errored') return undefined;
  const errored = decision.verdicts.filter(({ kind }) => kind === 'errored');
  return published.filter((policy) => errored.some((verdict) => verdict.text === policy.textDigest));
}

function saysTheSame(decision: DecisionEvent, answer: Extract<EngineAnswer, { ok: true }>): boolean {
  const recorded = (kind: 'satisfied' | 'errored') =>
    decision.verdicts
      .filter((verdict) => verdict.kind === kind)
      .map(({ policy }) => policy)
      .sort()
      .join(' ');
  return (
    recorded('satisfied') === answer.satisfied.toSorted().join(' ') &&
    recorded('errored') === answer.errored.toSorted().join(' ')
  );
}

type Holds = Tested['clauses'][number]['holds'];

function stateOf({ satisfied, errored }: Extract<EngineAnswer, { ok: true }>, id: string): Holds {
  if (errored.includes(id)) return 'errored';
  return satisfied.includes(id) ? 'true' : 'false';
}

function testedOne(
  { id, file, line, conditions }: PublishedPolicy,
  clauses: readonly { readonly text: string }[],
  { facts }: DecisionEvent,
  state: (clause: number) => Holds,
): Tested {
  let reached = true;
  return {
    policy: id,
    file,
    line,
    clauses: clauses.map(({ text }, c) => {
      const holds = reached ? state(c) : 'not_reached';
      reached = holds === 'true';
      const doubt = holds === 'errored' ? doubtIn(text, conditions, facts) : undefined;
      return { text: asWritten(text, conditions), holds, ...(doubt === undefined ? {} : { doubt }) };
    }),
  };
}

/** The question that was put to the engine, made again from the record. */
function questionOf(
  { decision, contents, standing, published }: Asked,
  entries: readonly CatalogueEntry[],
): Question | undefined {
  const { request, who } = decision;
  if ('operator' in who) {
    const action = adminActions.find((name) => name === request.action);
    const [, kind = '', id = ''] = /^([^/]*)\/(.*)$/s.exec(request.target) ?? [];
    if (action === undefined) return undefined;
    return adminQuestion({ operator: who.operator, channel: who.channel, action, kind, id });
  }
  const entry = entryOf(entries, request);
  const args = argsOf(contents);
  if (entry === undefined || args === undefined || standing === undefined) return undefined;
  const shape =
    entry.kind === 'tool' && entry.pinned !== undefined
      ? shapeOf(entry.pinned.definition.inputSchema, entry.args)
      : undefined;
  const values = shape === undefined ? { ok: true as const, args: {} } : cedarArgs(args, shape);
  if (!values.ok) return undefined;
  const described = {
    entry,
    action: entry.action,
    resource: request.resource,
    args: values.args,
    opaque: request.argsOpaque,
  };
  const question = questionFor(
    described,
    standing.who,
    decision.first ?? [],
    originOf(decision.facts),
    programFrom(decision.facts),
    liveFrom(toldIn(decision.facts), standing.who.at),
    seenFrom(decision.facts),
  );
  const names = published.flatMap(({ conditions }) => conditions.map(({ name }) => name));
  const heard = Object.fromEntries(heardIn(decision.facts, names));
  return { ...question, context: { ...question.context, ...heard } };
}

function argsOf({ args }: Contents): JsonObject | undefined {
  if (args === undefined || !args.ok) return undefined;
  const parsed = parseJson(Buffer.from(args.content, 'utf8'), { ...recordLimits, maxBytes: 64 << 20 });
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
}
