// SPDX-License-Identifier: Apache-2.0
/**
 * Paths under which keys and passwords are usually kept, by their names alone.
 *
 * Errs to "it is one". What keeps a secret under a name of its own is not known for it here.
 */

const folders: ReadonlySet<string> = new Set([
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.password-store',
  'gcloud',
  'keyrings',
  'secrets',
]);

const names =
  /^(?:\.env(?:[._-].*)?|.*\.env|\.netrc|_netrc|\.npmrc|\.yarnrc\.yml|\.pypirc|\.git-credentials|\.pgpass|\.my\.cnf|\.htpasswd|\.vault-token|\.dockercfg|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.*credentials?(?:\.[a-z]+)?|.*secrets?\.(?:ya?ml|json|toml|ini|txt|env)|shadow|environ|.*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg))$/;

/** Copies with nothing in them, made to be read. */
const samples = /^\.env[._-](?:example|sample|template|dist)$/;

/** @param path with `/` between its parts; case does not count, since some file systems ignore it */
export function isSecretPath(path: string): boolean {
  const parts = path
    .normalize('NFKC')
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '');
  const name = parts.at(-1) ?? '';
  if (parts.slice(0, -1).some((part) => folders.has(part))) return true;
  return folders.has(name) || (names.test(name) && !samples.test(name));
}
