// SPDX-License-Identifier: Apache-2.0
/**
 * Whether one capability lies within another, and one scope within another.
 *
 * Sound: whatever a child that fits admits, its parent admits (fits.test.ts holds it over drawn ones).
 * Not complete, on purpose: what two capabilities of a parent cover only together does not fit, nor an
 * action where the parent names its class. A child can always be written so that it does.
 *
 * Source: docs/adr/0015-scopes.md.
 */
import { type Level, rank } from '../label/label.ts';
import { implies, listed, wording } from './constraint.ts';
import type { Capability, Scope } from './scope.ts';

export type Fit = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export function fitsWithin(child: Capability, parent: Capability): Fit {
  for (const dimension of ['actions', 'classes', 'servers', 'tools', 'resourceTypes'] as const) {
    const outer: readonly string[] | undefined = parent[dimension];
    if (outer === undefined) continue;
    const inner: readonly string[] | undefined = child[dimension];
    const what = dimension === 'resourceTypes' ? 'types of resource' : dimension;
    if (inner === undefined) return no(`it has to name its ${what}, out of ${listed(outer)}`);
    const beyond = inner.filter((one) => !outer.includes(one));
    if (beyond.length > 0) return no(`of the ${what} ${listed(beyond)} is beyond ${listed(outer)}`);
  }
  for (const { argument, must } of parent.args ?? []) {
    const held = (child.args ?? []).some((own) => own.argument === argument && implies(own.must, must));
    if (!held) return no(`\`${argument}\` must ${wording(must)}, and that does not follow from what it says`);
  }
  if (parent.resourceId !== undefined) {
    const held = child.resourceId !== undefined && implies(child.resourceId, parent.resourceId);
    if (!held) return no(`the resource's id must ${wording(parent.resourceId)}, and that does not follow`);
  }
  if (!isAtMost(child.resourceAtMost, parent.resourceAtMost))
    return no(`its resources must be labelled \`${parent.resourceAtMost}\` or lower`);
  if (!isAtMost(child.sessionAtMost, parent.sessionAtMost))
    return no(`the task must have read nothing above \`${parent.sessionAtMost}\``);
  return { ok: true };
}

/**
 * The scope of a child task, if it is no wider than its parent's.
 *
 * @param approver who approved the parent: the one to ask for more
 */
export function narrow(
  parent: Scope,
  child: Scope,
  approver: string,
): { readonly ok: true; readonly scope: Scope } | { readonly ok: false; readonly reason: string } {
  const wider = (why: string) => ({
    ok: false as const,
    reason: `${why}; a wider scope needs a task that ${listed([approver])}, who approved the parent, approves (\`task.start\`)`,
  });
  // Two automata over the acts of two tasks are not one: what the parent's allows next is not known here.
  if (parent.workflow !== undefined) return wider('a task with a workflow hands nothing on');
  for (const [i, capability] of child.capabilities.entries()) {
    const fits = parent.capabilities.map((outer) => fitsWithin(capability, outer));
    if (fits.some(({ ok }) => ok)) continue;
    const reasons = fits.flatMap((fit, at) => (fit.ok ? [] : [`not in ${at + 1}: ${fit.reason}`]));
    const why = reasons.length === 0 ? 'the parent has none' : reasons.slice(0, 4).join('; ');
    return wider(`capability ${i + 1} fits in no capability of the parent (${why})`);
  }
  const most = Math.min(parent.maxResultBytes ?? Infinity, child.maxResultBytes ?? Infinity);
  return { ok: true, scope: { ...child, ...(most === Infinity ? {} : { maxResultBytes: most }) } };
}

function isAtMost(inner: Level | undefined, outer: Level | undefined): boolean {
  if (outer === undefined) return true;
  return inner !== undefined && rank(inner) <= rank(outer);
}

function no(reason: string): Fit {
  return { ok: false, reason };
}
