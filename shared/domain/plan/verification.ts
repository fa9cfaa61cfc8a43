/** Whether what runs in a target after a deployment is what the release says. */
import { problem } from '../errors/catalogue.ts';
import { placeText } from '../errors/problem.ts';
import type { Placed } from '../names.ts';
import type { Reason } from '../promotion/records.ts';
import { type DesiredStack, type LiveStack, visibleDifferences } from './comparison.ts';
import { isDeployed } from './stack-status.ts';

export type Verification = { readonly kind: 'verified' } | { readonly kind: 'not-verified'; readonly reason: Reason };

/** Compares each desired stack with the live one at the same position: present, in a deployed state, with the release's template, parameters, tags, capabilities and role. */
export function verificationOf(
  target: Placed & { readonly name: string },
  desired: readonly DesiredStack[],
  live: readonly (LiveStack | undefined)[],
): Verification {
  for (const [index, stack] of desired.entries()) {
    const detail = wrongness(stack, live[index]);
    if (detail === undefined) continue;
    const place = { stack: stack.stackName, account: target.account, region: target.region };
    const { code, cause } = problem('NOT_VERIFIED', { stack: stack.stack, detail }, place);
    return { kind: 'not-verified', reason: { code, text: `${cause} (${placeText(place)})`, target: target.name } };
  }
  return { kind: 'verified' };
}

function wrongness(desired: DesiredStack, live: LiveStack | undefined): string | undefined {
  if (live === undefined) return 'it does not exist';
  if (!isDeployed(live.status)) return `it is in ${live.status}`;
  if (live.templateDigest !== desired.templateDigest)
    return `it runs a template with digest ${live.templateDigest} instead of ${desired.templateDigest}`;
  const others = visibleDifferences(desired, live);
  return others.length === 0 ? undefined : `it differs from the release in ${others.join(', ')}`;
}
