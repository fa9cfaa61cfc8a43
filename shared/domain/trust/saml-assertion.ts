/** The SAML response of an identity provider, as far as one has to look into it to hand it to AWS STS. Nothing in it is believed: STS verifies it. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';

/** A role the response offers, with the provider that vouches for it. ARNs. */
export interface SamlRole {
  readonly role: string;
  readonly provider: string;
}

export type ReadAssertion =
  /** `encoded`: base64, as STS takes it. `roles`: empty where the assertion is encrypted. */
  | { readonly kind: 'assertion'; readonly encoded: string; readonly roles: readonly SamlRole[] }
  | { readonly kind: 'unusable'; readonly problem: Problem };

/** Characters of SAMLAssertion (STS API reference, AssumeRoleWithSAML). */
const longest = 100_000;

/** Reads the text of a file: the response in base64, as a form carries it, or the XML. */
export function readAssertion(text: string): ReadAssertion {
  const trimmed = text.trim();
  const isXml = trimmed.startsWith('<');
  const encoded = isXml ? Buffer.from(trimmed).toString('base64') : trimmed.replaceAll(/\s/g, '');
  if (encoded === '') return unusable('it is empty');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return unusable('it is neither XML nor base64');
  const xml = isXml ? trimmed : Buffer.from(encoded, 'base64').toString('utf8');
  if (!/<(?:[\w-]+:)?Response[\s>]/.test(xml)) return unusable('it has no element Response');
  if (encoded.length > longest)
    return unusable(`it has ${encoded.length} characters in base64, and AWS STS takes ${longest}`);
  return { kind: 'assertion', encoded, roles: rolesIn(xml) };
}

export type ChosenRole =
  | ({ readonly kind: 'chosen' } & SamlRole)
  | { readonly kind: 'unclear'; readonly problem: Problem };

/** The role to ask for. `wanted` is a role's ARN, or role and provider with a comma between them. */
export function chooseRole(roles: readonly SamlRole[], wanted: string | undefined): ChosenRole {
  if (wanted?.includes(',')) {
    const pair = pairOf(wanted);
    return pair === undefined ? unclear(`${wanted} names no role and provider.`, []) : { kind: 'chosen', ...pair };
  }
  const fitting = roles.filter(({ role }) => wanted === undefined || role === wanted);
  const [only, ...others] = fitting;
  const known = roles.map(({ role }) => role);
  if (only !== undefined && others.length === 0) return { kind: 'chosen', ...only };
  if (roles.length === 0) return unclear('The assertion names no role that can be read: it may be encrypted.', []);
  if (wanted !== undefined) return unclear(`The assertion does not offer ${wanted}.`, known);
  return unclear(`The assertion offers ${roles.length} roles.`, known);
}

/** IAM User Guide, "Configure SAML assertions for the authentication response": one value for each role, the two ARNs in either order. */
function rolesIn(xml: string): SamlRole[] {
  const attribute =
    /<(?:[\w-]+:)?Attribute\s[^>]*Name="https:\/\/aws\.amazon\.com\/SAML\/Attributes\/Role"[^>]*>([\s\S]*?)<\/(?:[\w-]+:)?Attribute>/;
  const values = attribute.exec(xml)?.[1]?.matchAll(/<(?:[\w-]+:)?AttributeValue[^>]*>([^<]*)</g) ?? [];
  return [...values].flatMap(([, value = '']) => pairOf(value) ?? []);
}

function pairOf(text: string): SamlRole | undefined {
  const arns = text.split(',').map((arn) => arn.trim());
  const role = arns.find((arn) => /^arn:[a-z-]+:iam::\d{12}:role\/./.test(arn));
  const provider = arns.find((arn) => /^arn:[a-z-]+:iam::\d{12}:saml-provider\/./.test(arn));
  return role === undefined || provider === undefined ? undefined : { role, provider };
}

function unusable(detail: string): ReadAssertion {
  return { kind: 'unusable', problem: problem('SAML_ASSERTION', { detail }) };
}

function unclear(detail: string, known: readonly string[]): ChosenRole {
  return { kind: 'unclear', problem: problem('SAML_ROLE', { detail, known }) };
}
