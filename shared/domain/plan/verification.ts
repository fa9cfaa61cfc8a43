/** Whether what runs in a target after a deployment is what the release says. */
import { type AccountAudit, auditReason } from '../audit/account-audit.ts';
import { problem } from '../errors/catalogue.ts';
import { placeText } from '../errors/problem.ts';
import type { PromotionId } from '../identifiers.ts';
import { isChangeSetOf, type Placed } from '../names.ts';
import { reasonFrom } from '../promotion/reason.ts';
import type { Reason } from '../promotion/records.ts';
import { type DesiredStack, type LiveStack, visibleDifferences } from './comparison.ts';
import { alarmsText } from './setting-changes.ts';
import { stackHealth } from './stack-status.ts';

export type Verification = { readonly kind: 'verified' } | { readonly kind: 'not-verified'; readonly reason: Reason };

export interface Seen {
  readonly promotion: PromotionId;
  readonly deployed: readonly DesiredStack[];
  /** The live stack for each deployed one, at the same position. */
  readonly live: readonly (LiveStack | undefined)[];
  readonly audit: Pick<AccountAudit, 'account' | 'moment' | 'findings' | 'target'>;
}

/**
 * Verified when every stack is present, in a healthy state, with the release's template, parameters, tags, capabilities, role, termination
 * protection and rollback alarms, and the account is clean.
 */
export function verificationOf(
  target: Placed & { readonly name: string },
  { promotion, deployed, live, audit }: Seen,
): Verification {
  const unclean = auditReason(audit);
  if (unclean !== undefined) return { kind: 'not-verified', reason: unclean };
  for (const [index, stack] of deployed.entries()) {
    const detail = wrongness(stack, live[index], promotion);
    if (detail === undefined) continue;
    const place = { stack: stack.stackName, account: target.account, region: target.region };
    const found = problem('NOT_VERIFIED', { stack: stack.stack, detail }, place);
    const cause = `${found.cause} (${placeText(place)})`;
    return { kind: 'not-verified', reason: reasonFrom({ ...found, cause }, { target: target.name }) };
  }
  return { kind: 'verified' };
}

function wrongness(desired: DesiredStack, live: LiveStack | undefined, promotion: PromotionId): string | undefined {
  if (live === undefined) return 'it does not exist';
  // A stack that went back to what the release says, and got settings only, is as it should be.
  if (stackHealth(live.status) !== 'healthy') return `it is in ${live.status}`;
  if (live.templateDigest !== desired.templateDigest)
    return `it runs a template with digest ${live.templateDigest} instead of ${desired.templateDigest}`;
  const others = [...visibleDifferences(desired, live), ...besideTemplate(desired, live, promotion)];
  return others.length === 0 ? undefined : `it differs from the release in ${others.join(', ')}`;
}

/** Alarms are told with a change set, so they are as wanted only where this promotion executed one. */
function besideTemplate(desired: DesiredStack, live: LiveStack, promotion: PromotionId): string[] {
  const told = isChangeSetOf(promotion, live.changeSet ?? '');
  const sameAlarms = live.rollback === undefined || alarmsText(live.rollback) === alarmsText(desired.rollback);
  return [
    ...(live.terminationProtection === desired.terminationProtection ? [] : ['termination protection']),
    ...(told && !sameAlarms ? ['rollback alarms'] : []),
  ];
}
