// SPDX-License-Identifier: Apache-2.0
/**
 * What the files are for that commits change, by their names alone: keys and passwords, how software is deployed, and what
 * decides what agents may do.
 *
 * Errs to "it is". What has a name of its own is not known for it here.
 */
import { isSecretPath } from './secret-path.ts';

export const touchedKinds = ['deployment', 'guards', 'secrets'] as const;

const deployment =
  /(?:^|\/)(?:deploy|deployment|deployments|production|k8s|kubernetes|helm|charts|terraform|ansible|\.github\/(?:workflows|actions)|\.circleci|\.buildkite|\.gitlab)\/|(?:^|\/)(?:dockerfile(?:\..+)?|.+\.dockerfile|(?:docker-)?compose(?:\..+)?\.ya?ml|jenkinsfile|\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml|cloudbuild\.yaml|procfile|fly\.toml|vercel\.json|netlify\.toml|serverless\.ya?ml|deploy(?:\.[a-z]+)?)$|\.tf(?:vars)?$/;
const guards =
  /(?:^|\/)(?:\.claude|\.countersign|\.husky|\.githooks)\/|(?:^|\/)(?:\.mcp\.json|claude\.md|agents\.md|codeowners|\.gitattributes|\.gitmodules)$/;

/** @param paths from the top of a repository; case does not count */
export function touchedBy(paths: readonly string[]): readonly string[] {
  const found = new Set<(typeof touchedKinds)[number]>();
  for (const path of paths) {
    const folded = path.normalize('NFKC').toLowerCase();
    if (isSecretPath(path)) found.add('secrets');
    if (deployment.test(folded)) found.add('deployment');
    if (guards.test(folded)) found.add('guards');
  }
  return [...found].sort();
}

/** Branches that are protected where the operator names none. */
export const protectedByDefault: readonly string[] = [
  'main',
  'master',
  'trunk',
  'production',
  'release',
  'release/*',
];

/** @param ref `refs/heads/main`; a pattern ends in `*` or is a whole name. What is no branch, a tag, is not protected. */
export function isProtected(ref: string, patterns: readonly string[]): boolean {
  const branch = /^refs\/heads\/(.+)$/s.exec(ref)?.[1];
  if (branch === undefined) return false;
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? branch.startsWith(pattern.slice(0, -1)) : branch === pattern,
  );
}
