/** GATE_STATIC_CREDENTIAL: resources that are credentials. GATE_TRUST: ways in for people that need none of the roles. */
import { isObject, type Json } from '../template/template.ts';
import { mayBeAbsent, memberAlternatives } from './alternatives.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { asWritten } from './policy-statements.ts';

/** Everything else of AWS::IAM makes or serves users, groups, keys or identity providers, also what AWS may add to it. */
const harmless = [
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::ServiceLinkedRole',
  'AWS::IAM::ServerCertificate',
];

type Fault = Omit<Objection, 'path'>;

const certificates: Fault = {
  code: 'GATE_STATIC_CREDENTIAL',
  what: 'lets certificates stand for roles',
  next: 'Take it out; certificates are static credentials.',
};
const people: Fault = {
  code: 'GATE_TRUST',
  what: 'lets people in past the roles',
  next: 'Take it out; who may do what is decided outside of promotions.',
};
const shared: Fault = {
  code: 'GATE_TRUST',
  what: 'is a key that lets in whoever has it',
  next: 'Let callers sign in, with IAM or Amazon Cognito, or have a policy waive it.',
};
const keys: Fault = {
  code: 'GATE_STATIC_CREDENTIAL',
  what: 'is or carries a static credential',
  next: 'Take it out; use a role, which has no keys.',
};

/** Types of other services (CloudFormation User Guide, "AWS resource and property types reference"). */
const waysIn: readonly (readonly [RegExp, Fault])[] = [
  [/^AWS::RolesAnywhere::/, certificates],
  // AWS IoT Core, "Authorizing direct calls to AWS services using AWS IoT Core credential provider".
  [/^AWS::IoT::(Certificate|CACertificate|RoleAlias|ProvisioningTemplate)$/, certificates],
  // A new account has OrganizationAccountAccessRole.
  [/^AWS::Organizations::(Account|Organization)$/, people],
  [/^AWS::SSO::/, people],
  [/^AWS::IdentityStore::/, people],
  [/^AWS::AppSync::ApiKey$/, shared],
];

/** A type that is not written in plain text could be any of them, so it is refused too. */
export function credentialObjections(resource: DeclaredResource): Objection[] {
  const { type, path, declaration } = resource;
  const at = [...path, 'Type'];
  if (type === undefined) return [unknownType(path, isObject(declaration) ? declaration : {})];
  const fault =
    // However it is written: CloudFormation knows types by their exact names, and a guess at what else it takes would be no check.
    /^\s*AWS::IAM::/i.test(type) && !harmless.includes(type)
      ? keys
      : (waysIn.find(([pattern]) => pattern.test(type))?.[1] ?? propertyFault(resource));
  return fault === undefined ? [] : [{ ...fault, path: at, what: `${type} ${fault.what}.` }];
}

/** Types that are harmless or not by what they say. */
function propertyFault({ type, path, properties }: DeclaredResource): Fault | undefined {
  const members = { value: properties, path: [...path, 'Properties'] };
  const isComputed = Object.keys(properties).some((name) => name.startsWith('Fn::'));
  // Without a public key of one's own EC2 makes a pair and leaves the private key in Systems Manager.
  if (type === 'AWS::EC2::KeyPair' && (isComputed || mayBeAbsent(properties['PublicKeyMaterial']))) return keys;
  if (type === 'AWS::Transfer::User' && (isComputed || memberAlternatives(members, 'SshPublicKeys').some(isFilled)))
    return keys;
  // A key that ends is one of the application; NoExpiry makes it static (CloudFormation User Guide, AWS::Location::APIKey).
  const endless = memberAlternatives(members, 'NoExpiry');
  if (type === 'AWS::Location::APIKey' && (isComputed || endless.some(({ value }) => String(value) !== 'false')))
    return shared;
  return undefined;
}

const isFilled = ({ value }: { readonly value: Json }): boolean => !Array.isArray(value) || value.length > 0;

function unknownType(path: Objection['path'], declaration: Readonly<Record<string, Json>>): Objection {
  const next = 'Write each resource out with its type.';
  const computed = Object.keys(declaration).find((name) => name.startsWith('Fn::'));
  if (computed !== undefined)
    return objection([...path, computed], {
      what: `${computed} computes members of the resource, so it can become an IAM user or key.`,
      next,
    });
  const written = declaration['Type'];
  if (written === undefined) return objection(path, { what: 'The resource has no type that can be read.', next });
  const what = `The type ${asWritten(written)} is composed, so it can become an IAM user or key.`;
  return objection([...path, 'Type'], { what, next });
}

function objection(path: Objection['path'], { what, next }: { what: string; next: string }): Objection {
  return { code: 'GATE_STATIC_CREDENTIAL', path, what, next };
}
