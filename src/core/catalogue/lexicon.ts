// SPDX-License-Identifier: Apache-2.0
// Which words in names of tools and arguments mean which class or role. Data only; a guess for a person to check.
import type { Kind } from './kind.ts';
import type { ActionClass, Role } from './taxonomy.ts';

/** Words that mean their class wherever they stand in a name: `get_and_delete` deletes. */
export const verbs: ReadonlyMap<string, ActionClass> = lexicon([
  ['create', 'create add insert append register upload schedule'],
  ['write', 'write update edit modify patch save replace rename move upsert assign unassign toggle submit'],
  [
    'delete',
    'delete remove drop destroy purge erase wipe truncate unlink rm overwrite kill terminate prune force',
  ],
  ['send', 'send forward notify invite broadcast transmit'],
  ['publish', 'publish tweet announce share expose'],
  ['fetch', 'fetch download crawl scrape browse navigate curl wget http'],
  ['pay', 'pay refund charge purchase buy payout withdraw deposit checkout donate reimburse'],
  ['execute', 'execute exec run eval evaluate invoke bash spawn sudo'],
  ['deploy', 'deploy rollback rollout promote provision migrate install'],
  ['configure', 'configure'],
  ['grant', 'grant revoke authorize authorise approve chmod chown block unblock ban'],
  [
    'credential',
    'token tokens secret secrets password passwords credential credentials apikey login authenticate vault',
  ],
  ['delegate', 'delegate impersonate'],
  ['administer', 'administer sudoers superuser'],
]);

/** Words that mean it only where the name begins; elsewhere they are nouns (`read_email`, `list_requests`). */
export const leadingVerbs: ReadonlyMap<string, ActionClass> = lexicon([
  ['read', 'get read list show view describe count check stat status info inspect head tail load retrieve'],
  ['read', 'peek tree whoami ping echo help summarize summarise compare diff validate preview'],
  ['search', 'search find query lookup grep filter match discover suggest autocomplete'],
  ['create', 'make build new open fork draft compose log note record remember store comment import generate'],
  ['create', 'clone copy duplicate book queue enqueue'],
  ['write', 'put set sync process transform convert fill type press click drag merge mark tag untag resolve'],
  [
    'write',
    'reschedule accept decline confirm rate like follow unfollow subscribe unsubscribe pin unpin react vote',
  ],
  [
    'write',
    'flag escalate extend renew switch turn pause resume skip adjust dim lock unlock join leave answer',
  ],
  ['create', 'reserve rent hire'],
  ['pay', 'order'],
  ['write', 'close reopen archive restore change enable disable commit increment decrement'],
  ['delete', 'clear reset trash cancel'],
  ['send', 'email mail reply message sms dm push export call'],
  ['publish', 'post'],
  ['fetch', 'request visit goto'],
  ['pay', 'transfer capture wire bill invoice credit debit'],
  ['execute', 'do perform trigger start stop restart shell script command launch compile'],
  ['deploy', 'release scale apply upgrade'],
  ['configure', 'config setup settings'],
  ['grant', 'permit allow deny'],
  ['credential', 'rotate'],
  ['delegate', 'assume'],
  ['administer', 'admin'],
]);

/** The last word of an argument's name, by role; where two fit, the first line wins. */
export const argumentWords: ReadonlyMap<string, Role> = lexicon([
  [
    'credential',
    'token tokens secret secrets password passwd pwd apikey credential credentials passphrase otp',
  ],
  ['credential', 'cookie authorization'],
  ['destination', 'to cc bcc recipient recipients destination dest email emails address addresses phone'],
  ['destination', 'channel channels payee beneficiary iban account webhook callback host hostname attendees'],
  ['destination', 'receiver'],
  ['link', 'url urls uri uris link links href endpoint'],
  ['path', 'path paths file files filename filepath dir directory folder cwd glob'],
  ['code', 'code command commands cmd script shell program snippet javascript python bash'],
  ['query', 'sql query queries search filter filters where cypher graphql jql jmespath xpath expression'],
  ['amount', 'amount price total sum cost fee balance tip'],
  ['content', 'content contents body text message messages subject title description comment note notes'],
  ['content', 'firstname lastname surname fullname displayname'],
  ['content', 'html markdown prompt summary caption data payload attachment attachments value'],
  ['selector', 'id ids uuid key keys name names slug ref number index cursor page limit offset branch'],
]);

/** SQL and its kin: what is asked for is in the text, so the tool's name does not bound it. */
export const statementWords: ReadonlySet<string> = new Set(['sql', 'cypher', 'graphql', 'statement']);

/** Where a command is a shell's. */
export const shellWords: ReadonlySet<string> = new Set(['bash', 'shell', 'sh', 'terminal', 'zsh']);

/** Where SQL is PostgreSQL's. */
export const postgresWords: ReadonlySet<string> = new Set([
  'postgres',
  'postgresql',
  'pg',
  'psql',
  'supabase',
  'neon',
]);

/** The last word of an argument's name, by kind. */
export const argumentKinds: ReadonlyMap<string, Kind> = lexicon([
  ['email', 'email'],
  ['iban', 'iban'],
  ['url', 'url uri link href webhook'],
  ['host', 'host hostname'],
  ['path', 'path filepath'],
  ['phone', 'phone'],
  ['uuid', 'uuid'],
]);

/** `sendEmail_v2` gives `send`, `email`, `v2`: lower-case words of a name, in order. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

function lexicon<T>(lines: readonly (readonly [meaning: T, words: string])[]): ReadonlyMap<string, T> {
  const meanings = new Map<string, T>();
  for (const [meaning, words] of lines) {
    for (const word of words.split(' ')) if (!meanings.has(word)) meanings.set(word, meaning);
  }
  return meanings;
}
