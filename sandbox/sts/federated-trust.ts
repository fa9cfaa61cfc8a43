import { type AssumeRoleOperation, evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { accessDenied } from '../aws-error.ts';
import { recordDecision } from '../iam/authorise.ts';
import { parseStored } from '../iam/policy-documents.ts';
import { requestFacts } from '../iam/request-context.ts';
import { type RoleRecord, roleByArn } from '../iam/state.ts';
import type { Sandbox } from '../kernel.ts';

/** Somebody an identity provider vouches for, asking for a role. */
export interface FederatedRequest {
  readonly operation: Exclude<AssumeRoleOperation, 'sts:AssumeRole'>;
  readonly roleArn: string;
  readonly sessionName: string;
  /** ARN of the provider, in the role's account. */
  readonly provider: string;
  /** Who asks, for the journal. */
  readonly subject: string;
  /** The provider's condition keys. */
  readonly claims: RequestContext;
  readonly attributes: {
    readonly sourceIdentity?: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly transitiveTagKeys: readonly string[];
  };
}

/**
 * The role, when its trust policy lets the request in: the operation itself, sts:SetSourceIdentity when a source identity comes along and
 * sts:TagSession when tags do. Service control policies do not apply, as the caller is no principal of the organization. Throws AccessDenied,
 * also for a role that does not exist.
 */
export function requireFederatedTrust(sandbox: Sandbox, request: FederatedRequest): RoleRecord {
  const { operation, roleArn, provider } = request;
  const role = roleByArn(sandbox.world, roleArn);
  const trust = role && parseStored(role.trust, 'trust');
  if (!role || trust?.kind !== 'policy') throw notAuthorised(operation);
  const resourceAccount = String(roleArn.split(':')[4]);
  const asked = {
    requester: { kind: 'federated', provider } as const,
    resource: roleArn,
    resourceAccount,
    context: { ...requestFacts(sandbox, resourceAccount), ...contextOf(request) },
  };
  const policies = { identity: [], trust: { name: `the trust policy of ${roleArn}`, policy: trust.policy } };
  for (const { action, decision } of evaluateAssumeRole(asked, policies, operation)) {
    recordDecision(sandbox, request.subject, { request: { ...asked, action }, policies, decision });
    if (decision.kind === 'denied') throw notAuthorised(action);
  }
  return role;
}

function contextOf({ sessionName, claims, attributes }: FederatedRequest): RequestContext {
  const { sourceIdentity, tags, transitiveTagKeys } = attributes;
  const requested = Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]);
  return {
    ...claims,
    'sts:RoleSessionName': sessionName,
    ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
    ...Object.fromEntries(requested),
    ...(requested.length > 0 ? { 'aws:TagKeys': Object.keys(tags) } : {}),
    ...(transitiveTagKeys.length > 0 ? { 'sts:TransitiveTagKeys': transitiveTagKeys } : {}),
  };
}

/** Neither reason nor caller is told: nobody known asked. The journal has both. */
const notAuthorised = (action: string) => accessDenied(`Not authorized to perform ${action}`);
