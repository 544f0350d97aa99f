// SPDX-License-Identifier: Apache-2.0
// What would have to be otherwise for the same call to be allowed: told from the record, one sentence each.
import type { Remedy } from '../core/decision/verdict.ts';
import type { DecisionEvent } from '../core/record/event.ts';
import { spelt } from '../core/result/narrow.ts';
import { isDecisionCode, remedies } from './codes.ts';
import type { Tested } from './explain-clauses.ts';
import { doubtsInWords, type ExplainedCondition, explainedHistory } from './explain-history.ts';
import type { PublishedPolicy } from './published-sources.ts';
import type { Standing } from './read-decision.ts';

/** @returns nothing for what was allowed as it was asked */
export function lifting(
  decision: DecisionEvent,
  published: readonly PublishedPolicy[],
  standing: Standing | undefined,
  tested: readonly Tested[] | undefined,
): readonly string[] {
  const { code } = decision;
  if (code === 'permitted') return [];
  const same = isDecisionCode(code) ? remedies[code] : undefined;
  if (same !== undefined) return [same];
  switch (code) {
    case 'pending_approval':
      return decision.pending === undefined
        ? forbids(decision, published)
        : [
            `a yes to \`${decision.pending}\` (\`countersign approvals show\`), and the same call again`,
            ...forbids(decision, published),
          ];
    case 'forbidden':
    case 'deferred':
      return forbids(decision, published);
    case 'forbid_errored':
      return decision.verdicts
        .filter(({ kind, effect }) => kind === 'errored' && effect === 'forbid')
        .map(({ policy, text }) => mending(policy, conditionsOf(text, decision, published)));
    case 'no_permit':
      return [permits(decision, tested)];
    case 'budget_exhausted':
      return budgets(decision, standing);
    case 'unknown_obligation':
      return [
        `an edge that can honour ${decision.obligations.map((o) => `\`${o}\``).join(', ')}, or a permit without it`,
      ];
    default:
      return ['this version cannot tell: it does not know the code'];
  }
}

function conditionsOf(
  text: string,
  decision: DecisionEvent,
  published: readonly PublishedPolicy[],
): readonly ExplainedCondition[] {
  return explainedHistory(
    decision,
    published.filter(({ textDigest }) => textDigest === text),
  );
}

/** What a forbid that errored needs: another text, unless it was history that could not tell. */
function mending(policy: string, conditions: readonly ExplainedCondition[]): string {
  for (const { said, reachSeconds } of conditions) {
    const reach = duration(reachSeconds * 1000);
    if (said === 'unresolved') return `another request: \`${policy}\` errs because ${doubtsInWords[said]}`;
    if (typeof said === 'string')
      return `time: \`${policy}\` errs because ${doubtsInWords[said]}, and it looks back ${reach}`;
  }
  return `nothing at run time: \`${policy}\` has to be mended so that it can be evaluated`;
}

/** Every satisfied forbid that stood: all of them have to go. */
function forbids(decision: DecisionEvent, published: readonly PublishedPolicy[]): readonly string[] {
  const { verdicts, lifts } = decision;
  const standing = verdicts.filter(
    ({ effect, policy, text }) =>
      effect === 'forbid' && !lifts.some((lift) => lift.policy === policy && lift.textDigest === text),
  );
  return standing.map(({ policy, text }) => {
    const found = published.find(({ id, textDigest }) => id === policy && textDigest === text);
    if (found === undefined) return `\`${policy}\`: its text was erased, so what lifts it cannot be told`;
    const [condition] = found.remedy === undefined ? conditionsOf(text, decision, published) : [];
    const history =
      condition === undefined
        ? ''
        : `, or another history: it looks back ${duration(condition.reachSeconds * 1000)}`;
    return `${byRemedy(found.remedy)}${history}: \`${policy}\` (${found.file}:${found.line}${found.owner === undefined ? '' : `, owned by ${found.owner}`})`;
  });
}

function byRemedy(remedy: Remedy | undefined): string {
  switch (remedy?.kind) {
    case undefined:
      return 'nothing at run time, only a change of the policy';
    case 'step_up':
      return `an approval of exactly this call by ${remedy.quorum} of ${remedy.approvers.join(', ')}, good for ${duration(remedy.expiresMs)}`;
    case 'defer':
      return `waiting until ${remedy.until}, at most ${duration(remedy.timeoutMs)}`;
    case 'modify': {
      const { transform } = remedy;
      return transform.name === 'cap'
        ? `\`${transform.argument}\` of at most ${transform.most}`
        : `no \`${transform.argument}\``;
    }
    case 'narrow':
      return `only a change of the policy: \`${spelt(remedy.transform)}\` is for results`;
  }
}

function permits({ request, who }: DecisionEvent, tested: readonly Tested[] | undefined): string {
  const action = `\`${request.action}\` (class ${request.class})`;
  const asking = 'operator' in who ? `operator \`${who.operator}\`` : `agent \`${who.agent}\``;
  if (tested === undefined) {
    return `a permit for ${action} that is satisfied; which clause failed cannot be told for this decision`;
  }
  if (tested.length === 0)
    return `a permit for ${action}: none has a scope that covers ${asking} and this resource`;
  return `one of the permits for ${action}, each of which has a clause that is not true: ${tested.map(({ policy }) => `\`${policy}\``).join(', ')}`;
}

function budgets({ request }: DecisionEvent, standing: Standing | undefined): readonly string[] {
  const counted = (standing?.budgets ?? []).filter(
    ({ name }) => name === 'calls' || name === `calls:${request.class}`,
  );
  const full = counted.filter(({ limit, reserved, spent }) => reserved + spent + 1 > limit);
  if (full.length === 0) return ['a task with a larger budget'];
  return full.map(
    ({ name, limit, reserved, spent }) =>
      `a task with a larger budget: \`${name}\` is ${limit}, of which ${spent} ${spent === 1 ? 'is' : 'are'} spent and ${reserved} in flight`,
  );
}

export function duration(ms: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ];
  const [unit, size] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
