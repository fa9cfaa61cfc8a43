/** May a rollout begin? Eligibility first, then whose turn it is. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { after, type Claim, leaseSeconds } from './lease.ts';

export interface EligibilityFacts {
  readonly environment: string;
  /** The release's environments, in order. */
  readonly journey: readonly string[];
  readonly releaseId: string;
  /** Environments in which this very release was verified. */
  readonly verifiedIn: ReadonlySet<string>;
  readonly targets: readonly string[];
  /** The environment says that having no target is no error: it is passed with nothing to do. */
  readonly allowEmpty: boolean;
}

export type Turn =
  | { readonly kind: 'admitted'; readonly epoch: number }
  | { readonly kind: 'wait'; readonly until: string }
  | { readonly kind: 'rejected'; readonly problem: Problem };

/** One wait is a minute. A rollout outwaits a lease that nobody gives back, and gives up an hour later, so that nothing waits for ever. */
const waitSeconds = 60;
const mostWaits = leaseSeconds / waitSeconds + 60;

/** Why the release may not go to the environment, or undefined: known, verified in everything before, and with somewhere to go. */
export function ineligibility(facts: EligibilityFacts): Problem | undefined {
  const { environment, journey, releaseId, verifiedIn } = facts;
  const step = journey.indexOf(environment);
  if (step < 0) return problem('ENVIRONMENT_UNKNOWN', { environment, known: [...journey] });
  const missing = journey.slice(0, step).find((earlier) => !verifiedIn.has(earlier));
  if (missing !== undefined) return problem('NOT_ELIGIBLE', { releaseId, environment, missing });
  return withoutTargets(facts);
}

/** Why nothing can be planned there, or undefined. Any release may be planned anywhere: nothing is executed. */
export function withoutTargets({ environment, targets, allowEmpty }: EligibilityFacts): Problem | undefined {
  return targets.length === 0 && !allowEmpty ? problem('NO_TARGETS', { environment }) : undefined;
}

/** What a claim of the lease means for a rollout that has waited `waits` times: in, wait until then, or give up. */
export function turn(claim: Claim, rollout: { environment: string; now: string; waits: number }): Turn {
  if (claim.kind === 'granted') return { kind: 'admitted', epoch: claim.lease.epoch };
  const { environment, now, waits } = rollout;
  if (waits >= mostWaits)
    return { kind: 'rejected', problem: problem('ENVIRONMENT_BUSY', { environment, holder: claim.holder }) };
  return { kind: 'wait', until: after(now, waitSeconds) };
}
