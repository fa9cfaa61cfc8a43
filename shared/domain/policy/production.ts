/** Which targets are production. Nothing that an application team writes decides it. */
import type { Policy } from './policy.ts';

/**
 * Whether the safe defaults hold on a target, given the policies that are about it. They hold everywhere unless the platform team says of
 * the target, by its labels, that it is not production; where policies contradict each other it is.
 */
export function isProduction(policies: readonly Pick<Policy, 'production'>[]): boolean {
  const said = policies.map(({ production }) => production);
  return said.includes(true) || !said.includes(false);
}
