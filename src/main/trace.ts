// SPDX-License-Identifier: Apache-2.0
// A trace of events decided by policies that are not in force: no daemon, no ledger, nothing changes.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readTraceSchema, traceSet, whyInvalidLowered } from '../adapters/cedar-wasm/trace.ts';
import { parseJson } from '../core/json/parse.ts';
import type { PolicyFile, Problem } from '../core/policy/source.ts';
import { checkLeaves } from '../core/temporal/check-schema.ts';
import { defaultMacros, eventsByPrincipal, globalEvents } from '../core/temporal/defaults.ts';
import { prepare } from '../core/temporal/prepare.ts';
import { type ProviderAnswer, providedBy, readAnswers } from '../core/temporal/providers.ts';
import { groupsIn, monitored, replay, type Timelines } from '../core/temporal/replay.ts';
import { readTrace } from '../core/temporal/trace-log.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import type { Traced, TraceFormat } from '../edges/cli/trace.ts';

export interface TraceFlags {
  readonly policies: string;
  readonly schema: string;
  readonly trace: string;
  readonly events?: string;
  readonly macros?: string;
  readonly providers?: string;
  readonly format: TraceFormat;
  readonly validate: boolean;
}

export function traceOf(flags: TraceFlags, timelines: Timelines = monitored): Traced {
  const { dir, files } = policyFiles(flags.policies);
  const macros = flags.macros ?? beside(dir, 'macros.dw');
  const events = flags.events ?? beside(dir, 'event.dwschema') ?? beside(dir, 'events.dwschema');
  const fallback = flags.format === 'corpus' ? globalEvents : eventsByPrincipal;
  const prepared = prepare({
    policies: files.map(textFile),
    macros: [macros === undefined ? defaultMacros : textFile(macros)],
    events: events === undefined ? fallback : textFile(events),
  });
  const schema = readTraceSchema(textFile(flags.schema));
  const trace = readTrace(textFile(flags.trace));
  if (!schema.ok || !prepared.ok || !trace.ok)
    return refused([
      ...(schema.ok ? [] : [schema.problem]),
      ...(prepared.ok ? [] : prepared.problems),
      ...(trace.ok ? [] : trace.problems),
    ]);
  const { policies, leaves, keys, events: eventSchema } = prepared.prepared;
  const { actions } = schema.schema;
  const set = traceSet(schema.schema, policies);
  if (!set.ok) return refused(set.problems);
  if (flags.validate) {
    const problems = [
      ...checkLeaves(policies, { actions, logged: actions.actions, events: eventSchema }),
      ...whyInvalidLowered(schema.schema, policies),
    ];
    if (problems.length > 0) return refused(problems);
  }
  const answers = flags.providers === undefined ? [] : providerAnswers(flags.providers);
  const deciding = new Set(eventSchema.events.flatMap(({ kind, decides }) => (decides ? [kind] : [])));
  const known = new Set(answers.map(({ provider }) => provider));
  const unknown = new Set(policies.flatMap(({ calls }) => calls.map(({ provider }) => provider)));
  const decided = replay(trace.points, {
    leaves,
    keys,
    groups: groupsIn(actions),
    decides: (kind) => deciding.has(kind),
    timelines,
    cedar: set.ask,
    provided: providedBy(policies, answers),
  });
  return {
    ok: true,
    decided,
    keys: policies.map(({ key }) => key),
    notes: [...unknown]
      .filter((provider) => !known.has(provider))
      .map((provider) => `\`${provider}\` has no answers (--providers): policies that ask it are skipped`),
  };
}

function refused(problems: readonly Problem[]): Traced {
  return { ok: false, problems };
}

/** A file, or the files of a folder in the order of their paths: `policy_*.dw` alone where there are any. */
function policyFiles(path: string): { readonly dir: string; readonly files: readonly string[] } {
  if (!kindOf(path).isDirectory()) return { dir: dirname(path), files: [path] };
  const names = readdirSync(path).filter(
    (name) => /\.(?:dw|cedar)$/.test(name) && name !== 'macros.dw' && kindOf(join(path, name)).isFile(),
  );
  const parts = names.filter((name) => /^policy_.*\.dw$/.test(name));
  const files = (parts.length > 0 ? parts : names).sort().map((name) => join(path, name));
  if (files.length === 0)
    throw new CommandFailed(`there are no .dw or .cedar files in \`${path}\``, exit.usage);
  return { dir: path, files };
}

function kindOf(path: string) {
  try {
    return statSync(path);
  } catch {
    throw new CommandFailed(`there is no file or folder \`${path}\``, exit.usage);
  }
}

function beside(dir: string, name: string): string | undefined {
  const path = join(dir, name);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined;
}

function textFile(path: string): PolicyFile {
  try {
    const text = readFileSync(path, 'utf8');
    return { name: path, text: text.startsWith('\uFEFF') ? text.slice(1) : text };
  } catch {
    throw new CommandFailed(`\`${path}\` cannot be read`, exit.usage);
  }
}

const answerLimits = { maxBytes: 1_048_576, maxDepth: 32, maxNodes: 100_000 };

function providerAnswers(path: string): readonly ProviderAnswer[] {
  const parsed = parseJson(Buffer.from(textFile(path).text), answerLimits);
  const answers = parsed.ok ? readAnswers(parsed.value) : undefined;
  if (answers === undefined)
    throw new CommandFailed(
      `\`${basename(path)}\` must be JSON such as \`{"Content::Risk": [{"args": ["x"], "value": {"score": 0.9}}]}\`${parsed.ok ? '' : `: ${parsed.message}`}`,
      exit.usage,
    );
  return answers;
}
