// SPDX-License-Identifier: Apache-2.0
/**
 * One sentence for the model that sent wrong arguments: which one, and what would be right.
 *
 * Never shows a value that was sent: it may be a secret, and the sentence is recorded. What the schema
 * says was accepted by a person, but is cut short all the same.
 */
import type { ErrorObject } from 'ajv';
import { quoted } from './problem.ts';

const maxChoices = 12;
const maxMessageLength = 400;

export function explain(errors: readonly ErrorObject[]): string {
  // Of an alternative, the errors of each branch stand before the one that tells the whole.
  const error = errors.findLast((e) => e.keyword === 'anyOf' || e.keyword === 'oneOf') ?? errors[0];
  const message = error === undefined ? 'the arguments do not fit the schema' : sentence(error);
  return message.length > maxMessageLength
    ? `${message.slice(0, maxMessageLength).toWellFormed()}...`
    : message;
}

function sentence(error: ErrorObject): string {
  const what = place(error.instancePath);
  const param = (name: string): unknown =>
    Object.hasOwn(error.params, name) ? error.params[name] : undefined;
  const text = (name: string) => quoted(String(param(name)));
  const number = (name: string) => String(param(name));
  switch (error.keyword) {
    case 'required':
      return `${place(`${error.instancePath}/${pointer(String(param('missingProperty')))}`)} is missing`;
    case 'type':
      return `${what} must be ${[param('type')].flat().map(String).map(article).join(' or ')}`;
    case 'enum':
      return `${what} must be one of ${choices(param('allowedValues'))}`;
    case 'const':
      return `${what} must be ${choices([param('allowedValue')])}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `${what} must be ${String(param('comparison'))} ${number('limit')}`;
    case 'multipleOf':
      return `${what} must be a multiple of ${number('multipleOf')}`;
    case 'minLength':
      return `${what} must have at least ${number('limit')} characters`;
    case 'maxLength':
      return `${what} must have at most ${number('limit')} characters`;
    case 'minItems':
      return `${what} must have at least ${number('limit')} elements`;
    case 'maxItems':
    case 'items':
    case 'additionalItems':
    case 'unevaluatedItems':
      return `${what} must have at most ${String(param('limit') ?? param('len'))} elements`;
    case 'uniqueItems':
      return `the elements of ${what} must differ`;
    case 'minProperties':
      return `${what} must have at least ${number('limit')} members`;
    case 'maxProperties':
      return `${what} must have at most ${number('limit')} members`;
    case 'additionalProperties':
      return `${what} must not have ${text('additionalProperty')}`;
    case 'unevaluatedProperties':
      return `${what} must not have ${text('unevaluatedProperty')}`;
    case 'propertyNames':
      return `${what} must not have ${text('propertyName')}`;
    case 'pattern':
      return `${what} must match the pattern ${text('pattern')}`;
    case 'format':
      return `${what} must be in the format ${text('format')}`;
    case 'anyOf':
      return `${what} must fit one of the forms that the schema gives`;
    case 'oneOf':
      return `${what} must fit exactly one of the forms that the schema gives`;
    case 'not':
      return `${what} must not have a form that the schema excludes`;
    case 'false schema':
      return `${what} must be left out`;
    case 'dependencies':
    case 'dependentRequired':
      return `${what} with ${text('property')} must have ${quoted(String(param('deps')))}`;
    default:
      return `${what} does not fit \`${error.keyword}\` of the schema`;
  }
}

/** `/items/3/name` is `items[3].name`. */
function place(instancePath: string): string {
  if (instancePath === '') return 'the whole of the arguments';
  const steps = instancePath
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path = steps.map((step, i) =>
    i > 0 && /^\d+$/.test(step) ? `[${step}]` : i === 0 ? step : `.${step}`,
  );
  return quoted(path.join(''));
}

function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function choices(values: unknown): string {
  const list: readonly unknown[] = Array.isArray(values) ? values : [];
  const shown = list
    .slice(0, maxChoices)
    .map((value) => quoted(typeof value === 'string' ? value : JSON.stringify(value)));
  return shown.join(', ') + (list.length > maxChoices ? ` and ${list.length - maxChoices} more` : '');
}
