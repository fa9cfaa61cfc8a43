import { AwsError } from '../aws-error.ts';
import type { Sandbox } from '../kernel.ts';
import { mintId, requireName, requirePath } from './identifiers.ts';
import { identityDocument } from './policy-documents.ts';
import { requireManagedPolicy } from './roles.ts';
import { type AccessKeyRecord, iamAccount, type MfaDeviceRecord, type UserRecord } from './state.ts';

export interface UserRequest {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly settings: UserSettings;
}

export interface UserSettings {
  readonly hasLoginProfile: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly inlinePolicies: Readonly<Record<string, unknown>>;
  readonly attachedPolicies: readonly string[];
  readonly boundary?: string;
}

export const defaultUserSettings: UserSettings = {
  hasLoginProfile: false,
  tags: {},
  inlinePolicies: {},
  attachedPolicies: [],
};

/** Makes a user without keys. Throws EntityAlreadyExists, NoSuchEntity, MalformedPolicyDocument and ValidationError as IAM does. */
export function createUser(sandbox: Sandbox, { account, name, path, settings }: UserRequest): UserRecord {
  requireName('userName', name, 64);
  requirePath(path);
  const { users } = iamAccount(sandbox.world, account);
  if (Object.keys(users).some((taken) => taken.toLowerCase() === name.toLowerCase())) {
    throw new AwsError('EntityAlreadyExists', `User with name ${name} already exists.`, 409);
  }
  const user: UserRecord = {
    name,
    path,
    arn: `arn:aws:iam::${account}:user${path}${name}`,
    id: mintId(sandbox, 'AIDA'),
    createdAt: sandbox.now(),
    accessKeys: [],
    ...checkedSettings(sandbox, settings),
  };
  users[name] = user;
  return user;
}

/** Gives a user new settings in place of the old. Throws as `createUser` does. */
export function updateUser(sandbox: Sandbox, user: UserRecord, settings: UserSettings): void {
  const checked = checkedSettings(sandbox, settings);
  delete user.boundary;
  Object.assign(user, checked);
}

/** A static access key, with the secret that AWS shows once. Throws LimitExceeded for a third one. */
export function createAccessKey(
  sandbox: Sandbox,
  user: UserRecord,
  status: AccessKeyRecord['status'] = 'Active',
): AccessKeyRecord & { readonly secretAccessKey: string } {
  if (user.accessKeys.length >= 2) {
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2', 409);
  }
  const secretAccessKey = sandbox.mint('access-key-secret', 40);
  const key = { id: mintId(sandbox, 'AKIA'), createdAt: sandbox.now(), status, secretAccessKey };
  user.accessKeys.push(key);
  return key;
}

/** A virtual MFA device that is already activated. `mfaCode` of its seed is what the device would show. */
export function registerMfaDevice(sandbox: Sandbox, user: UserRecord): MfaDeviceRecord {
  const device: MfaDeviceRecord = {
    serialNumber: `arn:aws:iam::${user.arn.split(':')[4]}:mfa/${user.name}`,
    seed: sandbox.mint('mfa-seed', 32, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'),
  };
  user.mfaDevices = [...(user.mfaDevices ?? []), device];
  return device;
}

function checkedSettings({ world }: Sandbox, settings: UserSettings) {
  const { attachedPolicies, boundary, hasLoginProfile, tags } = settings;
  for (const arn of boundary === undefined ? attachedPolicies : [...attachedPolicies, boundary]) {
    requireManagedPolicy(world, arn);
  }
  const inline = Object.entries(settings.inlinePolicies).map(([name, document]) => {
    requireName('policyName', name, 128);
    return [name, identityDocument(document)] as const;
  });
  return {
    hasLoginProfile,
    tags: { ...tags },
    inlinePolicies: Object.fromEntries(inline),
    attachedPolicies: [...attachedPolicies],
    ...(boundary === undefined ? {} : { boundary }),
  };
}
