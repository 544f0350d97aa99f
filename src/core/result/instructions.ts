// SPDX-License-Identifier: Apache-2.0
/**
 * Signs that a text speaks to the assistant that reads it, and not to people: orders to forget what it was told, turns of a
 * conversation that never took place, its tools by name, and words that people do not see.
 *
 * A sign is a reason to trust less and never more; fluent text shows none of them. Every pattern is bounded, so the cost is
 * linear in the text whoever wrote it.
 *
 * Source: docs/adr/0024-results.md, "Detectors".
 */

export const signs = ['override', 'addressed', 'turn', 'tool', 'hidden'] as const;
export type Sign = (typeof signs)[number];

/** Without one of these words none of the next two is there: most texts are done with one look. */
const trigger =
  /ignor|disregard|missacht|vergiss|forget|olvida|oubli|overrid|bypass|discard|descarta|follow|instruct|prompt|orders?\s{0,3}[:=]|task|\bai\b|a\.i\.|\bllm|language|you are|tell|mention|inform|reveal|notif|show|alert|(?:before|after|once) you|assistant|chatbot|agent|\bbot|copilot|claude|gpt|gemini/i;

/** Forget what you were told. */
const override: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass|discard|do not follow|don't follow|stop following)\b.{0,40}?\b(?:previous|prior|preceding|above|earlier|foregoing|original|initial|system|all|any|your)\b.{0,40}?\b(?:instructions?|prompts?|rules?|directions?|guidelines?|orders?|commands?|messages?|task|context)\b/is,
  /\b(?:new|updated|real|actual|additional)\s{1,3}(?:system\s{1,3})?(?:instructions?|prompt|task|orders?)\s{0,3}[:=]/i,
  /\b(?:ignoriere?n?|vergiss|missachte)\b.{0,40}?\b(?:anweisung|instruktion|vorgabe|regel)/is,
  /\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}?\b(?:instructions?|consignes?|règles?)\b/is,
  /\b(?:ignora|olvida|descarta)\b.{0,40}?\b(?:instrucciones|reglas|indicaciones)\b/is,
];

/** To the assistant, and what it must do. */
const addressed: readonly RegExp[] = [
  /\b(?:dear|hey|hello|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|important for)\s{1,3}(?:the\s{1,3}|any\s{1,3}|all\s{1,3}|you,?\s{1,3}(?:the\s{1,3})?)?(?:ai\b|a\.i\.|llms?\b|language models?\b|assistants?\b|chatbots?\b|agents?\b|bots?\b|copilot\b|claude\b|chatgpt\b|gpt\b|gemini\b)/i,
  /\b(?:ai|llm|language)[\s-]{0,2}(?:assistants?|agents?|models?|systems?)?\b.{0,60}?\b(?:you\s{1,3})?(?:must|should|shall|have to|need to|are (?:now|required|instructed)|please)\b/is,
  /\byou are (?:now |no longer )?(?:an?|the)\s.{0,30}?\b(?:ai|assistant|agent|model|chatbot)\b/is,
  /\b(?:do not|don't|never|without)\s.{0,20}?\b(?:tell|mention|inform|reveal|notify|show|alert|telling|mentioning|informing|notifying)\b.{0,20}?\b(?:the )?(?:user|human|operator|this)\b/is,
  /\b(?:before|after|once) you (?:can |may )?(?:solve|complete|answer|finish|continue|respond|reply|proceed|process)\b.{0,80}?\b(?:you (?:must|should|need|have)|please|do the following|first)\b/is,
];

/** Turns of a conversation, as models are taught to read them. */
const turn: readonly RegExp[] = [
  /<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>/i,
  /\[\/?INST\]|<<\/?SYS>>/,
  /^[ \t]{0,8}(?:#{1,4}[ \t]{0,4})?(?:system|assistant|human)[ \t]{0,4}(?:prompt|message|instructions?)?[ \t]{0,4}:[ \t]{0,4}\S/im,
  /<\/?(?:system|system[-_ ]?(?:prompt|message|reminder|instructions?)|assistant|tool_result|function_results?|function_calls?)\b[^<>]{0,80}>/i,
];

/** What people do not see, with the words in it. */
const hiding: readonly RegExp[] = [
  /<!--([\s\S]{1,2000}?)-->/g,
  /<[a-z][a-z0-9]{0,15}\s[^<>]{0,300}?(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0|opacity\s{0,3}:\s{0,3}0(?![.\d])|color\s{0,3}:\s{0,3}(?:white|#fff(?:fff)?)\b|\bhidden\b)[^<>]{0,300}>([^<]{1,2000})/gi,
];
const spokenTo =
  /\b(?:assistant|ai|agent|model|llm|instructions?|you must|you should|ignore|execute|call|send|forward|transfer|reply with|respond with)\b/i;
/** Tag characters spell ASCII: four of them are a word. */
const tagged = /(?:\udb40[\udc20-\udc7e]){4}/;

const anyOrder = /\b(?:call|use|invoke|run|execute|trigger|start|using|calling|via)\b/i;
const orders = /^(?:call|use|invoke|run|execute|trigger|start|using|calling|via)$/i;
const word = /[A-Za-z][A-Za-z0-9_.-]{1,63}/g;
/** Words between an order and the name of a tool. */
const reach = 4;

/** @param tools names that the agent could be told to call */
export function signsIn(text: string, tools: ReadonlySet<string>): readonly Sign[] {
  const found = new Set<Sign>();
  const mayOrder = trigger.test(text);
  if (mayOrder && override.some((one) => one.test(text))) found.add('override');
  if (mayOrder && addressed.some((one) => one.test(text))) found.add('addressed');
  if (turn.some((one) => one.test(text))) found.add('turn');
  if (namesTool(text, tools)) found.add('tool');
  if (hides(text)) found.add('hidden');
  return signs.filter((sign) => found.has(sign));
}

function hides(text: string): boolean {
  if (tagged.test(text)) return true;
  for (const pattern of hiding)
    for (const [, said = ''] of text.matchAll(pattern)) if (spokenTo.test(said)) return true;
  return false;
}

/** An order, and right after it a tool. Names that are words of everyday language are none. */
function namesTool(text: string, tools: ReadonlySet<string>): boolean {
  if (tools.size === 0 || !anyOrder.test(text)) return false;
  let since = reach + 1;
  for (const [found] of text.matchAll(word)) {
    const name = found.replace(/[.-]+$/, '');
    if (orders.test(name)) since = 0;
    else if (++since <= reach && tools.has(name)) return true;
  }
  return false;
}

/** Names that no text has by chance. */
export function tellingNames(names: Iterable<string>): ReadonlySet<string> {
  return new Set([...names].filter((name) => /[a-z0-9][_.-][a-z0-9]|[a-z][A-Z]/.test(name)));
}
