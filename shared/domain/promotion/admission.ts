/** May a rollout begin? Whether the release may go there, whether anything stands in the way now, and then whose turn it is. */

import type { Labelled } from '../config/match-targets.ts';
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { applicablePolicies } from '../policy/applicable.ts';
import type { Policy } from '../policy/policy.ts';
import { journeyOf, targetsOf } from '../release/journey.ts';
import type { Release } from '../release/release.ts';
import { after, type Claim, leaseSeconds } from './lease.ts';
import { type Openness, type OpennessFacts, openness, reasonFor } from './openness.ts';
import { overrideRefusal } from './override.ts';
import { longestTurnWait } from './queue.ts';
import type { Mode, Promotion, Reason } from './records.ts';
import type { Running } from './running.ts';

export interface AdmissionFacts extends Pick<OpennessFacts, 'policies' | 'restrictions' | 'at'> {
  readonly promotion: Promotion;
  readonly release: Release & { readonly id: string };
  readonly environment: string;
  /** Environments in which this very release was verified. */
  readonly verifiedIn: ReadonlySet<string>;
  /** What the pipeline's targets run; of interest where nothing but that is verified again. */
  readonly running?: readonly Running[];
  /** Every target there is. */
  readonly targets: readonly Labelled[];
}

export type Admissible =
  /** `targets`: the names of those it is about; none only where the environment allows it. */
  { readonly kind: 'open'; readonly targets: string[] } | Exclude<Openness, { kind: 'open' }>;

/** What is only planned or verified again changes nothing: there its targets alone count. */
export function admissible(facts: AdmissionFacts): Admissible {
  const { promotion, environment } = facts;
  const targets = chosenTargets(facts);
  const refused = targetProblem(facts, targets) ?? refusalOf[promotion.mode](facts, targets);
  if (refused !== undefined) return { kind: 'closed', reason: reasonFor(refused) };
  const names = targets.map(({ name }) => name);
  if (promotion.mode !== 'promote') return { kind: 'open', targets: names };
  const found = openness({ ...facts, promotion, pipeline: promotion.pipeline, environment, targets });
  return found.kind === 'open' ? { kind: 'open', targets: names } : found;
}

const refusalOf: Record<Mode, (facts: AdmissionFacts, targets: readonly Labelled[]) => Problem | undefined> = {
  promote: ineligibility,
  plan: () => undefined,
  verify: notRunning,
  // Whatever runs there.
  drift: () => undefined,
};

/** Verifying a release where another one runs would judge the wrong one, and one that was changed in part neither. */
function notRunning(facts: AdmissionFacts, targets: readonly Labelled[]): Problem | undefined {
  const { release, environment, running = [] } = facts;
  const here = new Map(running.filter((one) => one.environment === environment).map((one) => [one.target, one]));
  const others = targets.flatMap(({ name }) => {
    const runs = here.get(name);
    if (runs === undefined) return [`nothing is on record of ${name}`];
    if (runs.mixed !== undefined) return [`${name} runs parts of ${runs.releaseId} and of ${runs.mixed.releaseId}`];
    return runs.release === facts.promotion.release ? [] : [`${name} runs ${runs.releaseId}`];
  });
  return others.length === 0 ? undefined : problem('NOT_RUNNING', { releaseId: release.id, environment, others });
}

/** The environment's targets; where the promotion names some, those among them. */
function chosenTargets({ promotion, release, environment, targets }: AdmissionFacts): Labelled[] {
  const all = targetsOf(release, environment, targets);
  return promotion.targets === undefined ? all : all.filter(({ name }) => promotion.targets?.includes(name));
}

function targetProblem(facts: AdmissionFacts, chosen: readonly Labelled[]): Problem | undefined {
  const { promotion, release, environment, targets } = facts;
  const journey = journeyOf(release);
  if (!journey.includes(environment)) return problem('ENVIRONMENT_UNKNOWN', { environment, known: journey });
  const named = promotion.targets ?? [];
  const unknown = named.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined) return problem('TARGET_UNKNOWN', { target: unknown });
  // One of another environment that the promotion goes to is not meant here.
  const meant = promotion.environments.flatMap((one) => targetsOf(release, one, targets));
  const foreign = named.filter((name) => !meant.some((target) => target.name === name));
  if (foreign.length > 0) return problem('NO_TARGETS', { environment, named: foreign });
  const mayBeEmpty = release.environments.some(({ name, allowEmpty }) => name === environment && allowEmpty === true);
  if (chosen.length > 0 || mayBeEmpty) return undefined;
  return problem('NO_TARGETS', { environment, named: promotion.targets });
}

/** Not verified in everything before; whoever may, may override it. */
function ineligibility(facts: AdmissionFacts, targets: readonly Labelled[]): Problem | undefined {
  const found = notEligible(facts);
  if (found === undefined || !overridesEligibility(facts.promotion)) return found;
  return overrideRefusal('eligibility', facts.promotion.requestedBy, policiesFor(facts, targets));
}

/**
 * Why a release that was let in may go no further, or undefined: a verification in an environment before has been taken back since. Whether
 * somebody may override that was asked when its plan was decided on.
 */
export function lostEligibility(facts: Journey): Problem | undefined {
  return overridesEligibility(facts.promotion) ? undefined : notEligible(facts);
}

type Journey = Pick<AdmissionFacts, 'release' | 'environment' | 'verifiedIn'> & {
  readonly promotion: Pick<Promotion, 'rollback' | 'override'>;
};

/** Not verified in everything before. A rollback goes to what was verified there once. */
function notEligible({ promotion, release, environment, verifiedIn }: Journey): Problem | undefined {
  if (promotion.rollback !== undefined) return undefined;
  const journey = journeyOf(release);
  const missing = journey.slice(0, journey.indexOf(environment)).find((earlier) => !verifiedIn.has(earlier));
  return missing === undefined ? undefined : problem('NOT_ELIGIBLE', { releaseId: release.id, environment, missing });
}

function overridesEligibility({ override }: Pick<Promotion, 'override'>): boolean {
  return override?.of.includes('eligibility') === true;
}

function policiesFor(
  { promotion, environment, policies }: AdmissionFacts,
  targets: readonly Labelled[],
): { applicable: readonly Policy[]; all: readonly Policy[] } {
  const { pipeline } = promotion;
  return { applicable: applicablePolicies(policies, { pipeline, environment, targets }), all: policies };
}

export type Turn =
  | { readonly kind: 'admitted'; readonly epoch: number }
  | { readonly kind: 'wait'; readonly until: string; readonly reason: Reason }
  | { readonly kind: 'rejected'; readonly reason: Reason };

/** A minute at first, later a quarter of an hour: the history of an execution has to hold all of its waits. */
function waitSeconds(waits: number): number {
  if (waits < 10) return 60;
  return waits < 20 ? 300 : longestTurnWait;
}

/** A rollout outwaits a lease that nobody gives back, and gives up an hour later, so that nothing waits for ever. */
const mostWaits = 20 + Math.ceil((leaseSeconds + 3600 - 10 * 60 - 10 * 300) / longestTurnWait);

/** What a claim of the lease means for a rollout that has waited `waits` times: in, wait until then, or give up. */
export function turn(claim: Claim, rollout: { environment: string; now: string; waits: number }): Turn {
  if (claim.kind === 'granted') return { kind: 'admitted', epoch: claim.lease.epoch };
  const { environment, now, waits } = rollout;
  const tooLong = waits >= mostWaits;
  const reason = reasonFor(problem('ENVIRONMENT_BUSY', { environment, holder: claim.holder, tooLong }));
  return tooLong ? { kind: 'rejected', reason } : { kind: 'wait', until: after(now, waitSeconds(waits)), reason };
}
