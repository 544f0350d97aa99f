// SPDX-License-Identifier: Apache-2.0
// Held to the limits that Slack publishes and to its rules of escaping; no Slack has seen these.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { deedOf, type Message } from '../../core/message/message.ts';
import { escaped, slackLimits, slackMessage } from './slack.ts';

/** What an agent would write to be more than text. */
const hostile = fc.oneof(
  fc.constantFrom(
    '<!channel>',
    '<!here|x>',
    '<@U024BE7LH>',
    '<#C024BE7LR|general>',
    '<https://evil.example|the desk>',
    '&lt;!channel&gt;',
    '&amp;lt;!everyone&amp;gt;',
    '@channel @here #general https://evil.example/approve',
    '*approved by ana* `x` ~no~ _yes_ > quoted\n```',
    ':white_check_mark:',
    '\u202egnp.exe',
    '<'.repeat(4000),
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 400 }),
);

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

describe('escaping', () => {
  test('leaves nothing that begins a link, a mention or an entity, and says the same', () =>
    fc.assert(
      fc.property(hostile, (text) => {
        const safe = escaped(text, 100_000);
        expect(safe).not.toMatch(/[<>]/);
        expect(safe.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
        expect(unescaped(safe)).toBe(text);
      }),
    ));

  test('is never longer than it may be, and not cut within an entity or a character', () =>
    fc.assert(
      fc.property(hostile, fc.integer({ min: 10, max: 200 }), (text, most) => {
        const whole = text.toWellFormed();
        const safe = escaped(whole, most);
        expect(safe.length).toBeLessThanOrEqual(most);
        expect(safe.isWellFormed()).toBe(true);
        const said = unescaped(safe);
        expect(said === whole || (said.endsWith('...') && whole.startsWith(said.slice(0, -3)))).toBe(true);
      }),
    ));
});

function messageOf(parts: {
  readonly verb: string;
  readonly names: readonly string[];
  readonly reason: string;
}): Message {
  const { verb, names, reason } = parts;
  const asks = names.map((name) => ({ policy: name, reason, approvers: names, quorum: 2 }));
  const deed = deedOf(
    JSON.stringify({ verb: verb.toWellFormed(), chain: names, why: asks, expiresAt: 1_800_000_000_000 }),
  );
  if (deed === undefined) throw new Error('no deed');
  return {
    ...{ id: 'e-1', type: 'approval.decided', title: 'Somebody answered a request', at: 1, about: 'a-1' },
    ...{ lateAt: 2, status: 'requested', answer: { person: 'ana', verdict: 'approve' } },
    ...{ deed, desk: 'https://desk.example.com/approvals/a-1' },
  };
}

const drawn = fc
  .record({
    verb: hostile,
    names: fc.array(
      hostile.map((name) => name.toWellFormed()),
      { maxLength: 40 },
    ),
    reason: hostile.map((text) => text.toWellFormed()),
  })
  .map(messageOf);

/** Every text object in it, and where. */
function* objectsIn(value: JsonValue): Generator<JsonObject> {
  if (isArray(value)) for (const item of value) yield* objectsIn(item);
  else if (isObject(value)) {
    yield value;
    for (const member of Object.values(value)) yield* objectsIn(member);
  }
}

test('whatever others wrote stands in plain text, and markup and the notification are our own words', () => {
  verifies('messages.say-little');
  fc.assert(
    fc.property(drawn, (message) => {
      const sent = slackMessage(message);
      expect(sent).toMatchObject({
        text: 'Somebody answered a request: a-1',
        unfurl_links: false,
        unfurl_media: false,
      });
      const objects = [...objectsIn(sent)];
      expect(objects.filter(({ type }) => type === 'mrkdwn')).toEqual([]);
      for (const { type, text, emoji } of objects) {
        if (type !== 'plain_text') continue;
        expect(emoji).toBe(false);
        expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
      }
      // The one thing that can be clicked leads to the desk.
      const clickable = objects.filter(({ type, url }) => type === 'button' || url !== undefined);
      expect(clickable.map(({ url }) => url)).toEqual(['https://desk.example.com/approvals/a-1']);
    }),
  );
});

test('it keeps to the published limits, however much is asked', () =>
  fc.assert(
    fc.property(drawn, (message) => {
      const blocks = slackMessage(message).blocks;
      if (!isArray(blocks)) throw new Error('no blocks');
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const block of blocks) {
        if (!isObject(block)) throw new Error('no block');
        const texts = [...objectsIn(block)].filter(({ type }) => type === 'plain_text');
        const most = block.type === 'header' ? 150 : block.type === 'actions' ? 75 : 3000;
        expect(texts.length).toBe(1);
        for (const { text } of texts) {
          expect(typeof text === 'string' && text.length >= 1 && text.length <= most, String(text)).toBe(
            true,
          );
        }
        expect(['header', 'section', 'context', 'actions']).toContain(block.type);
      }
    }),
  ));

test('a link that is longer than Slack takes is left out', () => {
  const message = messageOf({ verb: 'v', names: [], reason: '' });
  const desk = `https://desk.example.com/${'a'.repeat(slackLimits.url)}`;
  expect(JSON.stringify(slackMessage({ ...message, desk }))).not.toContain('button');
});
