// SPDX-License-Identifier: Apache-2.0
/**
 * The file of approvers: people, what each is known by, and the groups that policies name.
 *
 * Never guesses: a key that nobody knows, a member who is nobody, a name twice refuse the whole file. A group that
 * quietly lost somebody would ask the wrong people.
 *
 * Source: docs/approvals.md, "Who approves".
 */
import { readFileSync } from 'node:fs';
import { type Person, type Roster, rosterOf, type SignIn } from '../../core/approval/roster.ts';
import { canonicalJson } from '../../core/json/canonical.ts';
import { about, type Problem, quoted } from '../catalogue-files/problem.ts';
import {
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  readYaml,
  stringOf,
  stringsOf,
} from '../catalogue-files/yaml.ts';

export type ApproversLoad =
  | { readonly ok: true; readonly roster: Roster; readonly source: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const maxPeople = 1000;
const maxGroups = 200;
const maxNames = 16;

/** @param path of the file, which is read whole */
export function loadApprovers(path: string): ApproversLoad {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { ok: false, problems: [about(path, 'not a file that can be read')] };
  }
  return readApprovers(path, text);
}

export function readApprovers(file: string, text: string): ApproversLoad {
  const reading = readYaml(file, text);
  const fields =
    reading.problems.length === 0
      ? knownFieldsOf(reading, reading.root, 'the file of approvers', ['people', 'groups', 'sign_in'])
      : undefined;
  const people = fields === undefined ? [] : peopleOf(reading, fields.get('people'));
  const groups = fields === undefined ? [] : groupsOf(reading, fields.get('groups'), people);
  const signIn = fields === undefined ? undefined : signInOf(reading, fields.get('sign_in'));
  if (reading.problems.length > 0) return { ok: false, problems: reading.problems };
  const source = canonicalJson({
    people: people.map(({ name, operators, also, subjects = [] }) => ({
      ...{ name, operators, also },
      ...(subjects.length === 0 ? {} : { subjects }),
    })),
    groups: Object.fromEntries(groups),
    ...(signIn === undefined ? {} : { signIn: { ...signIn } }),
  });
  return { ok: true, roster: rosterOf(people, groups, signIn), source };
}

function signInOf(reading: Reading, field: Field | undefined): SignIn | undefined {
  if (field === undefined) return undefined;
  const own = knownFieldsOf(reading, field.value, '`sign_in`', ['issuer', 'client']);
  const issuer = stringOf(reading, own?.get('issuer'), '`issuer`') ?? '';
  const client = stringOf(reading, own?.get('client'), '`client`') ?? '';
  if (!isIssuer(issuer))
    reading.report(
      field.value,
      `the issuer ${quoted(issuer)} must be an https URL without query: \`https://login.example.com\``,
    );
  if (!/^[\x21-\x7e]{1,200}$/.test(client))
    reading.report(field.value, `the client ${quoted(client)} must be what the issuer knows this desk as`);
  return { issuer, client };
}

/** Without TLS only on this machine: what is read on the way can be said by others. */
function isIssuer(text: string): boolean {
  const url = text.length <= 500 ? URL.parse(text) : null;
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    return false;
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal);
}

function peopleOf(reading: Reading, field: Field | undefined): readonly Person[] {
  const fields = fieldsOf(reading, field?.value ?? null, '`people`') ?? new Map<string, Field>();
  if (fields.size > maxPeople) reading.report(field?.value ?? null, `there are at most ${maxPeople} people`);
  const known = new Map<string, string>();
  const subjectsKnown = new Map<string, string>();
  return [...fields].map(([name, { key, value }]) => {
    if (!isName(name))
      reading.report(key, `${quoted(name)} must be a name such as \`ana\` or \`ana@example.com\``);
    const own = knownFieldsOf(reading, value, `person ${quoted(name)}`, ['operators', 'also', 'subjects']);
    const operators = namesOf(reading, own?.get('operators'), '`operators`');
    const also = namesOf(reading, own?.get('also'), '`also`');
    for (const called of new Set([name, ...also])) {
      const other = known.get(called);
      if (other !== undefined)
        reading.report(key, `${quoted(called)} is what ${quoted(other)} is called already`);
      known.set(called, name);
    }
    const subjects = stringsOf(reading, own?.get('subjects'), '`subjects`') ?? [];
    if (subjects.length > maxNames || !subjects.every((one) => /^[\x20-\x7e]{1,255}$/.test(one)))
      reading.report(key, `\`subjects\` are at most ${maxNames}, as the issuer has them in \`sub\``);
    for (const subject of subjects) {
      const other = subjectsKnown.get(subject);
      if (other !== undefined)
        reading.report(key, `the issuer's subject ${quoted(subject)} is ${quoted(other)} already`);
      subjectsKnown.set(subject, name);
    }
    return { name, operators, also, ...(subjects.length === 0 ? {} : { subjects }) };
  });
}

function groupsOf(
  reading: Reading,
  field: Field | undefined,
  people: readonly Person[],
): readonly (readonly [string, readonly string[]])[] {
  const fields = fieldsOf(reading, field?.value ?? null, '`groups`') ?? new Map<string, Field>();
  if (fields.size > maxGroups) reading.report(field?.value ?? null, `there are at most ${maxGroups} groups`);
  const names = new Set(people.map(({ name }) => name));
  return [...fields].map(([name, one]) => {
    if (!isName(name)) reading.report(one.key, `${quoted(name)} must be a name such as \`finance\``);
    const members = stringsOf(reading, one, `group ${quoted(name)}`) ?? [];
    for (const member of members)
      if (!names.has(member)) reading.report(one.value, `${quoted(member)} is nobody under \`people\``);
    if (new Set(members).size < members.length) reading.report(one.value, 'somebody stands twice in it');
    return [name, members] as const;
  });
}

function namesOf(reading: Reading, field: Field | undefined, what: string): readonly string[] {
  const names = stringsOf(reading, field, what) ?? [];
  if (names.length > maxNames || new Set(names).size < names.length || !names.every(isName))
    reading.report(
      field?.value ?? null,
      `${what} must be at most ${maxNames} names, each once: \`local:1000\``,
    );
  return names;
}

function isName(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._@:+-]{0,99}$/u.test(text);
}
