import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import type { SessionCaller, SigningCaller, World } from '../kernel.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { serviceControlLevels } from './service-control-policies.ts';
import { type RoleRecord, roleByArn, type UserRecord, userByArn } from './state.ts';
import { namedPolicy } from './stored-policy.ts';

/** The policies that speak for a session or user itself. */
export interface CallerPolicies {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly session?: NamedPolicy;
  readonly organization?: readonly (readonly NamedPolicy[])[];
}

/** Everything that limits or grants on the caller's side; undefined once its role or user is gone. */
export function policiesOfCaller(world: World, caller: SigningCaller): CallerPolicies | undefined {
  const holder = caller.kind === 'user' ? userOfCaller(world, caller) : roleOfSession(world, caller);
  if (!holder) return undefined;
  const session = caller.kind === 'session' ? caller.sessionPolicy : undefined;
  const organization = serviceControlLevels(world, caller.account);
  return { ...policiesOf(world, holder, session), ...(organization ? { organization } : {}) };
}

/** The role a session was opened for; undefined once that very role is gone, even if another has its name. */
export function roleOfSession(world: World, caller: SessionCaller): RoleRecord | undefined {
  const role = roleByArn(world, caller.roleArn);
  return role?.id === caller.roleId ? role : undefined;
}

/** The user behind a caller; undefined once that very user is gone. */
export function userOfCaller(world: World, caller: { arn: string; userId: string }): UserRecord | undefined {
  const user = userByArn(world, caller.arn);
  return user?.id === caller.userId ? user : undefined;
}

type PolicyHolder = Pick<RoleRecord | UserRecord, 'inlinePolicies' | 'attachedPolicies' | 'boundary'>;

/** Identity-based policies and boundary of the role or user, and the session policy. */
function policiesOf(world: World, holder: PolicyHolder, sessionPolicy?: string): CallerPolicies {
  const { inlinePolicies = {}, attachedPolicies = [], boundary } = holder;
  const inline = Object.entries(inlinePolicies).map(([name, text]) => namedPolicy(name, text));
  const attached = attachedPolicies.map((arn) => namedPolicy(arn, managedDocumentOf(world, arn)));
  return {
    identity: [...inline, ...attached],
    ...(boundary ? { boundary: namedPolicy(boundary, managedDocumentOf(world, boundary)) } : {}),
    ...(sessionPolicy === undefined ? {} : { session: namedPolicy('the session policy', sessionPolicy) }),
  };
}

/** The document under a managed policy's ARN, AWS's own included. */
export function managedDocumentOf(world: World, arn: string): string | undefined {
  return awsManagedPolicy(arn) ?? world.iam.accounts[arn.split(':')[4] ?? '']?.policies[arn]?.document;
}
