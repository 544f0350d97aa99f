// SPDX-License-Identifier: Apache-2.0
/**
 * Secrets of many services by the rules of secretlint, beside our own (core/record/secret.ts).
 *
 * Three things of it are not taken over: comments in a text that switch rules off (whoever writes the text would), ranges that
 * end within a secret (they are stretched to the end of the word), and its profiler, which keeps what it measured for good.
 */
import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { Finder } from '../../app/ports.ts';
import type { SecretSpan } from '../../core/record/secret.ts';

const kinds = [
  '1password',
  'anthropic',
  'aws',
  'basicauth',
  'cloudflare',
  'database_connection_string',
  'databricks',
  'docker',
  'figma',
  'gcp',
  'github',
  'gitlab',
  'grafana',
  'groq',
  'hashicorp_vault',
  'huggingface',
  'linear',
  'notion',
  'npm',
  'openai',
  'privatekey',
  'sendgrid',
  'shopify',
  'slack',
  'stripe',
  'tailscale',
  'vercel',
] as const;

const prefix = '@secretlint/secretlint-rule-';
const config = { rules: [{ id: `${prefix}preset-recommend`, rule: creator, options: {} }] };
/** A longer word is no secret of any of these. */
const maxWord = 8192;

export function secretlintFinder(): Finder {
  secretLintProfiler.setEnabled(false);
  return {
    kinds,
    async find(text) {
      const { messages } = await lintSource({
        source: { content: withoutSwitches(text), contentType: 'text', filePath: 'result.txt', ext: '.txt' },
        options: { config, noPhysicFilePath: true },
      });
      return messages.map(({ ruleId, range: [start, end] }): SecretSpan => {
        return { kind: kindOf(ruleId), start, end: endOfWord(text, end) };
      });
    },
  };
}

/** Of the same length, so that every place stays. */
function withoutSwitches(text: string): string {
  return text.replace(/secretlint-(?=disable|enable)/gi, 'secretlint_');
}

function kindOf(rule: string): string {
  const name = rule.slice(prefix.length).replaceAll('-', '_');
  return kinds.find((kind) => kind === name) ?? 'other';
}

function endOfWord(text: string, end: number): number {
  let at = end;
  while (at < text.length && at - end < maxWord && /[A-Za-z0-9/+=_-]/.test(text[at] ?? '')) at += 1;
  return at;
}
