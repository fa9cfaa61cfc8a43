import { createHash, createPublicKey, sign } from 'node:crypto';
import { type PrivateKeyRecord, privateKeyOf } from '../rsa-key.ts';

/** A self-signed X.509 certificate (RFC 5280) in base64: what a SAML identity provider publishes its key in. Node reads them, but makes none. */
export function selfSignedCertificate(privateKey: PrivateKeyRecord, commonName: string): string {
  const key = privateKeyOf(privateKey);
  const name = sequence(der(0x31, sequence(commonNameId, der(0x0c, Buffer.from(commonName)))));
  const certified = sequence(
    der(0xa0, integer(2)),
    der(0x02, serialOf(commonName)),
    sha256WithRsa,
    name,
    sequence(utcTime('260101000000Z'), utcTime('460101000000Z')),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', certified, key);
  return sequence(certified, sha256WithRsa, der(0x03, Buffer.from([0]), signature)).toString('base64');
}

/** One value in Distinguished Encoding Rules (ITU-T X.690): tag, length, content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content);
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text));
/** 2.5.4.3 */
const commonNameId = der(0x06, Buffer.from([0x55, 0x04, 0x03]));
/** 1.2.840.113549.1.1.11 with no parameters. */
const sha256WithRsa = sequence(
  der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b])),
  der(0x05),
);

/** Positive, hence the leading 1. */
const serialOf = (name: string): Buffer =>
  Buffer.concat([Buffer.from([1]), createHash('sha256').update(name).digest().subarray(0, 8)]);
