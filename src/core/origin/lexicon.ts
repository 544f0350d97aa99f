// SPDX-License-Identifier: Apache-2.0
/**
 * What words of a request ask for: verbs with the classes of actions that they speak of, and words that say nothing.
 *
 * Data, by language; a request is read with all of them. Adding a language is adding a table.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';

export interface Lexicon {
  /** Stems: a word counts if it is one of them, or one with a common ending. */
  readonly verbs: Readonly<Record<string, readonly ActionClass[]>>;
  /** Of those the ones that ask for something only where an order may stand: at a start, after `and` or `to`. */
  readonly weak: readonly string[];
  readonly starts: readonly string[];
  /** What else an order may begin with: it asks to look and to tell, or begins a question or a statement. */
  readonly observes: readonly string[];
  /** Right behind these stands an order. */
  readonly polite: readonly string[];
  /** Words that tell things apart no better than `the`. */
  readonly empty: readonly string[];
  /** What gives something back to whom it came from. */
  readonly back: readonly string[];
  /** What is said to somebody: whom the request names then may be whom it means. */
  readonly speaks: readonly string[];
  /** What invites or names the people of something. */
  readonly people: readonly string[];
  /** Superlatives, with the sense in which a quantity is looked at. */
  readonly most: Readonly<Record<string, 'max' | 'min'>>;
  /** What the ones of them are about that are about one sort of quantity; the others are about a size. */
  readonly mostOf: Readonly<Record<string, 'price' | 'time' | 'rating'>>;
  /** Of those the ones that may be said of a time only. */
  readonly times: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
  readonly ordinals: Readonly<Record<string, number | 'last'>>;
  /** Right behind an ordinal: `the second one`. */
  readonly ones: readonly string[];
  readonly all: readonly string[];
  /** Whether a document is to be followed. */
  readonly follow: readonly string[];
  /** What things are called by that have numbers, where the word says nothing else: `order 7`. */
  readonly things: readonly string[];
  /** What leaves a choice to whoever does it. */
  readonly choice: readonly string[];
  /** What is behind links. */
  readonly pages: readonly string[];
  /** What speaks of a sum of money without saying it. */
  readonly amounts: readonly string[];
  /** What speaks of a calculation. */
  readonly sums: readonly string[];
  /** Before a noun; the first directly, the second between that and the noun. */
  readonly articles: readonly string[];
  readonly adjectives: readonly string[];
  /** What opens something: a request that speaks of one may mean it to be sent. */
  readonly secrets: readonly string[];
  /** Of these nothing is done to anybody else where `me` follows. */
  readonly answers: readonly string[];
  readonly me: readonly string[];
  readonly negations: readonly string[];
  /** After these a negation is none: `do not forget to`. */
  readonly undone: readonly string[];
}

export const english: Lexicon = {
  verbs: {
    send: ['send', 'pay', 'publish'],
    email: ['send'],
    mail: ['send'],
    'e-mail': ['send'],
    reply: ['send'],
    respond: ['send'],
    answer: ['send'],
    forward: ['send', 'publish'],
    notify: ['send'],
    tell: ['send'],
    message: ['send', 'publish'],
    text: ['send'],
    contact: ['send'],
    inform: ['send'],
    remind: ['send'],
    greet: ['send'],
    thank: ['send'],
    congratulate: ['send'],
    warn: ['send'],
    alert: ['send'],
    dm: ['send'],
    ping: ['send'],
    write: ['send', 'write', 'create', 'publish'],
    draft: ['send', 'create', 'write'],
    apologize: ['send'],
    apologise: ['send'],
    share: ['send', 'grant', 'write', 'publish', 'create'],
    invite: ['send', 'create', 'write', 'grant', 'administer', 'delegate'],
    post: ['publish', 'send', 'write', 'create'],
    publish: ['publish', 'send', 'write', 'create'],
    tweet: ['publish'],
    upload: ['publish', 'write', 'create', 'send'],
    announce: ['publish', 'send'],
    comment: ['publish', 'send', 'write'],
    submit: ['publish', 'send', 'create', 'write'],
    report: ['send', 'publish', 'create'],
    broadcast: ['send', 'publish'],
    pay: ['pay', 'send'],
    transfer: ['pay', 'write', 'send'],
    refund: ['pay', 'send'],
    reimburse: ['pay', 'send'],
    wire: ['pay', 'send'],
    transaction: ['pay'],
    payment: ['pay', 'write'],
    hire: ['pay', 'create', 'write'],
    rent: ['pay', 'create', 'write'],
    subscribe: ['pay', 'create', 'write', 'configure'],
    buy: ['pay', 'create', 'write'],
    purchase: ['pay', 'create', 'write'],
    order: ['pay', 'create', 'write', 'send'],
    donate: ['pay', 'send'],
    return: ['pay', 'write', 'send'],
    exchange: ['pay', 'write'],
    settle: ['pay'],
    invest: ['pay'],
    deposit: ['pay'],
    withdraw: ['pay'],
    tip: ['pay'],
    delete: ['delete'],
    remove: ['delete', 'write', 'grant', 'administer'],
    cancel: ['delete', 'write', 'pay', 'send'],
    erase: ['delete'],
    clear: ['delete', 'write'],
    drop: ['delete'],
    uninstall: ['delete'],
    kick: ['delete', 'write', 'grant', 'administer'],
    ban: ['delete', 'write', 'grant', 'administer'],
    revoke: ['delete', 'grant', 'write', 'administer'],
    unsubscribe: ['delete', 'write'],
    discard: ['delete'],
    purge: ['delete'],
    archive: ['write', 'delete'],
    trash: ['delete'],
    unshare: ['grant', 'delete', 'write'],
    create: ['create', 'write'],
    make: ['create', 'write', 'pay'],
    add: ['create', 'write', 'send', 'grant', 'administer', 'configure'],
    append: ['write'],
    insert: ['create', 'write'],
    schedule: ['create', 'write', 'pay', 'send'],
    book: ['create', 'pay', 'write'],
    reserve: ['create', 'pay', 'write'],
    plan: ['create'],
    register: ['create', 'write'],
    save: ['create', 'write'],
    store: ['create', 'write'],
    record: ['create', 'write'],
    generate: ['create', 'write'],
    build: ['create', 'execute'],
    copy: ['create', 'write'],
    duplicate: ['create'],
    import: ['create', 'write'],
    enroll: ['create', 'write', 'grant'],
    sign: ['create', 'write'],
    start: ['create', 'write', 'execute'],
    open: ['create', 'read', 'write', 'send', 'publish'],
    log: ['create', 'write'],
    prepare: ['create', 'write'],
    arrange: ['create', 'send'],
    organize: ['create', 'write', 'send'],
    organise: ['create', 'write', 'send'],
    host: ['create'],
    set: ['create', 'write', 'configure', 'pay', 'credential', 'execute'],
    update: ['write', 'configure', 'pay', 'credential', 'administer', 'grant'],
    change: ['write', 'configure', 'pay', 'credential', 'administer', 'grant'],
    modify: ['write', 'configure', 'pay', 'grant'],
    edit: ['write', 'configure'],
    adjust: ['write', 'configure', 'pay'],
    reschedule: ['write', 'send'],
    move: ['write'],
    rename: ['write'],
    replace: ['write'],
    mark: ['write'],
    reset: ['write', 'configure', 'credential', 'administer', 'grant'],
    fix: ['write'],
    correct: ['write'],
    close: ['write', 'delete'],
    resolve: ['write'],
    merge: ['write', 'deploy'],
    approve: ['write', 'grant'],
    reject: ['write'],
    accept: ['write', 'create'],
    decline: ['write'],
    confirm: ['write', 'create'],
    assign: ['write', 'grant', 'delegate'],
    label: ['write'],
    tag: ['write'],
    complete: ['write'],
    finish: ['write'],
    extend: ['write'],
    shorten: ['write'],
    increase: ['write', 'configure', 'pay'],
    decrease: ['write', 'configure', 'pay'],
    raise: ['write', 'configure', 'pay'],
    lower: ['write', 'configure', 'pay'],
    reduce: ['write', 'configure', 'pay'],
    renew: ['write', 'pay'],
    upgrade: ['write', 'pay'],
    downgrade: ['write'],
    swap: ['write'],
    fill: ['write', 'create', 'send', 'publish', 'configure'],
    put: ['write', 'create', 'publish', 'send', 'configure', 'grant'],
    enter: ['write', 'create', 'configure'],
    note: ['create', 'write'],
    file: ['create', 'write', 'send'],
    attach: ['write', 'send'],
    pin: ['write'],
    like: ['write'],
    star: ['write'],
    rate: ['write', 'publish'],
    lock: ['write', 'configure', 'execute'],
    unlock: ['write', 'configure', 'execute'],
    switch: ['write', 'configure', 'execute'],
    turn: ['write', 'configure', 'execute'],
    stop: ['write', 'execute'],
    pause: ['write'],
    resume: ['write'],
    join: ['write', 'create', 'grant'],
    leave: ['write', 'delete'],
    follow: ['write'],
    unfollow: ['write'],
    block: ['write'],
    mute: ['write'],
    grant: ['grant', 'administer', 'write'],
    allow: ['grant'],
    give: ['grant', 'send', 'pay'],
    authorize: ['grant'],
    permit: ['grant'],
    promote: ['grant', 'write'],
    deploy: ['deploy'],
    release: ['deploy'],
    install: ['deploy', 'execute'],
    roll: ['deploy'],
    run: ['execute'],
    execute: ['execute'],
    launch: ['execute', 'deploy'],
    restart: ['execute', 'write'],
    reboot: ['execute'],
    configure: ['configure'],
    enable: ['configure', 'write', 'execute'],
    disable: ['configure', 'write', 'execute'],
    let: ['send'],
    say: ['send', 'publish'],
    ask: ['send'],
  },
  weak: (
    'let say ask put set like rate open close leave turn start stop follow plan book text report record sign log block ' +
    'host label tag pin star join run release drop top tip wire raise lower note file enter rent'
  ).split(' '),
  starts: 'please and then to also or you just now do kindly not next first finally afterwards so if'.split(
    ' ',
  ),
  observes: (
    'read show find check look list get search summarize summarise summary see view display fetch browse visit explain ' +
    'describe compare count calculate compute analyze analyse identify determine suggest recommend translate extract help ' +
    'perform do go take use consider remember know need want try keep think note imagine assume suppose work research ' +
    'investigate monitor verify validate confirm ensure retrieve locate print output return review rate pick choose select ' +
    'convert parse scan inspect examine study learn estimate guess predict sort filter group rank tell give answer let make'
  ).split(' '),
  polite: ['please', 'kindly', 'pls'],
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
  speaks: (
    'tell let ask mail email message text write inform notify remind thank report send answer reply respond dm ping ' +
    'contact warn alert forward'
  ).split(' '),
  people: [
    'invite',
    'members',
    'member',
    'everybody',
    'participants',
    'participant',
    'guests',
    'guest',
    'attendees',
    'attendee',
    'everyone',
    'client',
    'clients',
    'customer',
    'customers',
    'recipients',
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
    most: 'max',
    best: 'max',
    greatest: 'max',
    larger: 'max',
    bigger: 'max',
    longer: 'max',
    higher: 'max',
    later: 'max',
    newer: 'max',
    better: 'max',
    smallest: 'min',
    cheaper: 'min',
    smaller: 'min',
    shorter: 'min',
    lower: 'min',
    earlier: 'min',
    sooner: 'min',
    nearer: 'min',
    closer: 'min',
    quickest: 'min',
    fastest: 'min',
    cheapest: 'min',
    least: 'min',
    fewest: 'min',
    nearest: 'min',
    closest: 'min',
    shortest: 'min',
    lowest: 'min',
    oldest: 'min',
    earliest: 'min',
  },
  mostOf: {
    cheapest: 'price',
    cheaper: 'price',
    best: 'rating',
    better: 'rating',
    latest: 'time',
    newest: 'time',
    recent: 'time',
    last: 'time',
    later: 'time',
    newer: 'time',
    oldest: 'time',
    earliest: 'time',
    earlier: 'time',
    sooner: 'time',
  },
  times: [
    'latest',
    'newest',
    'recent',
    'last',
    'earliest',
    'oldest',
    'most',
    'best',
    'later',
    'newer',
    'earlier',
    'sooner',
    'better',
  ],
  numbers: { two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
  ordinals: { first: 1, second: 2, third: 3, fourth: 4, fifth: 5, last: 'last' },
  ones: ['one', 'option', 'result', 'suggestion', 'entry', 'item'],
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
    'asks',
    'asked',
    'requests',
    'requested',
    'request',
    'wants',
  ],
  things: 'file event email transaction message document account user order payment mail post invoice'.split(
    ' ',
  ),
  choice: (
    'choose pick select recommend suggest find any best better cheap cheapest cheaper affordable budget expensive ' +
    'rated rating ratings reviews good great nice suitable fitting appropriate similar compatible available prefer ' +
    'preferred preferably either whichever one ones instead'
  ).split(' '),
  pages: (
    'article articles blog blogs link links linked page pages site sites url urls web webpage webpages website websites ' +
    'online internet'
  ).split(' '),
  amounts: (
    'amount price cost costs bill invoice rent fee fees salary wage balance difference total sum share refund reimburse ' +
    'back sent paid owe owes owed due much usual usually tax tip half rest remaining everything all'
  ).split(' '),
  sums: (
    'difference sum total half third quarter double triple twice split divide divided share shares rest remaining ' +
    'remainder percent percentage increase increased increases decrease decreased raise raised reduce reduced discount ' +
    'extra additional plus minus tax vat tip fee fees accordingly adjust adjusted per much many'
  ).split(' '),
  articles:
    'a an the this that these those my your his her its our their all any each every no some whose'.split(
      ' ',
    ),
  adjectives: (
    'last latest recent new newest short brief quick following single individual separate unread previous same other ' +
    'first second next scheduled recurring monthly pending old original second third final'
  ).split(' '),
  secrets: (
    'password passwords passcode passcodes passphrase pin pins code codes secret secrets token tokens credential ' +
    'credentials otp login logins key keys'
  ).split(' '),
  answers: ['tell', 'give', 'show', 'answer', 'write', 'return', 'share', 'make', 'get', 'list'],
  me: ['me', 'us'],
  negations: ['not', "don't", 'dont', 'never', 'without'],
  undone: ['forget', 'hesitate', 'fail', 'miss'],
};

export const lexicons: readonly Lexicon[] = [english];
