/** What a rollout's plan is decided by: release, policies, approvals so far, and what its targets run. */
import { driftRefusals } from '#shared/domain/drift/drift-refusals.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { DecisionFacts, RolloutPlan } from '#shared/domain/plan/decision.ts';
import { applicablePolicies } from '#shared/domain/policy/applicable.ts';
import { assess } from '#shared/domain/policy/assess.ts';
import { admissible } from '#shared/domain/promotion/admission.ts';
import type { Mode } from '#shared/domain/promotion/records.ts';
import { environmentOf, membersOf, targetsOf } from '#shared/domain/release/journey.ts';
import { dependenciesIn } from '#shared/domain/release/upstream.ts';
import { soakAtLeast, withoutSoak } from '#shared/domain/verification/soak-settings.ts';
import type { Documents } from './documents.ts';
import { listApprovalRequests } from './ledger/approvals.ts';
import { readPromotion } from './ledger/promotions.ts';
import { listRestrictions } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';
import { listRunning, listTargets } from './ledger/targets.ts';
import { listVerified } from './ledger/verified.ts';
import { readRolloutPlan } from './plan-documents.ts';
import { readPolicySet } from './policy-set.ts';
import { readRelease } from './releases.ts';

interface Deciding {
  readonly promotion: PromotionId;
  readonly pipeline: string;
  readonly release: string;
  readonly environment: string;
  readonly mode: Mode;
  readonly at: string;
  /** When the oldest part of the plan was made. */
  readonly since: string | undefined;
  readonly leftOut: ReadonlySet<string>;
}

/** Everything that `decision` looks at, and what is kept of it. */
export async function decisionFacts(
  { ledger, documents }: { readonly ledger: Ledger; readonly documents: Documents },
  rollout: Deciding,
  plan: RolloutPlan,
) {
  const [release, targets, { policies, digest: policyDigest }, requests, running, promotion, restrictions, verifiedIn] =
    await Promise.all([
      readRelease(documents, rollout.release),
      listTargets(ledger),
      readPolicySet(ledger, documents),
      listApprovalRequests(ledger, rollout),
      listRunning(ledger, rollout.pipeline),
      readPromotion(ledger, rollout.promotion),
      listRestrictions(ledger),
      listVerified(ledger, rollout.release),
    ]);
  if (promotion === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: rollout.promotion });
  const isRollback = promotion.rollback !== undefined;
  const approvals = requests.filter(({ status }) => status === 'approved');
  const approved = await Promise.all(approvals.map((request) => readRolloutPlan(documents, request.digest)));
  const { denials: refused, open } = assess(plan, { policies, targets, approved, isRollback });
  const here = running.filter(
    ({ environment, release: now }) => environment === rollout.environment && now === release.digest,
  );
  const environment = environmentOf(release, rollout.environment);
  const of = targetsOf(release, rollout.environment, targets);
  const members = membersOf(of, promotion.targets);
  const applicable = applicablePolicies(policies, { ...rollout, targets: of });
  const denials = [...refused, ...driftRefusals(promotion, environment, { plan, applicable, all: policies })];
  // As at the door: while it waited, a verification may have been revoked, and another release may have come to run.
  const gate = admissible({ ...rollout, promotion, release, verifiedIn, running, targets, policies, restrictions });
  const facts: DecisionFacts = {
    ...{ mode: rollout.mode, environment: isRollback ? withoutSoak(environment) : environment, targets },
    ...{ stacks: dependenciesIn(release), denied: denials.length > 0, open },
    ...{ members, leftOut: rollout.leftOut },
    planAge: rollout.since === undefined ? 0 : (Date.parse(rollout.at) - Date.parse(rollout.since)) / 1000,
    openness: gate,
    elsewhere: rollout.mode === 'verify' && gate.kind === 'closed' ? gate.reason : undefined,
    soakAtLeast: isRollback ? 0 : soakAtLeast(applicable),
    verified: new Set(here.flatMap(({ target, verifiedAt }) => (verifiedAt === undefined ? [] : [target]))),
  };
  return { release, policies, policyDigest, denials, facts };
}
