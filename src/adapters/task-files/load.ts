// SPDX-License-Identifier: Apache-2.0
/**
 * Templates of tasks, from a directory of YAML: all of it, or nothing and why, each fault with its place.
 *
 * Never guesses: a key that nobody knows, a value that no shape takes, a parameter that nobody declared
 * refuse the whole directory. A rule that quietly stops matching would be a wider task.
 *
 * Source: docs/tasks.md.
 */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template, Templates } from '../../core/task/template.ts';
import { about, maxProblems, type Problem } from '../catalogue-files/problem.ts';
import { readYaml } from '../catalogue-files/yaml.ts';
import { readTemplate } from './template.ts';

export interface TaskFile {
  readonly name: string;
  readonly text: string;
}

export type TemplatesLoad =
  | { readonly ok: true; readonly templates: Templates }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const maxFiles = 256;

export function loadTemplates(source: string | readonly TaskFile[]): TemplatesLoad {
  const files = typeof source === 'string' ? filesOf(source) : source;
  if (!Array.isArray(files))
    return { ok: false, problems: [about(String(source), 'not a directory that can be read')] };
  if (files.length > maxFiles)
    return {
      ok: false,
      problems: [about(String(source), `a directory of tasks has at most ${maxFiles} files`)],
    };
  const problems: Problem[] = [];
  const templates = new Map<string, Template>();
  for (const file of files) {
    const reading = readYaml(file.name, file.text);
    const digest = `sha256:${hash('sha256', file.text, 'hex')}`;
    const template = reading.problems.length === 0 ? readTemplate(reading, digest) : undefined;
    if (template !== undefined) {
      if (templates.has(template.type))
        reading.report(reading.root, `\`${template.type}\` has a template already`);
      templates.set(template.type, template);
    }
    problems.push(...reading.problems);
  }
  return problems.length > 0
    ? { ok: false, problems: problems.slice(0, maxProblems) }
    : { ok: true, templates };
}

function filesOf(dir: string): readonly TaskFile[] | undefined {
  try {
    return readdirSync(dir)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => ({ name, text: readFileSync(join(dir, name), 'utf8') }));
  } catch {
    return undefined;
  }
}
