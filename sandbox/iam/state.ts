import type { World } from '../kernel.ts';

/** IAM of every account. Policy documents are kept as JSON text. */
export interface IamState {
  accounts: Record<string, IamAccount>;
}

export interface IamAccount {
  /** By name. */
  roles: Record<string, RoleRecord>;
  /** Customer-managed policies, by ARN. */
  policies: Record<string, ManagedPolicyRecord>;
  /** By name. */
  users: Record<string, UserRecord>;
  /** By ARN; absent in worlds saved before there were any. */
  oidcProviders?: Record<string, OidcProviderRecord>;
  samlProviders?: Record<string, SamlProviderRecord>;
}

export interface OidcProviderRecord {
  readonly arn: string;
  /** The issuer without `https://`, which is also the prefix of its condition keys. */
  readonly issuer: string;
  /** Audiences it accepts. */
  clientIds: string[];
  thumbprints: string[];
  tags: Record<string, string>;
}

export interface SamlProviderRecord {
  readonly arn: string;
  readonly name: string;
  /** The identity provider's own description of itself: its entity id and signing certificates. */
  metadata: string;
  tags: Record<string, string>;
}

export interface RoleRecord {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AROA…`; a role created again under the same name has another one. */
  readonly id: string;
  readonly createdAt: number;
  description: string;
  /** Principals that are roles or sessions are kept by unique id, as AWS keeps them. */
  trust: string;
  inlinePolicies: Record<string, string>;
  /** ARNs, in the order they were attached. */
  attachedPolicies: string[];
  /** ARN of the permissions boundary. */
  boundary?: string;
  /** Seconds. */
  maxSessionDuration: number;
  tags: Record<string, string>;
}

export interface ManagedPolicyRecord {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: number;
  updatedAt: number;
  description: string;
  /** That of the default version. */
  document: string;
  /** Documents by version id; absent while there is only the first version. */
  versions?: Record<string, string>;
  defaultVersion?: string;
}

export interface UserRecord {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: number;
  hasLoginProfile: boolean;
  tags: Record<string, string>;
  accessKeys: AccessKeyRecord[];
  inlinePolicies?: Record<string, string>;
  /** ARNs, in the order they were attached. */
  attachedPolicies?: string[];
  /** ARN of the permissions boundary. */
  boundary?: string;
  mfaDevices?: MfaDeviceRecord[];
}

export interface AccessKeyRecord {
  readonly id: string;
  readonly createdAt: number;
  status: 'Active' | 'Inactive';
  /** Without it nobody can sign with the key. */
  readonly secretAccessKey?: string;
}

/** A virtual MFA device: what both sides of a time-based code know (RFC 6238). */
export interface MfaDeviceRecord {
  /** `arn:aws:iam::<account>:mfa/<name>`. */
  readonly serialNumber: string;
  /** Base32. */
  readonly seed: string;
  /** The step whose code was used last: a code counts once. */
  lastStep?: number;
}

export const emptyIamState = (): IamState => ({ accounts: {} });

/** The account's IAM, made on first use. */
export function iamAccount(world: World, account: string): IamAccount {
  const found = world.iam.accounts[account] ?? { roles: {}, policies: {}, users: {} };
  world.iam.accounts[account] = found;
  return found;
}

export const defaultVersionOf = ({ defaultVersion = 'v1' }: ManagedPolicyRecord): string => defaultVersion;

/** The role under an ARN, path included; undefined when there is none. */
export function roleByArn(world: World, arn: string): RoleRecord | undefined {
  const [, , , , account = '', resource = ''] = arn.split(':');
  const role = world.iam.accounts[account]?.roles[resource.slice(resource.lastIndexOf('/') + 1)];
  return role?.arn === arn ? role : undefined;
}

/** The user under an ARN, path included; undefined when there is none. */
export function userByArn(world: World, arn: string): UserRecord | undefined {
  const [, , , , account = '', resource = ''] = arn.split(':');
  const user = world.iam.accounts[account]?.users[resource.slice(resource.lastIndexOf('/') + 1)];
  return user?.arn === arn ? user : undefined;
}
