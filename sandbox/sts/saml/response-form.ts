/**
 * The one form of SAML response the sandbox writes and reads. It is in exclusive canonical form, so that the text between two tags is what
 * is digested and signed (W3C, "Exclusive XML Canonicalization"). Any other form is refused rather than understood: that leaves no room
 * for comments, entities, second assertions or signatures over something else than what is read.
 */

/** Times are epoch milliseconds in whole seconds. */
export interface SamlResponse {
  readonly id: string;
  readonly assertionId: string;
  /** `urn:oasis:names:tc:SAML:2.0:status:…`. */
  readonly status: string;
  readonly issuer: string;
  readonly issuedAt: number;
  readonly subject: string;
  /** `urn:oasis:names:tc:SAML:2.0:nameid-format:…`. */
  readonly subjectFormat: string;
  /** Where the assertion is to be presented. */
  readonly recipient: string;
  readonly audience: string;
  readonly notBefore: number;
  readonly notOnOrAfter: number;
  readonly sessionNotOnOrAfter: number;
  readonly attributes: readonly (readonly [name: string, values: readonly string[]])[];
}

export interface SamlSignature {
  /** SHA-256 of the assertion without its signature, base64. */
  readonly digest: string;
  /** RSA-SHA256 of `signedInfo`, base64. */
  readonly value: string;
}

const saml = 'urn:oasis:names:tc:SAML:2.0:assertion';
const samlp = 'urn:oasis:names:tc:SAML:2.0:protocol';
const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** The whole response. */
export function writeResponse(response: SamlResponse, signature: SamlSignature): string {
  const { id, issuer, issuedAt, recipient, status } = response;
  return [
    `<samlp:Response xmlns:samlp="${samlp}" Destination="${attribute(recipient)}" ID="${attribute(id)}" IssueInstant="${instant(issuedAt)}" Version="2.0">`,
    `<saml:Issuer xmlns:saml="${saml}">${content(issuer)}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="${attribute(status)}"></samlp:StatusCode></samlp:Status>`,
    writeAssertion(response, signature),
    '</samlp:Response>',
  ].join('');
}

/** The assertion; without a signature it is what the digest is of (W3C, "XML Signature", enveloped signature transform). */
export function writeAssertion(response: SamlResponse, signature?: SamlSignature): string {
  const { assertionId, issuer, issuedAt, subject, subjectFormat, recipient, audience } = response;
  const until = instant(response.notOnOrAfter);
  return [
    `<saml:Assertion xmlns:saml="${saml}" ID="${attribute(assertionId)}" IssueInstant="${instant(issuedAt)}" Version="2.0">`,
    `<saml:Issuer>${content(issuer)}</saml:Issuer>`,
    signature ? writeSignature(assertionId, signature) : '',
    `<saml:Subject><saml:NameID Format="${attribute(subjectFormat)}">${content(subject)}</saml:NameID>`,
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
    `<saml:SubjectConfirmationData NotOnOrAfter="${until}" Recipient="${attribute(recipient)}"></saml:SubjectConfirmationData>`,
    '</saml:SubjectConfirmation></saml:Subject>',
    `<saml:Conditions NotBefore="${instant(response.notBefore)}" NotOnOrAfter="${until}"><saml:AudienceRestriction>`,
    `<saml:Audience>${content(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${instant(issuedAt)}" SessionNotOnOrAfter="${instant(response.sessionNotOnOrAfter)}">`,
    '<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
    '</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>',
    `<saml:AttributeStatement>${response.attributes.map(writeAttribute).join('')}</saml:AttributeStatement>`,
    '</saml:Assertion>',
  ].join('');
}

/** What the signature's value is of: SignedInfo, which in canonical form declares its namespace itself. */
export const signedInfo = (assertionId: string, digest: string): string =>
  writeSignedInfo(assertionId, digest).replace('<ds:SignedInfo>', `<ds:SignedInfo xmlns:ds="${dsig}">`);

/** Reads a response; undefined unless it is written exactly as `writeResponse` writes what is read. */
export function readResponse(
  text: string,
): { readonly response: SamlResponse; readonly signature: SamlSignature } | undefined {
  const found = (pattern: RegExp): string => plain(pattern.exec(text)?.[1] ?? '');
  const time = (pattern: RegExp): number => Date.parse(found(pattern));
  const response: SamlResponse = {
    id: found(/^<samlp:Response [^>]* ID="([^"]*)"/),
    assertionId: found(/<saml:Assertion [^>]*ID="([^"]*)"/),
    status: found(/<samlp:StatusCode Value="([^"]*)"/),
    issuer: found(/<saml:Issuer>([^<]*)</),
    issuedAt: time(/<saml:Assertion [^>]*IssueInstant="([^"]*)"/),
    subject: found(/<saml:NameID [^>]*>([^<]*)</),
    subjectFormat: found(/<saml:NameID Format="([^"]*)"/),
    recipient: found(/ Recipient="([^"]*)"/),
    audience: found(/<saml:Audience>([^<]*)</),
    notBefore: time(/<saml:Conditions NotBefore="([^"]*)"/),
    notOnOrAfter: time(/<saml:SubjectConfirmationData NotOnOrAfter="([^"]*)"/),
    sessionNotOnOrAfter: time(/ SessionNotOnOrAfter="([^"]*)"/),
    attributes: readAttributes(text),
  };
  const signature = {
    digest: found(/<ds:DigestValue>([^<]*)</),
    value: found(/<ds:SignatureValue>([^<]*)</),
  };
  const times = [response.issuedAt, response.notBefore, response.notOnOrAfter, response.sessionNotOnOrAfter];
  if (times.some(Number.isNaN)) return undefined;
  return writeResponse(response, signature) === text ? { response, signature } : undefined;
}

function readAttributes(text: string): [string, string[]][] {
  return [...text.matchAll(/<saml:Attribute Name="([^"]*)">(.*?)<\/saml:Attribute>/g)].map(
    ([, name = '', values = '']) => [
      plain(name),
      [...values.matchAll(/<saml:AttributeValue>([^<]*)</g)].map(([, value = '']) => plain(value)),
    ],
  );
}

function writeAttribute([name, values]: SamlResponse['attributes'][number]): string {
  const written = values.map((value) => `<saml:AttributeValue>${content(value)}</saml:AttributeValue>`);
  return `<saml:Attribute Name="${attribute(name)}">${written.join('')}</saml:Attribute>`;
}

function writeSignature(assertionId: string, { digest, value }: SamlSignature): string {
  const info = writeSignedInfo(assertionId, digest);
  const written = `<ds:SignatureValue>${content(value)}</ds:SignatureValue>`;
  return `<ds:Signature xmlns:ds="${dsig}">${info}${written}</ds:Signature>`;
}

function writeSignedInfo(assertionId: string, digest: string): string {
  const method = (element: string, algorithm: string) => `<ds:${element} Algorithm="${algorithm}"></ds:${element}>`;
  return [
    `<ds:SignedInfo>${method('CanonicalizationMethod', exclusive)}`,
    method('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'),
    `<ds:Reference URI="#${attribute(assertionId)}"><ds:Transforms>`,
    method('Transform', `${dsig}enveloped-signature`),
    `${method('Transform', exclusive)}</ds:Transforms>`,
    method('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256'),
    `<ds:DigestValue>${content(digest)}</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
  ].join('');
}

const instant = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('.000Z', 'Z');

/** The characters canonical XML escapes in content, and those it escapes in attributes. Control characters have no place here at all. */
const content = (text: string): string => text.replace(/[&<>]/g, (character) => escapes[character] ?? '');
const attribute = (text: string): string => text.replace(/[&<"]/g, (character) => escapes[character] ?? '');
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (entity) => {
    return Object.keys(escapes).find((character) => escapes[character] === entity) ?? entity;
  });
}
