// SPDX-License-Identifier: Apache-2.0
// One file to one template. Whatever is wrong is reported where it stands.
import { isScalar, type Node } from 'yaml';
import { didYouMean } from '../../core/catalogue/nearest.ts';
import { classes, isActionClass } from '../../core/catalogue/taxonomy.ts';
import { type Level, levels } from '../../core/label/label.ts';
import { type Budget, budgetShape } from '../../core/record/events/standing.ts';
import { maxCapabilities, type Workflow } from '../../core/task/scope.ts';
import {
  bind,
  type CapabilityDraft,
  type Parameter,
  parametersOf,
  parameterTypes,
  type Template,
  valueFault,
} from '../../core/task/template.ts';
import { quoted } from '../catalogue-files/problem.ts';
import {
  booleanOf,
  choiceOf,
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  stringOf,
  stringsOf,
} from '../catalogue-files/yaml.ts';
import { readCapability, sequenceOf } from './capability.ts';
import { wholeOf } from './whole.ts';

const known = [
  'type',
  'purpose',
  'params',
  'capabilities',
  'budgets',
  'window',
  'label_ceiling',
  'workflow',
  'obligations',
];

/** @returns undefined where a problem was reported */
export function readTemplate(reading: Reading, digest: string): Template | undefined {
  const fields = knownFieldsOf(reading, reading.root, 'a template', known);
  if (fields === undefined) return undefined;
  const type = stringOf(reading, fields.get('type'), '`type`');
  if (type === undefined || !/^[a-z0-9][a-z0-9._-]{0,63}$/.test(type)) {
    reading.report(
      fields.get('type')?.value ?? reading.root,
      'a template has a lower-case `type`: `support`, `ci.release`',
    );
    return undefined;
  }
  const purpose = stringOf(reading, fields.get('purpose'), '`purpose`');
  if ((purpose?.length ?? 0) > 2000)
    reading.report(fields.get('purpose')?.value ?? null, '`purpose` has at most 2000 characters');
  const params = paramsOf(reading, fields.get('params'));
  const ceiling = choiceOf(reading, fields.get('label_ceiling'), 'a level', levels);
  const capabilities = capabilitiesOf(reading, fields.get('capabilities'), ceiling, params);
  const budgets = budgetsOf(reading, fields.get('budgets'));
  const maxTtlMs = windowOf(reading, fields.get('window'));
  const workflow = workflowOf(reading, fields.get('workflow'));
  const maxResultBytes = obligationsOf(reading, fields.get('obligations'));
  if (reading.problems.length > 0) return undefined;
  const template: Template = {
    type,
    digest,
    ...(purpose === undefined ? {} : { purpose }),
    params,
    capabilities,
    budgets,
    ...(maxTtlMs === undefined ? {} : { maxTtlMs }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(maxResultBytes === undefined ? {} : { maxResultBytes }),
  };
  // Without parameters all of it can be bound now; with them, what they are not part of.
  if (params.length === 0) {
    const bound = bind(template, { params: {}, budgets: [] });
    if (!bound.ok) reading.report(reading.root, bound.reason);
  }
  return template;
}

function paramsOf(reading: Reading, field: Field | undefined): readonly Parameter[] {
  const out: Parameter[] = [];
  for (const [name, { key, value }] of fieldsOf(reading, field?.value ?? null, '`params`') ?? []) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name))
      reading.report(key, `${quoted(name)} is no name of a parameter`);
    const what = `the parameter ${quoted(name)}`;
    const of = knownFieldsOf(reading, value, what, [
      'type',
      'required',
      'default',
      'one_of',
      'max_length',
      'min',
      'max',
    ]);
    const type = choiceOf(reading, of?.get('type'), 'a type of parameter', parameterTypes) ?? 'string';
    const fallback = stringOf(reading, of?.get('default'), `the default of ${what} (in quotes)`);
    const oneOf = stringsOf(reading, of?.get('one_of'), '`one_of`');
    const maxLength = wholeOf(reading, of?.get('max_length'), '`max_length`', 1, 2000);
    const min = wholeOf(reading, of?.get('min'), '`min`');
    const max = wholeOf(reading, of?.get('max'), '`max`');
    if ((min ?? max) !== undefined && type !== 'integer')
      reading.report(key, '`min` and `max` are for integers');
    const required = booleanOf(reading, of?.get('required'), '`required`') ?? fallback === undefined;
    const parameter: Parameter = {
      name,
      type,
      required,
      ...(fallback === undefined ? {} : { fallback }),
      ...(oneOf === undefined ? {} : { oneOf }),
      ...(maxLength === undefined ? {} : { maxLength }),
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    };
    for (const value of [...(oneOf ?? []), ...(fallback === undefined ? [] : [fallback])]) {
      const fault = valueFault(parameter, value);
      if (fault !== undefined) reading.report(key, `${quoted(value)} does not fit ${what}: it must ${fault}`);
    }
    out.push(parameter);
  }
  return out;
}

function capabilitiesOf(
  reading: Reading,
  field: Field | undefined,
  ceiling: Level | undefined,
  params: readonly Parameter[],
): readonly CapabilityDraft[] {
  const nodes = sequenceOf(reading, field, '`capabilities`');
  if (nodes === undefined || nodes.length > maxCapabilities) {
    if (reading.problems.length === 0)
      reading.report(
        field?.value ?? reading.root,
        `a template has a list of at most ${maxCapabilities} \`capabilities\``,
      );
    return [];
  }
  return nodes.flatMap((node) => {
    const capability = readCapability(reading, node);
    if (capability === undefined) return [];
    for (const name of parametersOf(capability)) {
      const parameter = params.find((one) => one.name === name);
      if (parameter === undefined)
        reading.report(
          node,
          `there is no parameter ${quoted(name)}${didYouMean(
            name,
            params.map((one) => one.name),
          )}`,
        );
      // An empty set never matches, and what is left out of one must not make it wider.
      else if (!parameter.required && parameter.fallback === undefined)
        reading.report(
          node,
          `the parameter ${quoted(name)} is bound here, so it is required or has a default`,
        );
    }
    return [ceiling === undefined ? capability : under(ceiling, capability)];
  });
}

function under(ceiling: Level, capability: CapabilityDraft): CapabilityDraft {
  const least = (level: Level | undefined): Level =>
    level === undefined || levels.indexOf(ceiling) < levels.indexOf(level) ? ceiling : level;
  return {
    ...capability,
    resourceAtMost: least(capability.resourceAtMost),
    sessionAtMost: least(capability.sessionAtMost),
  };
}

function budgetsOf(reading: Reading, field: Field | undefined): readonly Budget[] {
  const out: Budget[] = [];
  for (const [name, inner] of fieldsOf(reading, field?.value ?? null, '`budgets`') ?? []) {
    const limit = wholeOf(reading, inner, `the budget ${quoted(name)}`, 0, 999_999_999);
    const of = name.startsWith('calls:') ? name.slice('calls:'.length) : undefined;
    if (!budgetShape.shape.name.safeParse(name).success || (of !== undefined && !isActionClass(of)))
      reading.report(
        inner.key,
        `${quoted(name)} is no budget: \`calls\`, or \`calls:<class>\` with a class of the catalogue`,
      );
    else if (limit !== undefined) out.push({ name, limit });
  }
  return out;
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const maxWindowMs = 7 * 86_400_000;

function windowOf(reading: Reading, field: Field | undefined): number | undefined {
  const inner = knownFieldsOf(reading, field?.value ?? null, '`window`', ['ttl'])?.get('ttl');
  const written = stringOf(reading, inner, '`ttl`');
  if (written === undefined) return undefined;
  const [, count, unit = ''] = /^([1-9]\d{0,6})([smhd])$/.exec(written) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? Number.NaN);
  if (ms <= maxWindowMs) return ms;
  reading.report(
    inner?.value ?? null,
    `${quoted(written)} is no duration of at most seven days: write 90s, 15m, 2h`,
  );
  return undefined;
}

function workflowOf(reading: Reading, field: Field | undefined): Workflow | undefined {
  if (field === undefined) return undefined;
  const fields = knownFieldsOf(reading, field.value, '`workflow`', ['start', 'states']);
  const start = stringOf(reading, fields?.get('start'), '`start`');
  const states =
    fieldsOf(reading, fields?.get('states')?.value ?? null, '`states`') ?? new Map<string, Field>();
  const isState = (name: string | undefined, at: Node | null): name is string => {
    if (name !== undefined && states.has(name)) return true;
    reading.report(
      at,
      `${quoted(name ?? '')} is no state of the workflow${didYouMean(name ?? '', states.keys())}`,
    );
    return false;
  };
  if (!isState(start, fields?.get('start')?.value ?? field.key)) return undefined;
  return {
    start,
    states: [...states].map(([name, { value }]) => ({
      name,
      next: [...(fieldsOf(reading, value, `the state ${quoted(name)}`) ?? [])].flatMap(([of, step]) => {
        if (!isActionClass(of))
          reading.report(step.key, `${quoted(of)} is no action class${didYouMean(of, Object.keys(classes))}`);
        const to =
          isScalar(step.value) && typeof step.value.value === 'string' ? step.value.value : undefined;
        return isState(to, step.value ?? step.key) ? [{ class: of, to }] : [];
      }),
    })),
  };
}

function obligationsOf(reading: Reading, field: Field | undefined): number | undefined {
  const inner = knownFieldsOf(reading, field?.value ?? null, '`obligations`', ['max_result_bytes']);
  return wholeOf(reading, inner?.get('max_result_bytes'), '`max_result_bytes`', 1);
}
