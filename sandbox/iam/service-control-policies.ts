import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import { AwsError } from '../aws-error.ts';
import type { World } from '../kernel.ts';
import { identityDocument } from './policy-documents.ts';
import { namedPolicy } from './stored-policy.ts';

/** A policy of the organization, as it is attached. FullAWSAccess is one of them wherever it is. */
export interface ServiceControlPolicy {
  readonly name: string;
  /** JSON text. */
  readonly document: string;
}

/** Counted without white space (AWS Organizations User Guide, "Quotas"). */
const quota = 5120;

const fullAccess: ServiceControlPolicy = {
  name: 'FullAWSAccess',
  document: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }),
};

/**
 * The service control policies that limit an account's principals, level by level; undefined where none does. They bind users and role
 * sessions of the account, not AWS services (AWS Organizations User Guide, "Service control policies").
 */
export function serviceControlLevels(world: World, account: string): NamedPolicy[][] | undefined {
  const { serviceControlPolicies = {} } = world.organization;
  const levels = Object.hasOwn(serviceControlPolicies, account) ? serviceControlPolicies[account] : undefined;
  return levels?.map((level) => level.map(({ name, document }) => namedPolicy(name, document)));
}

/**
 * Attaches a policy to an account, beside FullAWSAccess, which every account has until it is detached. A policy of that name already
 * attached is replaced. Throws TargetNotFoundException, and MalformedPolicyDocument for what is no policy.
 */
export function attachServiceControlPolicy(
  world: World,
  account: string,
  policy: { readonly name: string; readonly document: unknown },
): void {
  requireTarget(world, account);
  const attached = { name: policy.name, document: checkedDocument(policy.document) };
  const levels = world.organization.serviceControlPolicies?.[account] ?? [[fullAccess]];
  const above = levels.slice(0, -1);
  const own = (levels.at(-1) ?? []).filter(({ name }) => name !== policy.name);
  setLevels(world, account, [...above, [...own, attached]]);
}

/** Takes a policy off an account. FullAWSAccess can be detached too: then only what other policies of the level allow is left. */
export function detachServiceControlPolicy(world: World, account: string, name: string): void {
  const levels = world.organization.serviceControlPolicies?.[account] ?? [[fullAccess]];
  setLevels(
    world,
    account,
    levels.map((level) => level.filter((policy) => policy.name !== name)),
  );
}

function setLevels(world: World, account: string, levels: ServiceControlPolicy[][]): void {
  world.organization.serviceControlPolicies = { ...world.organization.serviceControlPolicies, [account]: levels };
}

function requireTarget(world: World, account: string): void {
  if (Object.hasOwn(world.organization.accounts, account)) return;
  throw new AwsError('TargetNotFoundException', `We can't find a root, OU, or account with the TargetId ${account}.`);
}

function checkedDocument(document: unknown): string {
  const text = identityDocument(document);
  if (text.length <= quota) return text;
  throw new AwsError('ConstraintViolationException', `The policy content exceeds ${quota} characters.`);
}
