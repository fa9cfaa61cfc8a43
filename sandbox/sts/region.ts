import { AwsError } from '../aws-error.ts';
import type { World } from '../kernel.ts';

/**
 * The regional endpoint must be active for every account concerned: the caller's, where there is one, and the role's (IAM User Guide,
 * "Manage AWS STS in an AWS Region"). Throws RegionDisabledException.
 */
export function requireRegion({ organization }: World, region: string, accounts: readonly string[]): void {
  for (const id of accounts) {
    if (!organization.accounts[id]?.disabledRegions.includes(region)) continue;
    const hint = 'Your account administrator can activate STS in this region using the IAM Console.';
    throw new AwsError(
      'RegionDisabledException',
      `STS is not activated in this region for account:${id}. ${hint}`,
      403,
    );
  }
}
