// SPDX-License-Identifier: Apache-2.0
/**
 * Another request made of one: with other arguments, or for so many calls of a task. What comes of it is a request of its
 * own, which has a card that somebody looks at before anybody says yes.
 */
import { editApproval } from '../../app/editing.ts';
import { recall } from '../../app/recall.ts';
import { standingApproval } from '../../app/standing.ts';
import type { Approval } from '../../core/approval/approval.ts';
import { type Free, patternLimits } from '../../core/approval/pattern.ts';
import { canonicalJson } from '../../core/json/canonical.ts';
import { parseJson } from '../../core/json/parse.ts';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { type Constraint, constraintShape } from '../../core/task/scope.ts';
import { type Answer, seeOther } from './http.ts';
import type { Can } from './pages/card-view.ts';
import { paths } from './pages/paths.ts';
import { card } from './requests.ts';
import { type DeskState, isTrusted, operatorOf, type SignedInVisitor } from './visitor.ts';

const jsonLimits = { maxBytes: 64 * 1024, maxDepth: 64, maxNodes: 10_000 };

/** What may be made of a request, beside an answer: nothing where it is no plain call. */
export async function insteadOf(
  state: DeskState,
  approval: string,
  { glass, changed, standing }: Approval,
): Promise<Pick<Extract<Can, { answer: true }>, 'edits' | 'forTask'>> {
  if (glass !== undefined || changed !== undefined || standing !== undefined) return {};
  const call = await recall(state.road, state.ledger, approval);
  if (!call.ok) return {};
  const names = Object.keys(call.value.args).sort();
  return {
    edits: names.map((argument) => ({ argument, value: canonicalJson(call.value.args[argument] ?? null) })),
    forTask: {
      maxCount: patternLimits.count,
      maxMinutes: patternLimits.untilMs / 60_000,
      arguments: names,
    },
  };
}

/** The fields that stand beside each other, by their order in the form. */
function pairsIn(form: URLSearchParams, value: string): readonly (readonly [string, string])[] | undefined {
  const names = form.getAll('argument');
  const values = form.getAll(value);
  if (names.length !== values.length || new Set(names).size < names.length) return undefined;
  return names.map((name, i) => [name, values[i] ?? ''] as const);
}

interface Speech {
  readonly card: string;
  readonly reason: string;
}

function speechIn(form: URLSearchParams): Speech | undefined {
  const digest = form.get('card') ?? '';
  const reason = (form.get('reason') ?? '').trim();
  return /^sha256:[0-9a-f]{64}$/.test(digest) && reason !== '' && reason.length <= maxReasonLength
    ? { card: digest, reason }
    : undefined;
}

export async function edit(state: DeskState, visitor: SignedInVisitor, approval: string): Promise<Answer> {
  const { form } = visitor.asked;
  const said = speechIn(form);
  const pairs = pairsIn(form, 'value');
  if (said === undefined || pairs === undefined)
    return card(state, visitor, approval, 'Say why: whoever is asked next reads it.');
  const args: { [name: string]: JsonValue } = Object.create(null);
  for (const [name, text] of pairs) {
    if (text.trim() === '') continue;
    const parsed = parseJson(Buffer.from(text, 'utf8'), jsonLimits);
    if (!parsed.ok) return card(state, visitor, approval, `What stands for \`${name}\` is no JSON.`);
    args[name] = parsed.value;
  }
  const order = { approval, ...said, args: { ...args } satisfies JsonObject };
  const done = await editApproval(state.road, state.ledger, operatorOf(visitor), order, byOf(state, visitor));
  const made = done.ok ? done.value.approval : undefined;
  return made === undefined
    ? card(state, visitor, approval, (done.ok ? undefined : done.reason) ?? 'Nothing was made of it.')
    : seeOther(paths.card(made), visitor.cookies);
}

export async function forTask(state: DeskState, visitor: SignedInVisitor, approval: string): Promise<Answer> {
  const { form } = visitor.asked;
  const said = speechIn(form);
  const count = wholeIn(form, 'count', patternLimits.count);
  const minutes = wholeIn(form, 'minutes', patternLimits.untilMs / 60_000);
  const pairs = pairsIn(form, 'must');
  if (said === undefined || count === undefined || minutes === undefined || pairs === undefined)
    return card(state, visitor, approval, 'Say how many, for how long, and why.');
  const free: Free[] = [];
  for (const [argument, text] of pairs) {
    if (text.trim() === '') continue;
    const must = mustOf(text.trim());
    if (must === undefined || free.length >= patternLimits.free)
      return card(state, visitor, approval, `What \`${argument}\` may be is not one of the forms below.`);
    free.push({ argument, must });
  }
  const order = { approval, ...said, count, forMs: minutes * 60_000, free };
  const by = byOf(state, visitor);
  const done = await standingApproval(state.road, state.ledger, operatorOf(visitor), order, by);
  const made = done.ok ? done.value.approval : undefined;
  return made === undefined
    ? card(state, visitor, approval, (done.ok ? undefined : done.reason) ?? 'Nothing was made of it.')
    : seeOther(paths.card(made), visitor.cookies);
}

function byOf(state: DeskState, { session }: SignedInVisitor) {
  return { person: session.person, isTrusted: isTrusted(state) };
}

function wholeIn(form: URLSearchParams, name: string, most: number): number | undefined {
  const text = form.get(name) ?? '';
  const value = Number(text);
  return /^[0-9]{1,4}$/.test(text) && value >= 1 && value <= most ? value : undefined;
}

/** `in A, B`, `path /srv/data`, `host example.com`, `number 1..100`, as the page says. */
function mustOf(text: string): Constraint | undefined {
  const [, form = '', rest = ''] = /^(in|path|host|number) +(.+)$/s.exec(text) ?? [];
  const list = rest.split(',').map((one) => one.trim());
  const range = /^(-?\d{1,15})?\.\.(-?\d{1,15})?$/.exec(rest);
  const meant: unknown =
    form === 'in'
      ? { is: 'one_of', values: list }
      : form === 'path'
        ? { is: 'within_path', prefixes: list }
        : form === 'host'
          ? { is: 'within_host', suffixes: list }
          : {
              is: 'integer',
              ...(range?.[1] === undefined ? {} : { min: Number(range[1]) }),
              ...(range?.[2] === undefined ? {} : { max: Number(range[2]) }),
            };
  return form === '' ? undefined : constraintShape.safeParse(meant).data;
}
