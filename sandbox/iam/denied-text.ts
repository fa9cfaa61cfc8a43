import type { Decision, PolicyLayer } from '#shared/domain/iam/evaluate.ts';

const policyTypes: Record<PolicyLayer, string> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  key: 'resource-based policy',
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
  if (decision.layer === 'key' && accountOf(principal) !== accountOf(resource))
    return `User: ${principal} is not authorized to perform: ${action} ${foreignKey(action, resource)}`;
  const type = policyTypes[decision.layer];
  const article = decision.layer === 'identity' ? 'an' : 'a';
  const why = decision.explicit
    ? `with an explicit deny in ${article} ${type}`
    : `because no ${type} allows the ${action} action`;
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

/** KMS tells strangers neither whether the key is there nor what its policy says; of a ciphertext it does not name the key. */
function foreignKey(action: string, resource: string): string {
  const what = action === 'kms:Decrypt' ? 'the resource associated with this ciphertext' : `resource: ${resource}`;
  return `on ${what} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
}

const accountOf = (arn: string): string | undefined => arn.split(':')[4];
