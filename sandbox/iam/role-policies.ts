import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import type { SessionCaller, World } from '../kernel.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { parseStored } from './policy-documents.ts';
import { type RoleRecord, roleByArn } from './state.ts';

/** The policies that speak for a session itself. */
export interface SessionPolicies {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly session?: NamedPolicy;
}

/** The role a session was opened for; undefined once that very role is gone, even if another has its name. */
export function roleOfSession(world: World, caller: SessionCaller): RoleRecord | undefined {
  const role = roleByArn(world, caller.roleArn);
  return role?.id === caller.roleId ? role : undefined;
}

/** Identity-based policies and boundary of the role, and the session policy. */
export function policiesOf(world: World, role: RoleRecord, sessionPolicy?: string): SessionPolicies {
  const inline = Object.entries(role.inlinePolicies).map(([name, text]) => named(name, text));
  const attached = role.attachedPolicies.map((arn) => named(arn, managedDocumentOf(world, arn)));
  return {
    identity: [...inline, ...attached],
    ...(role.boundary ? { boundary: named(role.boundary, managedDocumentOf(world, role.boundary)) } : {}),
    ...(sessionPolicy === undefined ? {} : { session: named('the session policy', sessionPolicy) }),
  };
}

/** The document under a managed policy's ARN, AWS's own included. */
export function managedDocumentOf(world: World, arn: string): string | undefined {
  return awsManagedPolicy(arn) ?? world.iam.accounts[arn.split(':')[4] ?? '']?.policies[arn]?.document;
}

/** A policy that cannot be read allows nothing and, since it may hold denials, denies everything. */
function named(name: string, text: string | undefined): NamedPolicy {
  const parsed = text === undefined ? undefined : parseStored(text, 'identity');
  return { name, policy: parsed?.kind === 'policy' ? parsed.policy : denyAll };
}

const denyAll: NamedPolicy['policy'] = {
  version: '2012-10-17',
  statements: [
    {
      label: 'unreadable document',
      effect: 'Deny',
      action: { except: false, patterns: ['*'] },
      resource: { except: false, patterns: ['*'] },
      conditions: [],
    },
  ],
};
