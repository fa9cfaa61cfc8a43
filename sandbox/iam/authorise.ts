import { type AccessRequest, type ApplicablePolicies, type Decision, evaluate } from '#shared/domain/iam/evaluate.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';
import { AwsError, accessDenied } from '../aws-error.ts';
import type { Caller, Permission, Sandbox } from '../kernel.ts';
import { type Decided, tellDecided } from '../observers.ts';
import { tellsEncoded, unauthorizedOperation } from './authorization-message.ts';
import { deniedText } from './denied-text.ts';
import { parseStored } from './policy-documents.ts';
import { globalContext } from './request-context.ts';
import { policiesOfCaller } from './role-policies.ts';

/**
 * Decides and records one permission by the policies of the caller's role, its boundary, the session policy and the resource's policy.
 * Throws AccessDenied in AWS's wording. A resource belongs to the account of its policy, else to the one its ARN names, else to the
 * caller's; a service that owns a resource elsewhere passes an empty `resourcePolicy.document` when none is attached.
 */
export function authorise(sandbox: Sandbox, caller: Caller, permission: Permission): void {
  requireSecondFactor(caller, permission.action);
  const decided = decide(sandbox, caller, permission);
  recordDecision(sandbox, principalName(caller), decided);
  const { decision } = decided;
  if (decision.kind === 'allowed') return;
  const message = deniedText(principalName(caller), permission, decision);
  if (!tellsEncoded(permission.action)) throw accessDenied(message);
  const { context } = decided.request;
  throw unauthorizedOperation(sandbox, message, { caller, permission, decision, context });
}

/** Who a caller is in texts: the ARN of the session or user, or the service principal. */
export function principalName(caller: Caller): string {
  return caller.kind === 'service' ? caller.service : caller.arn;
}

/** Who a caller is for policies. */
export function requesterOf(caller: Caller): Requester {
  if (caller.kind === 'service') return { kind: 'service', service: caller.service };
  if (caller.kind === 'user') {
    return { kind: 'user', account: caller.account, userArn: caller.arn, userId: caller.userId };
  }
  const { account, roleArn, roleId, arn, sessionName } = caller;
  return { kind: 'session', account, roleArn, roleId, sessionArn: arn, sessionName };
}

/** Writes a decision into the journal, and tells it to observers. */
export function recordDecision(sandbox: Sandbox, principal: string, decided: Decided): void {
  const { decision } = decided;
  const { action, resource } = decided.request;
  tellDecided(sandbox, decided);
  const reason = decision.kind === 'allowed' ? decision.by : decision.because;
  const allowed = decision.kind === 'allowed';
  sandbox.record({ kind: 'decision', at: sandbox.now(), principal, action, resource, allowed, reason });
}

/**
 * A session of GetSessionToken may call IAM only when it was opened with a second factor, and of STS nothing but AssumeRole and
 * GetCallerIdentity, which are not decided here (IAM User Guide, "Compare AWS STS credentials").
 */
function requireSecondFactor(caller: Caller, action: string): void {
  if (caller.kind !== 'user' || caller.expiresAt === undefined) return;
  const factored = caller.mfaAuthenticatedAt !== undefined;
  if (!action.startsWith('sts:') && (factored || !action.startsWith('iam:'))) return;
  throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid', 403);
}

function decide(sandbox: Sandbox, caller: Caller, permission: Permission): Decided {
  const resourceAccount = ownerOf(caller, permission);
  const request: AccessRequest = {
    requester: requesterOf(caller),
    action: permission.action,
    resource: permission.resource,
    resourceAccount,
    context: { ...globalContext(sandbox, caller, resourceAccount), ...permission.context },
  };
  const attached = attachedPolicy(permission);
  const own = caller.kind === 'service' ? nobody : policiesOfCaller(sandbox.world, caller);
  const policies = { ...(own ?? nobody), ...(attached !== 'unreadable' && attached) };
  if (attached === 'unreadable')
    return { request, policies, decision: denied('resource', 'the policy of the resource cannot be read') };
  if (own) return { request, policies, decision: evaluate(request, policies) };
  const because = `the ${caller.kind === 'user' ? 'user' : 'role of the session'} no longer exists`;
  return { request, policies, decision: denied('identity', because) };
}

/** A service has no policies of its own. */
const nobody: ApplicablePolicies = { identity: [] };

/** The policy of the resource, as what it counts. */
type Attached = Pick<ApplicablePolicies, 'resource' | 'key'>;

const denied = (layer: 'identity' | 'resource', because: string): Decision => ({
  kind: 'denied',
  explicit: false,
  layer,
  because,
});

function ownerOf(caller: Caller, { resource, resourcePolicy }: Permission): string {
  const named = resource.split(':')[4] ?? '';
  return resourcePolicy?.account ?? (/^\d{12}$/.test(named) ? named : caller.account);
}

function attachedPolicy({ resource, resourcePolicy }: Permission): Attached | 'unreadable' {
  if (!resourcePolicy?.document) return {};
  const parsed = parseStored(resourcePolicy.document, 'resource');
  if (parsed.kind === 'unsupported') return 'unreadable';
  return { [resourcePolicy.kind ?? 'resource']: { name: `the policy of ${resource}`, policy: parsed.policy } };
}
