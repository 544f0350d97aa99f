// SPDX-License-Identifier: Apache-2.0
/**
 * What words of a request ask for: verbs with the classes of actions that they speak of, and words that say nothing.
 *
 * Data, by language; a request is read with all of them. Adding a language is adding a table.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';

export interface Lexicon {
  /** Stems; a word counts if it is one of them or starts with one that ends in `*`. */
  readonly verbs: Readonly<Record<string, readonly ActionClass[]>>;
  /** Words that tell things apart no better than `the`. */
  readonly empty: readonly string[];
  /** What gives something back to whom it came from. */
  readonly back: readonly string[];
  /** What invites or names the people of something. */
  readonly people: readonly string[];
  /** Superlatives, with the sense in which a quantity is looked at. */
  readonly most: Readonly<Record<string, 'max' | 'min'>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly all: readonly string[];
  /** Whether a document is to be followed. */
  readonly follow: readonly string[];
  readonly negations: readonly string[];
  /** After these a negation is none: `do not forget to`. */
  readonly undone: readonly string[];
}

export const english: Lexicon = {
  verbs: {
    send: ['send', 'pay'],
    email: ['send'],
    mail: ['send'],
    'e-mail': ['send'],
    reply: ['send'],
    respond: ['send'],
    answer: ['send'],
    forward: ['send'],
    notify: ['send'],
    tell: ['send'],
    message: ['send'],
    text: ['send'],
    contact: ['send'],
    write: ['send', 'write', 'create'],
    share: ['send', 'grant', 'write', 'publish'],
    invite: ['send', 'create', 'write', 'grant'],
    post: ['publish', 'send'],
    publish: ['publish'],
    upload: ['publish', 'write', 'create'],
    pay: ['pay'],
    transfer: ['pay'],
    refund: ['pay'],
    reimburse: ['pay'],
    wire: ['pay'],
    transaction: ['pay'],
    payment: ['pay', 'write'],
    buy: ['pay', 'create'],
    purchase: ['pay', 'create'],
    order: ['pay', 'create', 'write'],
    donate: ['pay'],
    return: ['pay', 'write', 'send'],
    exchange: ['pay', 'write'],
    delete: ['delete'],
    remove: ['delete', 'write'],
    cancel: ['delete', 'write', 'pay'],
    erase: ['delete'],
    clear: ['delete'],
    drop: ['delete'],
    uninstall: ['delete'],
    create: ['create', 'write'],
    make: ['create', 'write', 'pay'],
    add: ['create', 'write', 'send', 'grant'],
    append: ['write'],
    insert: ['create', 'write'],
    schedule: ['create', 'write', 'pay'],
    book: ['create', 'pay'],
    reserve: ['create', 'pay'],
    plan: ['create'],
    register: ['create'],
    open: ['create', 'read'],
    save: ['create', 'write'],
    store: ['create', 'write'],
    'set*': ['create', 'write', 'configure', 'pay'],
    update: ['write', 'configure', 'pay', 'credential'],
    change: ['write', 'configure', 'pay', 'credential'],
    modify: ['write', 'configure', 'pay'],
    edit: ['write'],
    adjust: ['write', 'configure', 'pay'],
    reschedule: ['write'],
    move: ['write'],
    rename: ['write'],
    replace: ['write'],
    mark: ['write'],
    reset: ['write', 'configure', 'credential'],
    fix: ['write'],
    correct: ['write'],
    grant: ['grant'],
    allow: ['grant'],
    give: ['grant', 'send', 'pay'],
    deploy: ['deploy'],
    release: ['deploy'],
    install: ['deploy', 'execute'],
    run: ['execute'],
    execute: ['execute'],
    configure: ['configure'],
    enable: ['configure'],
    disable: ['configure'],
  },
  empty: (
    'a an the this that these those my your his her its our their i me you he she it we they them us of in on at to ' +
    'for from by with about into over under and or not no but if then so as is are was were be been being do does did ' +
    'have has had can could will would shall should may might must please also just only very more most some any all ' +
    'each every other another same new next last first there here when where what which who whom how why up out get ' +
    'got make sure tell give take let me re fw fwd hi hello dear thanks thank best regards email emails mail mails file ' +
    'files event events meeting transaction transactions payment payments document documents message messages account ' +
    'user users name names date time day today tomorrow yesterday week month year id am pm'
  ).split(' '),
  back: ['refund', 'reimburse', 'reply', 'respond', 'answer', 'back', 'return'],
  people: [
    'invite',
    'participants',
    'participant',
    'guests',
    'guest',
    'attendees',
    'attendee',
    'people',
    'person',
    'everyone',
    'client',
    'clients',
    'them',
  ],
  most: {
    largest: 'max',
    biggest: 'max',
    longest: 'max',
    highest: 'max',
    latest: 'max',
    newest: 'max',
    recent: 'max',
    last: 'max',
    smallest: 'min',
    shortest: 'min',
    lowest: 'min',
    oldest: 'min',
    earliest: 'min',
  },
  numbers: { two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
  all: ['all', 'every', 'each', 'everyone', 'everything', 'everybody'],
  follow: [
    'instructions',
    'actions',
    'specified',
    'accordingly',
    'follow',
    'todo',
    'todos',
    'tasks',
    'according',
    'based',
  ],
  negations: ['not', "don't", 'dont', 'never', 'without'],
  undone: ['forget', 'hesitate', 'fail', 'miss'],
};

export const lexicons: readonly Lexicon[] = [english];
