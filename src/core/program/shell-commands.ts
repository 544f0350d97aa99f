// SPDX-License-Identifier: Apache-2.0
/**
 * What well-known commands do, as data. A command that is not in here, and an option that its line does not know, run
 * something of which nothing is known: `execute`.
 *
 * Options are lists of what is harmless and never of what is not: long options may be cut short (`sort --comp=sh`),
 * and short ones run together.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';

export interface CommandSpec {
  readonly class: ActionClass;
  /** What the words that are no options are. `source_target`: the last one is written, the others are read. */
  readonly names: 'reads' | 'writes' | 'source_target' | 'nothing';
  /** The options for which the class holds; absent: every one. */
  readonly options?: RegExp;
  /** Options of which the next word is the value, and no name. */
  readonly valued?: RegExp;
  /** The first word that is no option is a pattern or a program, and no name. */
  readonly first?: 'skipped';
  /** From so many names on it writes the last one. */
  readonly writesFrom?: number;
  /** A name such as these is an order: `less +!command`. */
  readonly orders?: RegExp;
  /** Where a word has this, it tells what processes were started with. */
  readonly environment?: RegExp;
  /** With these it reads all that lies below a directory. */
  readonly walks?: RegExp;
  /** It speaks to a server: what is made only when it runs is sent. */
  readonly network?: true;
}

const reads: CommandSpec = { class: 'read', names: 'reads' };
const tells: CommandSpec = { class: 'read', names: 'nothing' };
const writes: CommandSpec = { class: 'write', names: 'writes' };
const removes: CommandSpec = { class: 'delete', names: 'writes' };
const only = (spec: CommandSpec, options: RegExp, valued?: RegExp): CommandSpec => ({
  ...spec,
  options,
  ...(valued === undefined ? {} : { valued }),
});
const none = /^$/;
const searching: CommandSpec = {
  ...reads,
  first: 'skipped',
  valued: /^-(?:[eABCmdD]|-(?:regexp|context|after-context|before-context|max-count|include|exclude))$/,
};

export const commandSpecs: ReadonlyMap<string, CommandSpec> = table([
  ['cat tac nl wc rev cut paste join comm fold fmt expand unexpand strings stat ls dir vdir du df', reads],
  ['readlink realpath cmp md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum', reads],
  ['base64 base32 zcat xzcat bzcat od hexdump column', reads],
  ['head tail', { ...reads, valued: /^-[nc]$/ }],
  ['diff', { ...reads, walks: /^(?:-[a-zA-Z]*r[a-zA-Z]*|--rec.*)$/ }],
  ['grep egrep fgrep', { ...searching, walks: /^(?:-[a-zA-Z]*[rRd][a-zA-Z]*|--(?:rec|deref|dir).*)$/ }],
  [
    'jq',
    {
      ...reads,
      first: 'skipped',
      valued: /^--(?:arg|argjson|indent)$/,
      environment: /\benv\b|\$ENV|^-[a-zA-Z]*[fL]|^--(?:from|lib)/,
    },
  ],
  [
    'rg',
    only(
      { ...searching, walks: /^/ },
      /^(?:-[abcehilnopqrstuvwxABCEFHILMNSTUVPmg0-9]+|--(?:files|type|type-not|glob|iglob|hidden|no-ignore|line-number|no-line-number|count|ignore-case|smart-case|case-sensitive|fixed-strings|word-regexp|files-with-matches|files-without-match|only-matching|max-count|max-depth|context|after-context|before-context|json|multiline|no-heading|heading|color|sort|stats|with-filename|no-filename|pcre2|follow|vimgrep|column|trim|invert-match)(?:=.*)?)$/,
      /^(?:-[egtTABCmdM]|--(?:type|type-not|glob|iglob|max-count|max-depth|context|after-context|before-context|color|sort))$/,
    ),
  ],
  ['file', only(reads, /^(?:-[bhiLnNpr0]+|--brief|--mime(?:-type|-encoding)?)$/)],
  ['tree', only(reads, /^-(?:[adfilpsugDFhnCLIP]+|-noreport|-dirsfirst)$/, /^-[LIP]$/)],
  [
    'sort',
    only(
      reads,
      /^(?:-[bdfgiMhnRrVcCmsuz]+|-[kt].*|--(?:reverse|numeric-sort|unique|ignore-case|stable|key=.*))$/,
      /^-[kt]$/,
    ),
  ],
  ['uniq', { ...only(reads, /^-[cdiDuz0-9fsw]+$/), writesFrom: 2 }],
  ['xxd', { ...reads, writesFrom: 2, valued: /^-[lscgo]$/ }],
  ['less more', { ...only(reads, /^-[NSRFXnrIiEe]+$/), orders: /^\+/ }],
  ['echo printf', tells],
  ['pwd true false : basename dirname seq expr yes sleep whoami id groups logname uname uptime free', tells],
  ['nproc arch tty locale cal who w last tr getconf lscpu lsblk which whereis type test [ exit', tells],
  ['break continue return shift pgrep times umask ulimit dirs', tells],
  [
    'date',
    {
      ...only(
        tells,
        /^(?:-[uRI]+|-I(?:date|hours|minutes|seconds)|--(?:utc|universal|iso-8601(?:=.*)?|rfc-3339=.*)|-d|--date=.*)$/,
        /^-d$/,
      ),
      // A time that is no format is set.
      orders: /^[^+]/,
    },
  ],
  // `ps e` tells the environment of each, and `ps -e` lists them all.
  ['ps', { ...tells, environment: /^[a-z]*e[a-z]*$|^-[a-zA-Z]*E/ }],
  ['hostname', { ...only(tells, /^-[fsidI]$/), orders: /^/ }],
  ['touch mkdir', only(writes, /^(?:-[acmpvdrt]+|--parents|--verbose)$/)],
  [
    'cp mv install',
    only(
      { class: 'write', names: 'source_target' },
      /^(?:-[abdfinpRrTuvxDmog]+|--(?:recursive|verbose|force|no-clobber|preserve|archive))$/,
    ),
  ],
  ['ln', only({ class: 'write', names: 'writes' }, /^-[sfnrvTi]+$/)],
  ['tee', only(writes, /^(?:-[aip]+|--append)$/)],
  ['split', only(writes, /^-[abdlnCtx0-9]+$/)],
  ['zip unzip gzip gunzip bzip2 bunzip2 xz unxz zstd', only(writes, /^-[0-9cdfklnqrtuvjop]+$/)],
  ['truncate rm rmdir unlink shred', removes],
  ['kill pkill killall', { class: 'delete', names: 'nothing' }],
  ['chmod chown chgrp setfacl chattr chcon', { class: 'grant', names: 'writes' }],
  [
    'crontab at batch useradd userdel usermod groupadd passwd chpasswd visudo mount umount su systemctl',
    { class: 'administer', names: 'nothing' },
  ],
  [
    'service launchctl iptables nft sysctl modprobe insmod swapon reboot shutdown halt poweroff update-alternatives',
    { class: 'administer', names: 'nothing' },
  ],
  [
    'ping ping6 dig nslookup host whois traceroute tracepath getent',
    { ...only({ class: 'fetch', names: 'nothing' }, /^-[0-9acnqtvwWiIx]+$/), network: true },
  ],
  [
    'nc ncat netcat telnet ftp mail mailx sendmail wall write lp lpr',
    // `nc -e` runs what it is told.
    { ...only({ class: 'send', names: 'nothing' }, none), network: true },
  ],
  [
    // Others are started by what the project says: `yarn --version` runs a file of it.
    'node python python3 ruby perl php java gcc cc clang',
    { ...only(tells, /^(?:-v|-V|--version)$/), orders: /^/ },
  ],
]);

/** Commands that run another one, which is told in their words. */
export interface Wrapper {
  readonly options: RegExp;
  readonly valued?: RegExp;
  /** Words between the options and the command. */
  readonly operands?: number;
  readonly class?: ActionClass;
  /** More words come when it runs. */
  readonly more?: true;
}

export const wrappers: ReadonlyMap<string, Wrapper> = table([
  ['time', { options: /^-p$/ }],
  ['nice', { options: /^(?:-n|-?-?\d+|-n-?\d+)$/, valued: /^-n$/ }],
  ['ionice', { options: /^-[cnt]\d*$/, valued: /^-[cn]$/ }],
  ['nohup setsid', { options: none }],
  [
    'timeout',
    { options: /^(?:-[skv]|--foreground|--preserve-status|-s.*|-k.*)$/, valued: /^-[sk]$/, operands: 1 },
  ],
  ['stdbuf', { options: /^-[ioe].*$/, valued: /^-[ioe]$/ }],
  ['command', { options: /^-p$/ }],
  ['builtin exec', { options: none }],
  ['sudo doas', { options: /^-[nEHSikb]+$|^-[ug]$/, valued: /^-[ug]$/, class: 'administer' }],
  [
    'xargs',
    {
      options: /^(?:-[0rtpx]+|-[nPLIsd].*|--null|--no-run-if-empty|--max-args=\d+|--max-procs=\d+)$/,
      valued: /^-[nPLIsd]$/,
      more: true,
    },
  ],
]);

/** Shells: what they are given is a script. */
export const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash']);

/** A tool with subcommands: `git push`, `npm run`. Two words may stand where one does not tell: `pr view`. */
export interface Subcommands {
  /** Options before the subcommand. */
  readonly globals: RegExp;
  readonly valuedGlobals?: RegExp;
  /** Options behind it, where it only observes. */
  readonly options: RegExp;
  readonly of: ReadonlyMap<string, ActionClass>;
  /** Of a subcommand that is not named. */
  readonly otherwise: ActionClass;
  /** It speaks to a server. */
  readonly network?: true;
  /** What it tells is no file, and not from here. */
  readonly elsewhere?: true;
}

const listing =
  /^(?:-[aAnolqRLg]+|--(?:all|json|quiet|output|format|filter|namespace|all-namespaces|selector|limit|state|tail|since|no-trunc|size|watch|label|labels|author|assignee|search|repo|help|version|depth|long|global|wide)(?:=.*)?)$/;

export const subcommands: ReadonlyMap<string, Subcommands> = table([
  [
    'npm',
    {
      globals: /^(?:-v|--version|-s|--silent)$/,
      options: listing,
      otherwise: 'execute',
      of: verbs([
        ['read', 'ls list la ll explain why root prefix bin help'],
        ['fetch', 'view info show search outdated audit'],
        ['publish', 'publish unpublish deprecate dist-tag'],
        ['credential', 'login logout adduser token whoami owner access'],
        ['configure', 'config set get'],
      ]),
    },
  ],
  [
    'docker podman',
    {
      globals: none,
      elsewhere: true,
      options: listing,
      otherwise: 'execute',
      of: verbs([
        ['read', 'ps images logs inspect version info top port diff history stats'],
        ['delete', 'rm rmi kill stop prune'],
        ['publish', 'push'],
        ['credential', 'login logout'],
        ['fetch', 'pull search'],
      ]),
    },
  ],
  [
    'kubectl oc',
    {
      globals: /^(?:-n|--namespace(?:=.*)?|-A)$/,
      valuedGlobals: /^(?:-n|--namespace)$/,
      options: listing,
      otherwise: 'execute',
      network: true,
      elsewhere: true,
      of: verbs([
        ['read', 'get describe logs top version explain api-resources api-versions cluster-info events'],
        ['deploy', 'apply create replace patch rollout scale autoscale set label annotate expose'],
        ['delete', 'delete drain cordon'],
        ['configure', 'config'],
        ['administer', 'auth certificate taint'],
      ]),
    },
  ],
  [
    'gh glab',
    {
      globals: none,
      options: listing,
      otherwise: 'execute',
      network: true,
      elsewhere: true,
      of: verbs([
        [
          'read',
          'pr=view pr=list pr=diff pr=status pr=checks issue=view issue=list issue=status run=view run=list',
        ],
        [
          'read',
          'repo=view repo=list release=view release=list workflow=view workflow=list search=code status version',
        ],
        ['send', 'api'],
        [
          'publish',
          'pr=create pr=comment pr=review pr=edit pr=close pr=reopen issue=create issue=comment issue=edit',
        ],
        ['publish', 'issue=close gist=create repo=create release=create release=upload repo=fork mr=create'],
        ['deploy', 'pr=merge mr=merge workflow=run run=rerun'],
        ['delete', 'repo=delete release=delete issue=delete run=delete'],
        ['credential', 'auth secret ssh-key gpg-key variable'],
      ]),
    },
  ],
  [
    'terraform tofu pulumi helm',
    {
      globals: none,
      options: listing,
      otherwise: 'execute',
      network: true,
      elsewhere: true,
      of: verbs([
        ['read', 'version list status history'],
        ['deploy', 'apply install upgrade up rollback import'],
        ['delete', 'destroy uninstall delete down'],
        ['publish', 'push'],
        ['credential', 'login logout'],
      ]),
    },
  ],
  [
    'pip pip3',
    {
      globals: none,
      options: listing,
      otherwise: 'execute',
      of: verbs([
        ['read', 'list show freeze check'],
        ['fetch', 'index search'],
      ]),
    },
  ],
  [
    'apt apt-get dnf yum brew pacman apk snap',
    { globals: none, options: none, otherwise: 'administer', of: new Map() },
  ],
]);

/** The service and the verb of `aws` and `gcloud`, by what the verb begins with. */
export const cloudVerbs: readonly (readonly [RegExp, ActionClass])[] = [
  [/^(?:secretsmanager|kms|sts|iam|ssm|sso|auth|secrets|configure|config)$/, 'credential'],
  [/^(?:delete|terminate|remove|destroy|deregister|rm|rb)/, 'delete'],
  [/^(?:cp|sync|mv|put|upload|publish|send|invoke|push)/, 'send'],
  [/^(?:create|update|modify|start|stop|run|deploy|attach|set|add|reboot|mb)/, 'deploy'],
  [/^(?:describe|list|ls|filter|lookup)/, 'read'],
];

/** Files in the directory of a command that say what it runs, whatever its words are. */
export const impliedFiles: ReadonlyMap<string, readonly string[]> = table<readonly string[]>([
  ['npm npx pnpm yarn bun', ['package.json']],
  ['make gmake', ['GNUmakefile', 'makefile', 'Makefile']],
  ['just', ['justfile', 'Justfile']],
  ['rake', ['Rakefile']],
  ['cargo', ['Cargo.toml', 'build.rs']],
  ['docker-compose', ['compose.yaml', 'docker-compose.yml']],
]);

/** Variables that a script may set: nothing that it runs is led by them. Others are an environment for what comes after. */
export const harmlessVariables: ReadonlySet<string> = new Set(
  'CI NODE_ENV LANG LC_ALL LC_CTYPE TZ FORCE_COLOR NO_COLOR TERM COLUMNS LINES DEBIAN_FRONTEND'.split(' '),
);

/** Those that lead shells, loaders and tools, as far as the commands above heed them. */
export const leadingVariables =
  /^(?:PATH|IFS|ENV|SHELL|SHELLOPTS|PS\d|PROMPT.*|CDPATH|HOME|TMPDIR|(?:BASH|LD|DYLD|GIT|SSH|RSYNC|LESS|MAN|GREP|RIPGREP|JQ|TAR|GZIP|ZIP|NODE|NPM|PYTHON|PERL|RUBY|JAVA|XDG|KUBE|DOCKER|AWS|GCLOUD|CLOUDSDK|GH|PG|CURL|WGET|SUDO|GPG|ZDOT|FPATH|RES|LOCPATH|NLSPATH|GCONV|GLIBC|MALLOC)(?:_?.*)|.*(?:PAGER|EDITOR|VISUAL|BROWSER|COMMAND|PROXY|_OPTIONS|_OPTS)|http_proxy|https_proxy|all_proxy|ftp_proxy|no_proxy|npm_.*|histchars)$/;

function verbs(lines: readonly (readonly [ActionClass, string])[]): ReadonlyMap<string, ActionClass> {
  return new Map(
    lines.flatMap(([of, names]) => names.split(' ').map((name) => [name.replace('=', ' '), of] as const)),
  );
}

function table<T>(lines: readonly (readonly [names: string, spec: T])[]): ReadonlyMap<string, T> {
  return new Map(lines.flatMap(([names, spec]) => names.split(' ').map((name) => [name, spec] as const)));
}
