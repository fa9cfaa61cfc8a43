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
  /** By name. Kept to be counted and listed; nobody can act as a user. */
  users: Record<string, UserRecord>;
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
  document: string;
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
}

/** An access key without its secret: the sandbox accepts no static key. */
export interface AccessKeyRecord {
  readonly id: string;
  readonly createdAt: number;
  status: 'Active' | 'Inactive';
}

export const emptyIamState = (): IamState => ({ accounts: {} });

/** The account's IAM, made on first use. */
export function iamAccount(world: World, account: string): IamAccount {
  const found = world.iam.accounts[account] ?? { roles: {}, policies: {}, users: {} };
  world.iam.accounts[account] = found;
  return found;
}

/** The role under an ARN, path included; undefined when there is none. */
export function roleByArn(world: World, arn: string): RoleRecord | undefined {
  const [, , , , account = '', resource = ''] = arn.split(':');
  const role = world.iam.accounts[account]?.roles[resource.slice(resource.lastIndexOf('/') + 1)];
  return role?.arn === arn ? role : undefined;
}
