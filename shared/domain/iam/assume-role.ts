import { type AccessRequest, type ApplicablePolicies, type Decision, evaluate } from './evaluate.ts';
import type { RequestContext } from './request-context.ts';

type AssumeRoleAction = 'sts:AssumeRole' | 'sts:SetSourceIdentity' | 'sts:TagSession';

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
): AssumptionDecision[] {
  return assumeRoleActions(request.context).map((action) => ({
    action,
    decision: evaluate({ ...request, action }, policies),
  }));
}

function assumeRoleActions(context: RequestContext): AssumeRoleAction[] {
  const actions: AssumeRoleAction[] = ['sts:AssumeRole'];
  if (context['sts:SourceIdentity'] !== undefined) actions.push('sts:SetSourceIdentity');
  if (context['aws:TagKeys'] !== undefined || context['sts:TransitiveTagKeys'] !== undefined) {
    actions.push('sts:TagSession');
  }
  return actions;
}
