import { createHash, sign } from 'node:crypto';
import type { Sandbox } from '../../kernel.ts';
import { tellMinted } from '../../observers.ts';
import { type PrivateKeyRecord, privateKeyOf, rsaKey } from '../rsa-key.ts';
import { selfSignedCertificate } from './certificate.ts';
import { type SamlResponse, signedInfo, writeAssertion, writeResponse } from './response-form.ts';

/** A SAML identity provider outside AWS. What AWS knows of it is only the metadata given to AWS::IAM::SAMLProvider. */
export interface SamlIdentityProviderRecord {
  readonly entityId: string;
  readonly privateKey: PrivateKeyRecord;
  /** Base64 of the DER form. */
  readonly certificate: string;
}

const attributePrefix = 'https://aws.amazon.com/SAML/Attributes/';
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** The identity provider of that name, with a key that the name and the world's seed determine. Made on first use. */
export function samlIdentityProvider({ world }: Sandbox, entityId: string): SamlIdentityProviderRecord {
  const known = world.sts.samlIdentityProviders?.[entityId];
  if (known) return known;
  const privateKey = rsaKey(`saml identity provider ${entityId} of world ${world.seed}`);
  const made = { entityId, privateKey, certificate: selfSignedCertificate(privateKey, 'sandbox identity provider') };
  world.sts.samlIdentityProviders = { ...world.sts.samlIdentityProviders, [entityId]: made };
  return made;
}

/** The metadata document to hand to AWS (OASIS, "Metadata for SAML 2.0"). */
export function samlMetadata({ entityId, certificate }: SamlIdentityProviderRecord): string {
  return [
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">`,
    '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>',
    `<ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${entityId}/sso">`,
    '</md:SingleSignOnService></md:IDPSSODescriptor></md:EntityDescriptor>',
  ].join('');
}

/** A person who signed in at the identity provider. */
export interface SamlSignIn {
  readonly subject: string;
  /** `<role ARN>,<provider ARN>` for each role the person may have. */
  readonly roles: readonly string[];
  readonly sessionName: string;
  readonly sourceIdentity?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
}

/** What an identity provider answers for a sign-in: valid for five minutes, for AWS's sign-in endpoint. `changes` make it a wrong one. */
export function samlAssertion(
  sandbox: Sandbox,
  provider: SamlIdentityProviderRecord,
  { signIn, changes = {} }: { signIn: SamlSignIn; changes?: Partial<SamlResponse> },
): string {
  const now = Math.floor(sandbox.now() / 1000) * 1000;
  const response: SamlResponse = {
    id: `_${sandbox.uuid('saml-response')}`,
    assertionId: `_${sandbox.uuid('saml-assertion')}`,
    status: success,
    issuer: provider.entityId,
    issuedAt: now,
    subject: signIn.subject,
    subjectFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    recipient: 'https://signin.aws.amazon.com/saml',
    audience: 'urn:amazon:webservices',
    notBefore: now - 60_000,
    notOnOrAfter: now + 300_000,
    sessionNotOnOrAfter: now + 12 * 3_600_000,
    attributes: attributesOf(signIn),
    ...changes,
  };
  return signed(sandbox, provider, response);
}

/** Base64, as it travels in a form. */
function signed(sandbox: Sandbox, { privateKey }: SamlIdentityProviderRecord, response: SamlResponse): string {
  const digest = createHash('sha256').update(writeAssertion(response)).digest('base64');
  const key = privateKeyOf(privateKey);
  const value = sign('sha256', Buffer.from(signedInfo(response.assertionId, digest)), key).toString('base64');
  tellMinted(sandbox, { kind: 'saml-signature', text: value });
  return Buffer.from(writeResponse(response, { digest, value })).toString('base64');
}

/** Attributes of AWS (IAM User Guide, "Configure SAML assertions for the authentication response"). */
function attributesOf(signIn: SamlSignIn): SamlResponse['attributes'] {
  const { sourceIdentity, transitiveTagKeys = [] } = signIn;
  const tags = Object.entries(signIn.tags ?? {});
  return [
    [`${attributePrefix}Role`, signIn.roles],
    [`${attributePrefix}RoleSessionName`, [signIn.sessionName]],
    ...(sourceIdentity === undefined ? [] : [[`${attributePrefix}SourceIdentity`, [sourceIdentity]] as const]),
    ...tags.map(([key, value]) => [`${attributePrefix}PrincipalTag:${key}`, [value]] as const),
    ...(transitiveTagKeys.length === 0 ? [] : [[`${attributePrefix}TransitiveTagKeys`, transitiveTagKeys] as const]),
  ];
}
