// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  keyPairFromSeed,
  type NoteSigner,
  type NoteVerifier,
  parseSignerKey,
  parseVerifierKey,
} from './key.ts';
import { isNoteText, MAX_NOTE_BYTES, MAX_SIGNATURES, type NoteRefusal, openNote, signNote } from './note.ts';

function keys(name: string, seed: number): { readonly signer: NoteSigner; readonly verifier: NoteVerifier } {
  const pair = keyPairFromSeed(name, Buffer.alloc(32, seed));
  const signer = parseSignerKey(pair.signerKey);
  const verifier = parseVerifierKey(pair.verifierKey);
  if (!signer.ok || !verifier.ok) return expect.fail('a fresh key does not parse');
  return { signer: signer.signer, verifier: verifier.verifier };
}

const log = keys('log.example', 1);
const witness = keys('witness.example', 2);
const stranger = keys('stranger.example', 3);
const TEXT = 'first line\n\nafter a blank line\n';

const textOf = (note: Uint8Array) => Buffer.from(note).toString('utf8');
const bytesOf = (text: string) => Buffer.from(text, 'utf8');
const signatureLine = (signer: NoteSigner, text: string) =>
  textOf(signNote(text, [signer])).slice(text.length + 1);

describe('opening a note', () => {
  test('the text comes back, with the trusted keys that signed it', () => {
    const note = signNote(TEXT, [log.signer, stranger.signer, witness.signer]);
    expect(openNote(note, [witness.verifier, log.verifier])).toEqual({
      ok: true,
      text: TEXT,
      signedBy: [log.verifier, witness.verifier],
    });
  });

  test('a stranger who takes a trusted name stays a stranger', () => {
    const impostor = keys('log.example', 9);
    const note = signNote(TEXT, [impostor.signer]);
    expect(openNote(note, [log.verifier])).toEqual({ ok: false, reason: 'no_trusted_signature' });
    const both = signNote(TEXT, [impostor.signer, log.signer]);
    expect(openNote(both, [log.verifier])).toMatchObject({ ok: true, signedBy: [log.verifier] });
  });

  test('a key that signs twice counts once, so that no quorum is reached alone', () => {
    const note = signNote(TEXT, [log.signer, log.signer]);
    expect(openNote(note, [log.verifier, witness.verifier])).toMatchObject({ signedBy: [log.verifier] });
  });

  test('a second signature of a trusted key is checked like the first', () => {
    const note = bytesOf(textOf(signNote(TEXT, [log.signer])) + signatureLine(log.signer, 'another text\n'));
    expect(openNote(note, [log.verifier])).toEqual({ ok: false, reason: 'bad_signature' });
  });

  test('what a verifier throws comes through: it is no verdict', () => {
    const broken: NoteVerifier = {
      ...log.verifier,
      verify: () => {
        throw new Error('no key store');
      },
    };
    expect(() => openNote(signNote(TEXT, [log.signer]), [broken])).toThrow('no key store');
  });

  test('as many signatures as allowed are read, however many are strangers', () => {
    const crowd = Array.from({ length: MAX_SIGNATURES - 1 }, () => stranger.signer);
    expect(openNote(signNote(TEXT, [...crowd, log.signer]), [log.verifier]).ok).toBe(true);
  });
});

const signed = textOf(signNote(TEXT, [log.signer]));
const line = signatureLine(log.signer, TEXT);
const id = Buffer.from(log.verifier.keyId, 'hex');
const lineWith = (signature: Uint8Array) =>
  `— log.example ${Buffer.concat([id, signature]).toString('base64')}\n`;

describe('a note that is refused', () => {
  test.each<[what: string, note: string | Uint8Array, reason: NoteRefusal]>([
    ['nothing', '', 'malformed_note'],
    ['a text alone', TEXT, 'malformed_note'],
    ['no newline at the end', signed.slice(0, -1), 'malformed_note'],
    ['a blank line at the end', `${signed}\n`, 'malformed_note'],
    ['no blank line', `text\n${line}`, 'malformed_note'],
    ['no signatures', `${TEXT}\n`, 'malformed_note'],
    ['a line after the signatures', `${signed}more\n`, 'malformed_note'],
    ['a hyphen for the dash', signed.replace('—', '-'), 'malformed_note'],
    ['no space after the dash', signed.replace('— ', '—'), 'malformed_note'],
    ['no name', signed.replace('— log.example ', '—  '), 'malformed_note'],
    ['no signature in the line', `${TEXT}\n— log.example\n`, 'malformed_note'],
    ['an empty signature', `${TEXT}\n— log.example \n`, 'malformed_note'],
    ['a name with a plus', `${TEXT}\n${line.replace('log.', 'log+')}`, 'malformed_note'],
    ['a name with a wide space', `${TEXT}\n${line.replace('log.', 'log\u3000')}`, 'malformed_note'],
    ['two spaces before the signature', signed.replace('example ', 'example  '), 'malformed_note'],
    ['a space after the signature', signed.replace(/\n$/, ' \n'), 'malformed_note'],
    [
      'base64 without padding',
      `${TEXT}\n${lineWith(Buffer.alloc(63)).replaceAll('=', '')}`,
      'malformed_note',
    ],
    [
      'base64 for URLs',
      `${TEXT}\n${lineWith(Buffer.alloc(62, 0xff)).replaceAll('/', '_')}`,
      'malformed_note',
    ],
    ['a key id alone', `${TEXT}\n${lineWith(new Uint8Array())}`, 'malformed_note'],
    ['a stranger\u2019s malformed line beside a good one', `${signed}— who\n`, 'malformed_note'],
    ['a tab', signed.replace('first line', 'first\tline'), 'malformed_note'],
    ['a carriage return', signed.replaceAll('\n', '\r\n'), 'malformed_note'],
    ['a zero byte', signed.replace('first', 'fir\0st'), 'malformed_note'],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.of(0xff), bytesOf(signed)]), 'malformed_note'],
    ['a surrogate in UTF-8', Buffer.concat([Buffer.of(0xed, 0xa0, 0x80), bytesOf(signed)]), 'malformed_note'],
    ['an overlong newline', Buffer.concat([Buffer.of(0xc0, 0x8a), bytesOf(signed)]), 'malformed_note'],
    ['a byte order mark before a signed text', `\ufeff${signed}`, 'bad_signature'],
    ['one byte too many', Buffer.alloc(MAX_NOTE_BYTES + 1, 'a'), 'note_too_large'],
    ['one signature too many', `${TEXT}\n${line.repeat(MAX_SIGNATURES + 1)}`, 'too_many_signatures'],
    ['another text', signed.replace('first', 'worst'), 'bad_signature'],
    ['a signature of no bytes but one', `${TEXT}\n${lineWith(Buffer.alloc(1))}`, 'bad_signature'],
    ['a signature of zeroes', `${TEXT}\n${lineWith(Buffer.alloc(64))}`, 'bad_signature'],
    ['a longer signature', `${TEXT}\n${lineWith(Buffer.alloc(65))}`, 'bad_signature'],
    ['only a stranger', signNote(TEXT, [stranger.signer]), 'no_trusted_signature'],
  ])('%s', (_what, note, reason) => {
    const bytes = typeof note === 'string' ? bytesOf(note) : note;
    expect(openNote(bytes, [log.verifier])).toEqual({ ok: false, reason });
  });

  test('two trusted keys of one name and id', () => {
    expect(openNote(bytesOf(signed), [log.verifier, { ...log.verifier }])).toEqual({
      ok: false,
      reason: 'ambiguous_key',
    });
  });

  test('any note, when no key is trusted', () => {
    expect(openNote(bytesOf(signed), [])).toEqual({ ok: false, reason: 'no_trusted_signature' });
  });
});

describe('signing', () => {
  test.each<[what: string, text: string]>([
    ['nothing', ''],
    ['a text without its last newline', 'text'],
    ['a tab', 'a\tb\n'],
    ['half a character', 'a\ud800\n'],
  ])('%s cannot be signed', (_what, text) => {
    expect(() => signNote(text, [log.signer])).toThrow(RangeError);
  });

  test('not without a signer, nor with too many, nor with a name that would break the line', () => {
    expect(() => signNote(TEXT, [])).toThrow(RangeError);
    const many = Array.from({ length: MAX_SIGNATURES + 1 }, () => log.signer);
    expect(() => signNote(TEXT, many)).toThrow(RangeError);
    expect(() => signNote(TEXT, [{ ...log.signer, name: 'a b' }])).toThrow(RangeError);
  });

  test('whatever text can be signed comes back as it was', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `${text}\n`);
    const lines = fc
      .array(fc.constantFrom('', '— ', '\n', 'a', 'é', '\u2028', '😀'))
      .map((p) => `${p.join('')}\n`);
    fc.assert(
      fc.property(fc.oneof(texts, lines).filter(isNoteText), (text) => {
        const opened = openNote(signNote(text, [log.signer]), [log.verifier]);
        expect(opened).toEqual({ ok: true, text, signedBy: [log.verifier] });
      }),
    );
  });
});

test('whatever bytes come, a verdict and no exception', () => {
  const pieces = fc.constantFrom('\n', '\n\n', '— ', 'log.example', ' ', line, 'text', '\0', '=', '\ud800');
  const notes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(pieces, { maxLength: 12 }).map((p) => bytesOf(p.join(''))),
  );
  fc.assert(
    fc.property(notes, (note) => {
      expect(openNote(note, [log.verifier]).ok).toBe(false);
    }),
    { numRuns: 1000 },
  );
});
