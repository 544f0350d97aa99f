// SPDX-License-Identifier: Apache-2.0
/**
 * A message for Slack, as Block Kit.
 *
 * The adversary is the agent, whose arguments are in the line of what is done, and whatever it has read. Nothing that
 * others wrote stands where Slack looks for links, mentions or markup: it stands in plain text objects, without emoji, and
 * there too the three characters that begin one are escaped. Markup and the notification's text are our own words. No
 * address is unfurled: Slack would fetch it. The one button is a link to the desk; what is clicked here approves nothing.
 *
 * Source: docs.slack.dev, "Formatting message text" (escaping), "Text object", "Blocks" (limits), as of November 2026.
 */
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { type Message, short } from '../../core/message/message.ts';
import { reviewKinds } from '../../core/review/found.ts';

/** As Slack publishes them. */
export const slackLimits = {
  blocks: 50,
  text: 3000,
  header: 150,
  contextElements: 10,
  buttonText: 75,
  url: 3000,
} as const;

export function slackMessage(message: Message): JsonObject {
  const { title, about, status, answer, review, deed, desk } = message;
  const said =
    answer === undefined ? [] : [`${answer.person} said ${answer.verdict === 'approve' ? 'yes' : 'no'}`];
  const now = status === undefined ? [] : [`now: ${status}`];
  const blocks: JsonValue[] = [
    { type: 'header', text: plain(title, slackLimits.header) },
    ...(deed === undefined ? [] : [section(deed.verb)]),
    ...(review === undefined
      ? []
      : [section(`${short(review.scene.what, 200)}: ${reviewKinds[review.kind]}`)]),
    ...(said.length + now.length === 0 ? [] : [section([...said, ...now].join(', '))]),
    ...(deed === undefined ? [] : [section(`for: ${deed.chain.join(' -> ')}`)]),
    ...(deed?.why ?? []).map(({ policy, reason, approvers, quorum }) =>
      section(`${policy}: ${reason}\n${quorum} of ${approvers.join(', ')}`),
    ),
    context(
      [
        about,
        ...(deed === undefined ? [] : [`until ${new Date(deed.expiresAt).toISOString()}`]),
        review === undefined
          ? 'answers count at the desk or by command, not here'
          : `\`countersign review show ${about}\``,
      ].join(' | '),
    ),
    ...(desk === undefined || desk.length > slackLimits.url ? [] : [link(desk)]),
  ];
  // Ids are ours, and have nothing in them that Slack could read as more.
  const text = /^[a-z0-9-]{1,64}$/.test(about) ? `${title}: ${about}` : title;
  return {
    text: escaped(text, slackLimits.text),
    blocks: blocks.slice(0, slackLimits.blocks),
    unfurl_links: false,
    unfurl_media: false,
  };
}

/**
 * Text in which Slack sees no link, mention or entity but ours, of at most so many characters, entities counted. Never cut
 * within an entity or a character.
 */
export function escaped(text: string, most: number): string {
  let whole = '';
  let kept = '';
  for (const char of text) {
    const next = entities.get(char) ?? char;
    if (whole.length + next.length <= most - ellipsis.length) kept += next;
    whole += next;
    if (whole.length > most) return kept + ellipsis;
  }
  return whole;
}

const ellipsis = '...';

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

function plain(text: string, most: number): JsonObject {
  // Slack takes no empty text.
  return { type: 'plain_text', text: escaped(text === '' ? '-' : text, most), emoji: false };
}

function section(text: string): JsonObject {
  return { type: 'section', text: plain(text, slackLimits.text) };
}

function context(text: string): JsonObject {
  return { type: 'context', elements: [plain(text, slackLimits.text)] };
}

function link(url: string): JsonObject {
  const text = plain('Open at the desk', slackLimits.buttonText);
  return { type: 'actions', elements: [{ type: 'button', action_id: 'desk', text, url }] };
}
