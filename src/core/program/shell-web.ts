// SPDX-License-Identifier: Apache-2.0
/**
 * Commands that go out: what they fetch, what they send, and where to.
 *
 * A page is fetched by sending its address. One that could carry something is sent: with data in it, or made when it runs.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';
import { isBareLink } from '../origin/bare-link.ts';
import { noteName } from './finding.ts';
import { type Judging, judgeSent, judgeText } from './shell.ts';
import { notePath } from './shell-paths.ts';
import {
  anything,
  hasHole,
  mayBeOption,
  mayBeSeveral,
  prefixOf,
  textOf,
  type Word,
  writtenOf,
} from './shell-tree.ts';

const scheme = /[a-z][a-z0-9+.-]{1,15}:\/\/[^\s'"<>]+/i;

/** Links and hosts in words of which nobody knows what becomes of them. */
export function noteLinks(words: readonly Word[], judging: Judging): void {
  for (const word of words) {
    const link = scheme.exec(writtenOf(word))?.[0];
    if (link !== undefined) noteLink(link, word, judging);
  }
}

/** @returns whether it says no more than where */
function noteLink(written: string, word: Word, { notes }: Judging): boolean {
  const full = scheme.test(written) ? written : `http://${written}`;
  const parsed = URL.parse(full.split('$')[0] ?? '');
  const computed = hasHole(word);
  if (computed) notes.whole = false;
  if (parsed === null || parsed.hostname === '') {
    notes.whole = false;
    return false;
  }
  // What is computed behind the host leaves the host; before it, nothing.
  if (!computed || /^[a-z][a-z0-9+.-]*:\/\/[^/$]+\//i.test(full)) noteName(notes, 'hosts', parsed.hostname);
  if (computed) return false;
  noteName(notes, 'links', parsed.href);
  return isBareLink(parsed.href);
}

interface WebOptions {
  /** The class holds with these. */
  readonly harmless: RegExp;
  /** The next word is a value of which nothing follows. */
  readonly valued: RegExp;
  /** The next word, or what stands behind it in the same, is a file that is written. */
  readonly output: RegExp;
  /** Something is sent with it. */
  readonly sends: RegExp;
}

const curl: WebOptions = {
  harmless:
    /^(?:-[sSfLkIiv46gjNGOJ#0]+|--(?:silent|show-error|fail|fail-with-body|location|insecure|head|include|verbose|compressed|globoff|http1\.1|http2|ipv4|ipv6|get|no-progress-meter|progress-bar|remote-name|remote-header-name|retry-connrefused|create-dirs|version|help)|-V|-h)$/,
  valued:
    /^(?:-[mryYCz]|--(?:max-time|connect-timeout|retry|retry-delay|max-redirs|range|limit-rate|max-filesize))$/,
  output: /^-[sSfLkIiv46gjN]*o$|^--output$/,
  sends:
    /^(?:-[sSfLkIiv46gjN]*[dFTXHubAe]|--(?:data|data-raw|data-binary|data-urlencode|data-ascii|json|form|form-string|upload-file|request|header|user|cookie|user-agent|referer|url-query))(?:=.*)?$/s,
};

const wget: WebOptions = {
  harmless:
    /^(?:-[qvncSrklpN46]+|-nv|-nc|-np|-nd|--(?:quiet|no-verbose|no-clobber|spider|server-response|no-parent|continue|timestamping|no-check-certificate|show-progress))$/,
  valued: /^(?:-[tTlw]|--(?:tries|timeout|level|wait))$/,
  output: /^-q?[OP]$|^--(?:output-document|directory-prefix)$/,
  sends:
    /^--(?:post-data|post-file|body-data|body-file|method|header|user|password|user-agent|referer)(?:=.*)?$/s,
};

function judgeWeb(name: string, options: WebOptions, words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  const links: Word[] = [];
  let sends = false;
  let writes = name === 'wget' && !words.some((word) => /^(?:--spider|-q?O-|-q?O)$/.test(writtenOf(word)));
  // What becomes several words may be options, and those lead it anywhere.
  if (words.some(mayBeSeveral)) notes.classes.add('execute');
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? anything;
    const written = writtenOf(word);
    const next = words[i + 1];
    if (!written.startsWith('-') && prefixOf(word) !== '') links.push(word);
    else if (!written.startsWith('-')) {
      links.push(word);
      sends = true;
    } else if (textOf(word) !== undefined && options.output.test(written)) {
      if (next !== undefined && textOf(next) !== '-') {
        if (textOf(next) !== '/dev/null') writes = true;
        if (textOf(next) !== '/dev/null') notePath(judging, 'writes', next);
      }
      i += 1;
    } else if (options.sends.test(written)) {
      sends = true;
      const glued = /^--?[\w-]+=@?(.+)$/s.exec(written)?.[1];
      const value = glued ?? (next === undefined ? '' : writtenOf(next));
      const file =
        /^(?:[\w-]*=?)?[@<](.+)$/s.exec(value)?.[1] ??
        (/T$|upload-file|post-file|body-file/.test(written) ? value : undefined);
      if (file !== undefined) notePath(judging, 'reads', { pieces: [file], environment: false });
      if (!written.includes('=')) i += 1;
    } else if (/^(?:-w|--write-out)$/.test(written)) {
      // What it prints may go to a file, or come from one.
      const format = next === undefined ? undefined : textOf(next);
      if (format === undefined || /%output|^@/.test(format)) notes.classes.add('execute');
      i += 1;
    } else if (/^-[qnv]*O-$/.test(written)) continue;
    else if (options.valued.test(written)) i += 1;
    else if (/^--[\w-]+=/.test(written) && options.valued.test(written.split('=')[0] ?? '')) continue;
    else if (!options.harmless.test(written)) {
      // A configuration, a proxy, a key, a name resolved elsewhere: it may be anything.
      notes.classes.add('execute');
      notes.whole = false;
    } else if (/^-[^-]*[OJ]|--remote-name/.test(written)) {
      writes = true;
      notes.whole = false;
    }
  }
  const isBare = links.map((word) => noteLink(writtenOf(word), word, judging)).every(Boolean);
  notes.classes.add(sends || !isBare ? 'send' : 'fetch');
  if (writes) notes.classes.add('write');
  judgeSent(words, 'fetch', judging);
}

const remote = /^(?:([^@/:\s$]+)@)?([A-Za-z0-9.-]{1,253}|\[[0-9a-f:]+\]):(?!\/\/)(.*)$/is;

/** `scp`, `rsync`: which way it goes is told by which word is a place elsewhere. */
function judgeCopy(options: RegExp, words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  const named = words.filter((word) => !writtenOf(word).startsWith('-') || hasHole(word));
  if (words.some((word) => writtenOf(word).startsWith('-') && !options.test(writtenOf(word))))
    notes.classes.add('execute');
  for (const [i, word] of named.entries()) {
    const written = writtenOf(word);
    const host = remote.exec(written)?.[2] ?? /^[a-z]+:\/\/(?:[^@/]*@)?([^:/]+)/i.exec(written)?.[1];
    const isLast = i === named.length - 1;
    if (host !== undefined) {
      noteName(notes, 'hosts', host.toLowerCase());
      notes.classes.add(isLast ? 'send' : 'fetch');
    } else if (isLast) {
      notes.classes.add('write');
      notePath(judging, 'writes', word);
    } else notePath(judging, 'reads', word);
    // It may be a place elsewhere, or an option.
    if (host === undefined && hasHole(word) && !/^[./~]/.test(written)) notes.classes.add('send');
    if (host === undefined && hasHole(word)) notes.whole = false;
    if (mayBeSeveral(word) && mayBeOption(word)) notes.classes.add('execute');
  }
  judgeSent(words, 'send', judging);
}

/** What runs elsewhere runs with another's authority: whatever is read there, it is run. */
function judgeRemoteShell(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  notes.classes.add('execute');
  const at = words.findIndex((word, i) => {
    const before = writtenOf(words[i - 1] ?? anything);
    return !writtenOf(word).startsWith('-') && !/^-[bcDEeFIiJLlmOopQRSWw]$/.test(before);
  });
  const target = words[at];
  if (target === undefined) return;
  const host = textOf(target)
    ?.replace(/^(?:ssh:\/\/)?(?:[^@]*@)?/, '')
    .replace(/[:/].*$/, '');
  if (host === undefined) notes.whole = false;
  else noteName(notes, 'hosts', host.toLowerCase());
  const rest = words.slice(at + 1).map(textOf);
  if (rest.length > 0) {
    const text = rest.every((one) => one !== undefined) ? rest.join(' ') : undefined;
    judgeText(text, { ...judging, places: { known: ['~'] } });
  }
}

type Tool = (words: readonly Word[], judging: Judging, piped: boolean) => void;

export const webTools: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ['curl', (words, judging) => judgeWeb('curl', curl, words, judging)],
  ['wget', (words, judging) => judgeWeb('wget', wget, words, judging)],
  ['scp', (words, judging) => judgeCopy(/^-[rpqCv346BT]+$/, words, judging)],
  [
    'rsync',
    (words, judging) =>
      judgeCopy(
        /^(?:-[avzrtplhPngoDHAXSuciO]+|--(?:delete|archive|verbose|compress|recursive|progress|partial|dry-run|stats|exclude=.*|include=.*))$/,
        words,
        judging,
      ),
  ],
  ['ssh', (words, judging) => judgeRemoteShell(words, judging)],
]);

/** Commands whose words say with whom they speak. */
export function noteHosts(words: readonly Word[], of: ActionClass, judging: Judging): void {
  judgeSent(words, of, judging);
  for (const word of words) {
    const text = textOf(word)?.replace(/^@/, '');
    if (text !== undefined && /^(?=.*[.:])[A-Za-z0-9_.:-]{3,253}$/.test(text) && !text.startsWith('-'))
      noteName(judging.notes, 'hosts', text.toLowerCase().replace(/\.$/, ''));
  }
}
