// SPDX-License-Identifier: Apache-2.0
// Opens the desk: its listener, the verifier of passkeys and the issuer, which are loaded only where there is one.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readPrivate } from '../adapters/keys/private-file.ts';
import type { Approvers } from '../app/approvers.ts';
import type { Issuer, Ledger } from '../app/ports.ts';
import type { Road } from '../app/road.ts';
import type { SignIn } from '../core/approval/roster.ts';
import type { Operator } from '../core/request/proposal.ts';
import type { Desk } from '../edges/desk/desk.ts';
import { ConfigurationRefused } from './refused.ts';

export interface DeskFlags {
  readonly deskPort?: string;
  readonly deskUrl?: string;
  readonly deskClientSecretFile?: string;
}

export interface DeskOptions {
  /** On 127.0.0.1, always: whoever comes from elsewhere comes through a proxy with TLS. */
  readonly port: number;
  /** `https://desk.example.com` behind a proxy. Absent: `http://localhost:PORT`. */
  readonly url?: string;
  readonly clientSecretFile?: string;
}

export type DeskRead =
  | { readonly ok: true; readonly desk?: DeskOptions }
  | { readonly ok: false; readonly message: string };

export function readDesk(flags: DeskFlags, env: NodeJS.ProcessEnv): DeskRead {
  const portText = flags.deskPort ?? env.COUNTERSIGN_DESK_PORT;
  const url = flags.deskUrl ?? env.COUNTERSIGN_DESK_URL;
  const clientSecretFile = flags.deskClientSecretFile ?? env.COUNTERSIGN_DESK_CLIENT_SECRET_FILE;
  if (portText === undefined)
    return url === undefined && clientSecretFile === undefined
      ? { ok: true }
      : { ok: false, message: '--desk-url and --desk-client-secret-file want --desk-port: 7172' };
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535)
    return { ok: false, message: '--desk-port is a port: 7172' };
  if (url !== undefined && !isDeskUrl(url))
    return { ok: false, message: '--desk-url is where people find it, with TLS: https://desk.example.com' };
  return {
    ok: true,
    desk: {
      port,
      ...(url === undefined ? {} : { url: new URL(url).origin }),
      ...(clientSecretFile === undefined ? {} : { clientSecretFile }),
    },
  };
}

/** Passkeys are for names, not for addresses. */
function isDeskUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    url.protocol === 'https:' &&
    url.origin.length <= 300 &&
    [url.origin, `${url.origin}/`].includes(text) &&
    !/^[\d.]+$|^\[/.test(url.hostname)
  );
}

export interface OpenDesk {
  readonly desk: Desk;
  readonly url: string;
  close(): void;
}

/** @throws {ConfigurationRefused} the port is taken, or the secret of the client cannot be read */
export async function openDesk(
  options: DeskOptions,
  road: Road,
  ledger: Ledger,
  approvers: Approvers,
  anybody: Operator,
  log: (line: string) => void,
): Promise<OpenDesk> {
  const { createDesk } = await import('../edges/desk/desk.ts');
  const { webauthn } = await import('../adapters/passkeys/webauthn.ts');
  const { openIssuer } = await import('../adapters/oidc/issuer.ts');
  const secret = secretOf(options);
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 20_000 });
  server.maxConnections = 200;
  const port = await listening(server, options.port);
  const origin = options.url ?? `http://localhost:${port}`;
  const issuers = new Map<string, Issuer>();
  const desk = createDesk({
    ...{ road, ledger, approvers, anybody, verifier: webauthn() },
    site: { origin, rpId: new URL(origin).hostname },
    issuerOf: (signIn: SignIn) => {
      const key = JSON.stringify([signIn.issuer, signIn.client]);
      const known = issuers.get(key) ?? openIssuer(signIn, secret);
      issuers.clear();
      issuers.set(key, known);
      return known;
    },
    log: (event, detail) => log(`${event} ${JSON.stringify(detail)}`),
  });
  server.on('request', desk.handle);
  return {
    desk,
    url: origin,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function secretOf({ clientSecretFile: file }: DeskOptions): string | undefined {
  if (file === undefined) return undefined;
  const secret = readPrivate(file)?.trim();
  if (secret === undefined || !/^[\x21-\x7e]{1,1024}$/.test(secret))
    throw new ConfigurationRefused(`there is no secret of the desk's client in \`${file}\``);
  return secret;
}

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on (${error.code})`;
      reject(new ConfigurationRefused(`port ${port} ${why}: name another with --desk-port`));
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return (server.address() as AddressInfo).port;
}
