// SPDX-License-Identifier: Apache-2.0
// An authenticator in software: makes passkeys and signs with them, right or wrong, as a test wants it.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { JsonObject } from '../../src/core/json/value.ts';

export interface Signing {
  readonly challenge: Uint8Array;
  readonly origin?: string;
  readonly rpId?: string;
  /** Default: one more than the last time. */
  readonly uses?: number;
  readonly userVerified?: boolean;
  readonly crossOrigin?: boolean;
  readonly type?: string;
}

export interface SoftPasskey {
  readonly credential: string;
  create(signing: Signing): JsonObject;
  get(signing: Signing): JsonObject;
}

const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

/** @param counts whether it counts its uses: those that are synchronised between devices do not */
export function softPasskey(site: { origin: string; rpId: string }, counts = true): SoftPasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16);
  let uses = 0;

  function client(signing: Signing, type: string): Buffer {
    const { challenge, origin = site.origin, crossOrigin = false } = signing;
    return Buffer.from(
      JSON.stringify({ type: signing.type ?? type, challenge: b64(challenge), origin, crossOrigin }),
    );
  }

  function authenticator(signing: Signing, attested: Buffer = Buffer.alloc(0)): Buffer {
    if (counts) uses += 1;
    const count = signing.uses ?? uses;
    uses = Math.max(uses, count);
    const flags = 0x01 | (signing.userVerified === false ? 0 : 0x04) | (attested.length > 0 ? 0x40 : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    return Buffer.concat([sha256(signing.rpId ?? site.rpId), Buffer.from([flags]), counter, attested]);
  }

  return {
    credential: b64(id),
    create(signing) {
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose(publicKey)]);
      const authData = authenticator(signing, attested);
      const attestationObject = Buffer.concat([
        Buffer.from([0xa3]),
        text('fmt'),
        text('none'),
        text('attStmt'),
        Buffer.from([0xa0]),
        text('authData'),
        bytes(authData),
      ]);
      return {
        ...{ id: b64(id), rawId: b64(id), type: 'public-key', clientExtensionResults: {} },
        response: {
          clientDataJSON: b64(client(signing, 'webauthn.create')),
          attestationObject: b64(attestationObject),
        },
      };
    },
    get(signing) {
      const data = client(signing, 'webauthn.get');
      const authData = authenticator(signing);
      const signature = sign('sha256', Buffer.concat([authData, sha256(data)]), privateKey);
      return {
        ...{ id: b64(id), rawId: b64(id), type: 'public-key', clientExtensionResults: {} },
        response: {
          clientDataJSON: b64(data),
          authenticatorData: b64(authData),
          signature: b64(signature),
        },
      };
    },
  };
}

// CBOR, as much as it takes.
function text(of: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + of.length]), Buffer.from(of)]);
}

function bytes(of: Buffer): Buffer {
  const head = of.length < 256 ? [0x58, of.length] : [0x59, of.length >> 8, of.length & 0xff];
  return Buffer.concat([Buffer.from(head), of]);
}

/** EC2, ES256, P-256: RFC 9053. */
function cose(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const coordinate = (value: string) => bytes(Buffer.from(value, 'base64url'));
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    coordinate(x),
    Buffer.from([0x22]),
    coordinate(y),
  ]);
}
