// SPDX-License-Identifier: Apache-2.0
// One capability of a template: what it is for, and what its values must be.
import { isNode, isScalar, isSeq, type Node } from 'yaml';
import { didYouMean } from '../../core/catalogue/nearest.ts';
import { type ActionClass, classes, isActionClass } from '../../core/catalogue/taxonomy.ts';
import { levels } from '../../core/label/label.ts';
import { hostSuffixOf } from '../../core/task/host.ts';
import { segmentsOf } from '../../core/task/path.ts';
import { maxChoices } from '../../core/task/scope.ts';
import { type CapabilityDraft, type ConstraintDraft, parameterIn } from '../../core/task/template.ts';
import { quoted } from '../catalogue-files/problem.ts';
import {
  choiceOf,
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  stringsOf,
} from '../catalogue-files/yaml.ts';
import { wholeOf } from './whole.ts';

const known = ['actions', 'classes', 'servers', 'tools', 'args', 'resource', 'session'];
const forms = ['one_of', 'within_path', 'within_host', 'integer'] as const;

/** @returns undefined where a problem was reported */
export function readCapability(reading: Reading, node: Node): CapabilityDraft | undefined {
  const fields = knownFieldsOf(reading, node, 'a capability', known);
  if (fields === undefined) return undefined;
  const actions = namesOf(reading, fields.get('actions'), '`actions`');
  const servers = namesOf(reading, fields.get('servers'), '`servers`');
  const tools = namesOf(reading, fields.get('tools'), '`tools`');
  const of = classesOf(reading, fields.get('classes'));
  if ((actions ?? of ?? tools) === undefined)
    reading.report(node, 'a capability says what it is for: `actions`, `classes` or `tools`');
  const args = [...(fieldsOf(reading, fields.get('args')?.value ?? null, '`args`') ?? [])].flatMap(
    ([argument, field]) => {
      const must = readConstraint(reading, field, `the argument ${quoted(argument)}`);
      return must === undefined ? [] : [{ argument, must }];
    },
  );
  const resource = knownFieldsOf(reading, fields.get('resource')?.value ?? null, '`resource`', [
    'types',
    'id',
    'at_most',
  ]);
  const resourceTypes = namesOf(reading, resource?.get('types'), '`types`');
  const id = resource?.get('id');
  const resourceId = id === undefined ? undefined : readConstraint(reading, id, '`id`');
  const resourceAtMost = choiceOf(reading, resource?.get('at_most'), 'a level', levels);
  const session = knownFieldsOf(reading, fields.get('session')?.value ?? null, '`session`', ['at_most']);
  const sessionAtMost = choiceOf(reading, session?.get('at_most'), 'a level', levels);
  return {
    ...(actions === undefined ? {} : { actions }),
    ...(of === undefined ? {} : { classes: of }),
    ...(servers === undefined ? {} : { servers }),
    ...(tools === undefined ? {} : { tools }),
    ...(args.length === 0 ? {} : { args }),
    ...(resourceTypes === undefined ? {} : { resourceTypes }),
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(resourceAtMost === undefined ? {} : { resourceAtMost }),
    ...(sessionAtMost === undefined ? {} : { sessionAtMost }),
  };
}

function readConstraint(reading: Reading, field: Field, what: string): ConstraintDraft | undefined {
  const fields = knownFieldsOf(reading, field.value, what, forms);
  const [form] = forms.filter((one) => fields?.has(one));
  const inner = form === undefined ? undefined : fields?.get(form);
  if (form === undefined || inner === undefined || fields?.size !== 1) {
    reading.report(
      field.value ?? field.key,
      `${what} has one constraint: ${forms.map((one) => `\`${one}\``).join(', ')}`,
    );
    return undefined;
  }
  if (form === 'integer') return integerOf(reading, inner);
  const values = valuesOf(reading, inner, form);
  if (values === undefined) return undefined;
  switch (form) {
    case 'one_of':
      return { is: form, values };
    case 'within_path':
      return { is: form, prefixes: values };
    case 'within_host':
      return { is: form, suffixes: values };
  }
}

function valuesOf(
  reading: Reading,
  field: Field,
  form: Exclude<(typeof forms)[number], 'integer'>,
): readonly string[] | undefined {
  const values = namesOf(reading, field, `\`${form}\``, true);
  for (const value of values ?? []) {
    if (parameterIn(value) !== undefined) continue;
    if (form === 'within_path' && segmentsOf(value) === undefined)
      reading.report(
        field.value,
        `${quoted(value)} is no plain path: no \`..\`, \`//\`, \`%\`, \`~\` or backslash`,
      );
    if (form === 'within_host' && hostSuffixOf(value) === undefined)
      reading.report(
        field.value,
        `${quoted(value)} is no host: write \`example.com\`, without scheme, port or \`*\``,
      );
  }
  return values;
}

function integerOf(reading: Reading, field: Field): ConstraintDraft | undefined {
  const fields = knownFieldsOf(reading, field.value, '`integer`', ['min', 'max']);
  const end = (name: 'min' | 'max'): number | string | undefined => {
    const inner = fields?.get(name);
    const written = isScalar(inner?.value) ? inner.value.value : undefined;
    if (typeof written === 'string' && parameterIn(written) !== undefined) return written;
    return wholeOf(reading, inner, `\`${name}\` (or a parameter)`);
  };
  const min = end('min');
  const max = end('max');
  if ((min ?? max) === undefined || (typeof min === 'number' && typeof max === 'number' && min > max)) {
    reading.report(
      field.value ?? field.key,
      'an `integer` lies from `min` to `max`, of which one may be left out',
    );
    return undefined;
  }
  return { is: 'integer', ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

/** A list that is not empty: an empty one would match nothing, and nobody means that. */
function namesOf(
  reading: Reading,
  field: Field | undefined,
  what: string,
  parameters = false,
): readonly string[] | undefined {
  const names = stringsOf(reading, field, what);
  if (names === undefined || field === undefined) return undefined;
  if (names.length === 0 || names.length > maxChoices)
    reading.report(field.value ?? field.key, `${what} has from 1 to ${maxChoices} items`);
  for (const name of names) {
    if (name === '' || name.length > 1024)
      reading.report(field.value, `${what} has items of 1 to 1024 characters`);
    if (name.includes('${') && !(parameters && parameterIn(name) !== undefined))
      reading.report(
        field.value,
        parameters
          ? `${quoted(name)}: a parameter stands for a whole value, \`\${param.name}\``
          : `${what} cannot be bound to parameters`,
      );
  }
  return names;
}

function classesOf(reading: Reading, field: Field | undefined): readonly ActionClass[] | undefined {
  const written = namesOf(reading, field, '`classes`');
  for (const name of written ?? []) {
    if (!isActionClass(name))
      reading.report(
        field?.value ?? null,
        `${quoted(name)} is no action class${didYouMean(name, Object.keys(classes))}`,
      );
  }
  return written?.filter(isActionClass);
}

export function sequenceOf(
  reading: Reading,
  field: Field | undefined,
  what: string,
): readonly Node[] | undefined {
  if (field === undefined) return undefined;
  if (isSeq(field.value)) return field.value.items.filter(isNode);
  reading.report(field.value ?? field.key, `${what} must be a list`);
  return undefined;
}
