import type { Decision, PolicyLayer } from '#shared/domain/iam/evaluate.ts';

const policyTypes: Record<PolicyLayer, string> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  organization: 'service control policy',
};

/**
 * AWS's message for a request that is not allowed (IAM User Guide, "Troubleshoot access denied error messages"). Only the type of the
 * policy is told; which statement it was stands in the journal.
 */
export function deniedText(
  principal: string,
  { action, resource }: { action: string; resource: string },
  decision: Extract<Decision, { kind: 'denied' }>,
): string {
  const type = policyTypes[decision.layer];
  const article = decision.layer === 'identity' ? 'an' : 'a';
  const why = decision.explicit
    ? `with an explicit deny in ${article} ${type}`
    : `because no ${type} allows the ${action} action`;
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}
