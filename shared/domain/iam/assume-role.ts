import { type AccessRequest, type ApplicablePolicies, type Decision, evaluate } from './evaluate.ts';
import type { RequestContext } from './request-context.ts';

/** The operation that is asked for; the other actions it may need have one name each. */
export type AssumeRoleOperation = 'sts:AssumeRole' | 'sts:AssumeRoleWithWebIdentity' | 'sts:AssumeRoleWithSAML';
type AssumeRoleAction = AssumeRoleOperation | 'sts:SetSourceIdentity' | 'sts:TagSession';

/** One decision per action that the request needs, in the order they are asked. */
export type AssumptionDecision = { readonly action: AssumeRoleAction; readonly decision: Decision };

/**
 * Decides whether a role may be assumed. A request that carries a source identity (passed or inherited) also needs
 * sts:SetSourceIdentity, one that carries session tags (passed or transitive) also sts:TagSession; each on the caller's side and in the
 * trust policy by the rules of `evaluate`, and each seeing the same condition keys (IAM User Guide, "Monitor and control actions taken
 * with assumed roles" and "Pass session tags in AWS STS"). Allowed means that every decision is.
 */
export function evaluateAssumeRole(
  request: Omit<AccessRequest, 'action'>,
  policies: ApplicablePolicies,
  operation: AssumeRoleOperation = 'sts:AssumeRole',
): AssumptionDecision[] {
  return assumeRoleActions(operation, request.context).map((action) => ({
    action,
    decision: evaluate({ ...request, action }, policies),
  }));
}

function assumeRoleActions(operation: AssumeRoleOperation, context: RequestContext): AssumeRoleAction[] {
  const actions: AssumeRoleAction[] = [operation];
  if (context['sts:SourceIdentity'] !== undefined) actions.push('sts:SetSourceIdentity');
  if (context['aws:TagKeys'] !== undefined || context['sts:TransitiveTagKeys'] !== undefined) {
    actions.push('sts:TagSession');
  }
  return actions;
}
