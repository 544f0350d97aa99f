// SPDX-License-Identifier: Apache-2.0
/**
 * `<server>.yaml`: what people say that a server's tools, resources, prompts and methods are.
 *
 * Total: whatever is not understood is a problem at its line, never a setting that quietly does nothing.
 *
 * Source: docs/catalogue.md, "The file".
 */
import { isAbsolute } from 'node:path';
import { isMap, isScalar, type Node } from 'yaml';
import {
  type ArgumentRule,
  type CatalogueEntry,
  type FieldLabel,
  type ResultHolds,
  resultHolds,
} from '../../core/catalogue/entry.ts';
import { dialects, kinds } from '../../core/catalogue/kind.ts';
import { actionFault, serverNameFault, targetNameFault } from '../../core/catalogue/names.ts';
import { didYouMean } from '../../core/catalogue/nearest.ts';
import { type ActionClass, classes, isActionClass, roles } from '../../core/catalogue/taxonomy.ts';
import { prefixFault } from '../../core/catalogue/uri.ts';
import { type Label, levels, unlabelled } from '../../core/label/label.ts';
import { whyNotResourceType } from '../../core/policy/layout.ts';
import { hostSuffixOf } from '../../core/task/host.ts';
import { resultFields } from '../../core/temporal/kept.ts';
import { isPointer, readCategories, readFields, readLabel, resultMembers } from './declared-label.ts';
import { quoted } from './problem.ts';
import {
  booleanOf,
  choiceOf,
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  stringOf,
  stringsOf,
} from './yaml.ts';

export interface Declared {
  readonly at: Node;
  readonly class: ActionClass;
  readonly result: Label;
  readonly fields?: readonly FieldLabel[];
  readonly holds?: ResultHolds;
  readonly reversible: boolean;
}

export interface DeclaredTool extends Declared {
  readonly action: string | undefined;
  readonly actionAt: Node;
  readonly resourceType: string;
  readonly resourceId: { readonly argument: string; readonly at: Node } | undefined;
  readonly resourceLabel: Label;
  readonly keptThere: Pick<CatalogueEntry['resource'], 'reads' | 'stores'>;
  readonly args: ReadonlyMap<string, { readonly at: Node; readonly rule: ArgumentRule }>;
  readonly keeps: { readonly [field: string]: string };
  /** Patterns that cannot be checked in linear time are left to the upstream. */
  readonly uncheckedPatterns: boolean;
}

export interface Declaration {
  readonly server: string;
  readonly stateless: boolean;
  /** What it keeps its data in, where other servers do as well. */
  readonly store: string | undefined;
  /** Hosts of one's own, and all that lies under them. */
  readonly internal: readonly string[];
  /** Where it runs, on this machine: names of its files begin there. */
  readonly root: string | undefined;
  readonly tools: ReadonlyMap<string, DeclaredTool>;
  readonly resources: ReadonlyMap<string, Declared>;
  readonly prompts: ReadonlyMap<string, Declared>;
  readonly methods: ReadonlyMap<string, Declared>;
}

const classNames = Object.keys(classes).filter(isActionClass);

/** Methods that clients and servers ask for; others may be catalogued, with a warning. */
export const knownMethods: readonly string[] = [
  'completion/complete',
  'elicitation/create',
  'logging/setLevel',
  'notifications/message',
  'notifications/progress',
  'prompts/list',
  'resources/list',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'roots/list',
  'sampling/createMessage',
  'subscriptions/listen',
  'tasks/cancel',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tools/list',
];

/** Each of them has a target, and a section of its own. */
const targeted: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'tools'],
  ['resources/read', 'resources'],
  ['prompts/get', 'prompts'],
]);

const maxInternal = 100;

function readInternal(reading: Reading, field: Field | undefined): readonly string[] {
  const written = stringsOf(reading, field, 'the internal hosts') ?? [];
  if (written.length > maxInternal && field !== undefined)
    reading.report(field.value, `at most ${maxInternal} internal hosts`);
  return written.flatMap((one) => {
    const host = hostSuffixOf(one);
    // Under one label lies what anybody can have.
    const isHost = host?.includes('.') === true;
    if (!isHost && field !== undefined)
      reading.report(field.value, `${quoted(one)} is no host such as \`acme.example\``);
    return isHost ? host : [];
  });
}

/** @param expectedServer what the file is called */
export function readDeclaration(reading: Reading, expectedServer: string): Declaration | undefined {
  const known = [
    'server',
    'stateless',
    'store',
    'internal',
    'root',
    'tools',
    'resources',
    'prompts',
    'methods',
  ];
  const fields = knownFieldsOf(reading, reading.root, 'a catalogue', known);
  if (fields === undefined) return undefined;
  const server = stringOf(reading, fields.get('server'), '`server`');
  if (server === undefined) {
    if (!fields.has('server')) reading.report(reading.root, 'a catalogue must name its `server`');
    return undefined;
  }
  const at = fields.get('server')?.value ?? null;
  const fault = serverNameFault(server);
  if (fault !== undefined) reading.report(at, fault);
  else if (server !== expectedServer)
    reading.report(at, `the catalogue of ${quoted(server)} must be in ${quoted(`${server}.yaml`)}`);

  const section = <T>(name: string, read: (target: string, field: Field) => T | undefined) => {
    const entries = new Map<string, T>();
    for (const [target, field] of fieldsOf(reading, fields.get(name)?.value ?? null, `\`${name}\``) ?? []) {
      const entry = read(target, field);
      if (entry !== undefined) entries.set(target, entry);
    }
    return entries;
  };
  const faultless = (field: Field, found: string | undefined) => {
    if (found !== undefined) reading.report(field.key, found);
  };
  return {
    server,
    store: storeOf(reading, fields.get('store')),
    stateless: booleanOf(reading, fields.get('stateless'), '`stateless`') ?? false,
    internal: readInternal(reading, fields.get('internal')),
    root: rootOf(reading, fields.get('root')),
    tools: section('tools', (target, field) => {
      faultless(field, targetNameFault(target));
      return readTool(reading, `${server}/${target}`, field);
    }),
    resources: section('resources', (target, field) => {
      faultless(field, prefixFault(target));
      return readPlain(reading, `${server}/${target}`, field);
    }),
    prompts: section('prompts', (target, field) => {
      faultless(field, targetNameFault(target));
      return readPlain(reading, `${server}/${target}`, field);
    }),
    methods: section('methods', (target, field) => {
      const home = targeted.get(target);
      if (home !== undefined) reading.report(field.key, `\`${target}\` is catalogued under \`${home}\``);
      else if (!/^[A-Za-z$][A-Za-z0-9_$.-]*(?:\/[A-Za-z0-9_$.-]+)*$/.test(target) || target.length > 128)
        reading.report(
          field.key,
          `${quoted(target)} is not the name of a method${didYouMean(target, knownMethods)}`,
        );
      return readPlain(reading, `${server}/${target}`, field);
    }),
  };
}

function storeOf(reading: Reading, field: Field | undefined): string | undefined {
  const store = stringOf(reading, field, '`store`');
  const fault = store === undefined ? undefined : serverNameFault(store);
  if (fault !== undefined) reading.report(field?.value ?? null, `a store is named like a server: ${fault}`);
  return store;
}

function rootOf(reading: Reading, field: Field | undefined): string | undefined {
  const root = stringOf(reading, field, '`root`');
  if (root === undefined || isAbsolute(root)) return root;
  reading.report(field?.value ?? null, 'a `root` is the whole path of a directory on this machine');
  return undefined;
}

function readPlain(reading: Reading, source: string, field: Field): Declared | undefined {
  const fields = knownFieldsOf(reading, field.value, quoted(source), ['class', 'result', 'reversible']);
  if (fields === undefined) return undefined;
  const declared = readDeclared(reading, source, field, fields);
  if (declared?.fields !== undefined)
    reading.report(field.key, 'only results of tools have fields with labels of their own');
  return declared;
}

function readTool(reading: Reading, source: string, field: Field): DeclaredTool | undefined {
  const known = ['class', 'action', 'resource', 'args', 'result', 'keeps', 'reversible', 'patterns'];
  const fields = knownFieldsOf(reading, field.value, quoted(source), known);
  if (fields === undefined) return undefined;
  const declared = readDeclared(reading, source, field, fields);
  const action = stringOf(reading, fields.get('action'), '`action`');
  const fault = action === undefined ? undefined : actionFault(action);
  if (fault !== undefined) reading.report(fields.get('action')?.value ?? null, fault);
  const unchecked = choiceOf(reading, fields.get('patterns'), 'a way with patterns', [
    'checked',
    'unchecked',
  ]);
  const args = readArguments(reading, fields.get('args')?.value ?? null);
  const resource = readResource(
    reading,
    fields.get('resource')?.value ?? null,
    declared?.result ?? unlabelled,
  );
  if (declared === undefined) return undefined;
  return {
    ...declared,
    ...resource,
    action,
    actionAt: fields.get('action')?.value ?? field.key,
    args,
    keeps: readKeeps(reading, fields.get('keeps')?.value ?? null),
    uncheckedPatterns: unchecked === 'unchecked',
  };
}

function readDeclared(
  reading: Reading,
  source: string,
  { key }: Field,
  fieldsOfEntry: ReadonlyMap<string, Field>,
): Declared | undefined {
  const written = choiceOf(reading, fieldsOfEntry.get('class'), 'an action class', classNames);
  if (!fieldsOfEntry.has('class')) reading.report(key, `${quoted(source)} must have a \`class\``);
  const node = fieldsOfEntry.get('result')?.value ?? null;
  const members = resultMembers(reading, node);
  const result = readLabel(reading, members, source);
  const holds = choiceOf(reading, members?.get('holds'), 'what it holds', resultHolds);
  const fields = readFields(reading, members?.get('fields'), source, result);
  const reversible = booleanOf(reading, fieldsOfEntry.get('reversible'), '`reversible`') ?? false;
  if (written === undefined) return undefined;
  return {
    at: key,
    class: written,
    result,
    reversible,
    ...(fields.length === 0 ? {} : { fields }),
    ...(holds === undefined ? {} : { holds }),
  };
}

function readResource(
  reading: Reading,
  node: Node | null,
  result: Label,
): Pick<DeclaredTool, 'resourceType' | 'resourceId' | 'resourceLabel' | 'keptThere'> {
  const fields = knownFieldsOf(reading, node, '`resource`', [
    'type',
    'id',
    'level',
    'categories',
    'reads',
    'stores',
  ]);
  const reads = booleanOf(reading, fields?.get('reads'), '`reads`');
  const stores = booleanOf(reading, fields?.get('stores'), '`stores`');
  const type = stringOf(reading, fields?.get('type'), '`type`');
  const typeFault = type === undefined ? undefined : whyNotResourceType(type);
  if (typeFault !== undefined) reading.report(fields?.get('type')?.value ?? null, typeFault);
  const id = fields?.get('id');
  const argument = stringOf(reading, id, '`id`');
  if (argument !== undefined && type === undefined)
    reading.report(id?.key ?? null, 'a resource with an `id` must have a `type`');
  const level = choiceOf(reading, fields?.get('level'), 'a level', levels) ?? result.level;
  const categories = readCategories(reading, fields?.get('categories')) ?? result.categories;
  return {
    resourceType: type ?? 'Tool',
    resourceId: argument === undefined || id === undefined ? undefined : { argument, at: id.value ?? id.key },
    resourceLabel: { ...result, level, categories },
    keptThere: { ...(reads === undefined ? {} : { reads }), ...(stores === undefined ? {} : { stores }) },
  };
}

function readArguments(reading: Reading, node: Node | null): DeclaredTool['args'] {
  const args = new Map<string, { at: Node; rule: ArgumentRule }>();
  for (const [name, field] of fieldsOf(reading, node, '`args`') ?? []) {
    const rule = readRule(reading, field);
    if (rule !== undefined) args.set(name, { at: field.key, rule });
  }
  return args;
}

const maxKept = 8;

/** `order: /id`: fields of the structured result that history keeps, by JSON Pointer (RFC 6901). */
function readKeeps(reading: Reading, node: Node | null): DeclaredTool['keeps'] {
  const keeps: [string, string][] = [];
  for (const [name, field] of fieldsOf(reading, node, '`keeps`') ?? []) {
    const pointer = stringOf(reading, field, `\`${name}\``);
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) || Object.hasOwn(resultFields, name))
      reading.report(field.key, `${quoted(name)} cannot be the name of a field that history keeps`);
    else if (pointer !== undefined && !isPointer(pointer))
      reading.report(field.value, `${quoted(pointer)} is not a JSON Pointer such as \`/order/id\``);
    else if (pointer !== undefined) keeps.push([name, pointer]);
  }
  if (keeps.length > maxKept) reading.report(node, `history keeps at most ${maxKept} fields of a result`);
  return Object.fromEntries(keeps);
}

/** `selector`, or `{ role: amount, money: true }`. */
function readRule(reading: Reading, field: Field): ArgumentRule | undefined {
  if (isScalar(field.value) && !isMap(field.value)) {
    const role = choiceOf(reading, field, 'a role', roles);
    return role === undefined ? undefined : { role };
  }
  const fields = knownFieldsOf(reading, field.value, 'an argument', [
    'role',
    'kind',
    'dialect',
    'money',
    'history',
    'operand',
  ]);
  const role = choiceOf(reading, fields?.get('role'), 'a role', roles);
  const kind = choiceOf(reading, fields?.get('kind'), 'a kind', kinds);
  const dialect = choiceOf(reading, fields?.get('dialect'), 'a dialect', dialects);
  if (kind === 'sql' && !fields?.has('dialect'))
    reading.report(field.key, `an argument of kind \`sql\` must have a \`dialect\`: ${dialects.join(', ')}`);
  if (kind !== 'sql' && dialect !== undefined)
    reading.report(field.key, 'only an argument of kind `sql` has a `dialect`');
  const operand = choiceOf(reading, fields?.get('operand'), 'an operand', ['file'] as const);
  const written = booleanOf(reading, fields?.get('money'), '`money`');
  if (kind === 'money' && written === false)
    reading.report(field.key, 'an argument of kind `money` is money');
  const money = kind === 'money' ? true : written;
  if (money === true && role !== 'amount')
    reading.report(field.key, 'an argument with `money: true` must have `role: amount`');
  const history = booleanOf(reading, fields?.get('history'), '`history`');
  if (history === true && role === 'credential')
    reading.report(field.key, 'history never keeps a credential');
  return {
    ...(role === undefined ? {} : { role }),
    ...(kind === undefined ? {} : { kind }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(money === undefined ? {} : { money }),
    ...(history === undefined ? {} : { history }),
    ...(operand === undefined ? {} : { operand }),
  };
}
