import { describe, expect, it } from 'vitest';
import { chooseRole, readAssertion } from '#shared/domain/trust/saml-assertion.ts';

const role = (name = 'people') => `arn:aws:iam::111111111111:role/${name}`;
const provider = 'arn:aws:iam::111111111111:saml-provider/corp';
const value = (text: string) => `<saml:AttributeValue xsi:type="xs:string">${text}</saml:AttributeValue>`;
const response = (...values: string[]) =>
  `<?xml version="1.0"?>\n<samlp:Response ID="_1"><saml:Assertion>
    <saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName">${value('alice')}</saml:Attribute>
    <saml:Attribute NameFormat="uri" Name="https://aws.amazon.com/SAML/Attributes/Role">${values.map(value).join('')}</saml:Attribute>
  </saml:Assertion></samlp:Response>`;
const encoded = (xml: string) => Buffer.from(xml).toString('base64');
const read = (text: string) => readAssertion(text) as Extract<ReturnType<typeof readAssertion>, { kind: 'assertion' }>;

describe('the file with the response of an identity provider', () => {
  const xml = response(`${role()},${provider}`);
  it.each<[string, string]>([
    ['is base64, as the form carries it', encoded(xml)],
    ['is base64 in lines', `${encoded(xml).replaceAll(/(.{64})/g, '$1\r\n')}\n`],
    ['is XML', `\n${xml}\n`],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual({ kind: 'assertion', encoded: encoded(xml), roles: [{ role: role(), provider }] });
  });

  it.each<[string, string, string[]]>([
    ['several, in either order', response(`${role('a')},${provider}`, ` ${provider} , ${role('b')} `), ['a', 'b']],
    ['none it can read', response('nobody', `${role()},`), []],
    ['none, being encrypted', '<Response><EncryptedAssertion/></Response>', []],
    ['some without prefixes', response(`${role()},${provider}`).replaceAll(/samlp?:/g, ''), ['people']],
  ])('offers %s', (_, text, names) => {
    expect(read(text).roles.map((one) => one.role)).toEqual(names.map(role));
  });

  it.each<[string, string, RegExp]>([
    ['nothing', ' \n', /it is empty/],
    ['a token', 'eyJhbGciOi.J9.x', /neither XML nor base64/],
    ['another text in base64', encoded('hello'), /no element Response/],
    ['another XML', '<html><body>Response</body></html>', /no element Response/],
    ['more than STS takes', response('x'.repeat(100_000)), /and AWS STS takes 100000/],
  ])('is refused when it holds %s', (_, text, cause) => {
    expect(readAssertion(text)).toMatchObject({
      kind: 'unusable',
      problem: { code: 'SAML_ASSERTION', exit: 2, cause: expect.stringMatching(cause) },
    });
  });
});

describe('the role to take', () => {
  const offered = [role('a'), role('b')].map((arn) => ({ role: arn, provider }));

  it.each<[string, typeof offered, string | undefined, string]>([
    ['is the only one', offered.slice(0, 1), undefined, role('a')],
    ['is the one that is named', offered, role('b'), role('b')],
    ['may be named with its provider, whatever the assertion shows', [], `${role('c')},${provider}`, role('c')],
  ])('%s', (_, roles, wanted, chosen) => {
    expect(chooseRole(roles, wanted)).toEqual({ kind: 'chosen', role: chosen, provider });
  });

  it.each<[string, typeof offered, string | undefined, RegExp, RegExp]>([
    ['several', offered, undefined, /offers 2 roles/, /--saml-role: arn:.*role\/a, arn:.*role\/b\.$/],
    ['another', offered, role('c'), /does not offer arn:.*role\/c/, /role\/a, /],
    ['none', [], undefined, /may be encrypted/, /<role ARN>,<provider ARN>/],
    ['no pair', offered, 'a,b', /names no role and provider/, /<role ARN>,<provider ARN>/],
  ])('is unclear with %s', (_, roles, wanted, cause, next) => {
    expect(chooseRole(roles, wanted)).toMatchObject({
      kind: 'unclear',
      problem: { code: 'SAML_ROLE', exit: 2, cause: expect.stringMatching(cause), next: expect.stringMatching(next) },
    });
  });
});
