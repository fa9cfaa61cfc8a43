import { createHash, verify, X509Certificate } from 'node:crypto';
import { AwsError } from '../../aws-error.ts';
import type { SamlProviderRecord } from '../../iam/state.ts';
import { readResponse, type SamlResponse, type SamlSignature, signedInfo, writeAssertion } from './response-form.ts';

const attributePrefix = 'https://aws.amazon.com/SAML/Attributes/';
const sessionName = /^[\w+=,.@-]{2,64}$/;
/** AWS takes an assertion for five minutes after it was issued. */
const redeemableMilliseconds = 300_000;
const endpoint = /^https:\/\/([a-z0-9-]+\.)?signin\.aws\.amazon\.com\/saml$/;
const audiences = ['urn:amazon:webservices', 'https://signin.aws.amazon.com/saml'];

/** What an assertion asks to be put on the session. */
export interface AssertedAttributes {
  /** `<role ARN>,<provider ARN>`, or the other way round. */
  readonly roles: readonly string[];
  readonly sessionName: string;
  readonly sourceIdentity?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/**
 * The response behind a base64 text, when a signing certificate in the provider's metadata signed it and it holds now. Checked, in this
 * order: form, status, issuer, digest of the assertion, signature over it, recipient and audience, times. `now` is in epoch milliseconds.
 * Throws InvalidIdentityToken, IDPRejectedClaim, ExpiredTokenException in AWS's words where it has them.
 */
export function verifiedResponse(encoded: string, provider: SamlProviderRecord, now: number): SamlResponse {
  const read = readResponse(Buffer.from(encoded, 'base64').toString('utf8'));
  if (!read) throw invalid('Invalid SAML response');
  const { response, signature } = read;
  if (!response.status.endsWith(':Success')) {
    throw new AwsError('IDPRejectedClaim', `The identity provider reported ${response.status}`, 403);
  }
  if (response.issuer !== entityIdOf(provider)) throw invalid('Issuer not present in specified provider');
  requireSignature(response, signature, provider);
  requirePlaceAndTime(response, now);
  return response;
}

/** The attributes of AWS in a response. Throws InvalidIdentityToken for missing or malformed ones. */
export function assertedAttributes({ attributes }: SamlResponse): AssertedAttributes {
  const values = (name: string) => attributes.find(([key]) => key === `${attributePrefix}${name}`)?.[1] ?? [];
  const [name] = values('RoleSessionName');
  if (name === undefined) throw invalid('RoleSessionName is required in AuthnResponse');
  if (!sessionName.test(name)) throw invalid('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
  const [sourceIdentity] = values('SourceIdentity');
  if (sourceIdentity !== undefined && !sessionName.test(sourceIdentity)) {
    throw invalid('SourceIdentity in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
  }
  const tagPrefix = `${attributePrefix}PrincipalTag:`;
  const tags = attributes.flatMap(([key, [value = '']]) =>
    key.startsWith(tagPrefix) ? [[key.slice(tagPrefix.length), value] as const] : [],
  );
  return {
    roles: values('Role'),
    sessionName: name,
    tags: Object.fromEntries(tags),
    transitiveTagKeys: values('TransitiveTagKeys'),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

function requireSignature(response: SamlResponse, signature: SamlSignature, provider: SamlProviderRecord): void {
  const digest = createHash('sha256').update(writeAssertion(response)).digest('base64');
  const signed = Buffer.from(signedInfo(response.assertionId, signature.digest));
  const value = Buffer.from(signature.value, 'base64');
  const genuine = certificatesOf(provider).some(({ publicKey }) => verify('sha256', signed, publicKey, value));
  // Node ignores what is not base64: one signature has one text.
  const exact = value.toString('base64') === signature.value;
  if (!exact || digest !== signature.digest || !genuine) throw invalid('Response signature invalid');
}

function requirePlaceAndTime(response: SamlResponse, now: number): void {
  if (!endpoint.test(response.recipient)) throw invalid('Recipient is not an AWS sign-in endpoint');
  if (!audiences.includes(response.audience)) throw invalid('Audience is invalid');
  if (now < response.notBefore) throw invalid('Assertion is not yet valid');
  const until = Math.min(
    response.notOnOrAfter,
    response.sessionNotOnOrAfter,
    response.issuedAt + redeemableMilliseconds,
  );
  if (now >= until) {
    throw new AwsError('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance');
  }
}

const entityIdOf = ({ metadata }: SamlProviderRecord): string | undefined => / entityID="([^"]*)"/.exec(metadata)?.[1];

function certificatesOf({ metadata }: SamlProviderRecord): X509Certificate[] {
  const found = metadata.matchAll(/<(?:\w+:)?X509Certificate(?: [^>]*)?>([^<]*)</g);
  return [...found].flatMap(([, text = '']) => {
    try {
      return [new X509Certificate(Buffer.from(text, 'base64'))];
    } catch {
      return [];
    }
  });
}

const invalid = (message: string): AwsError => new AwsError('InvalidIdentityToken', message);
