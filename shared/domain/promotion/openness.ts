/** Whether a rollout may go on at a place now: emergency stops, holds, freezes and windows, in this order. */
import type { Labels } from '../config/labels.ts';
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Instant } from '../identifiers.ts';
import { applicablePolicies } from '../policy/applicable.ts';
import type { Policy } from '../policy/policy.ts';
import { covers, isInForce, type Restriction, type RestrictionKind, scopeText } from '../restriction/restriction.ts';
import { opening } from '../window/opening.ts';
import { after } from './lease.ts';
import { overrideRefusal } from './override.ts';
import type { Promotion, Reason } from './records.ts';

export interface OpennessFacts {
  readonly promotion: Pick<Promotion, 'trigger' | 'override' | 'rollback' | 'requestedBy'>;
  readonly pipeline: string;
  readonly environment: string;
  /** Labels of the targets it is about: all of a rollout, or the one that is to be started. */
  readonly targets: readonly { readonly labels: Labels }[];
  /** Every policy there is. */
  readonly policies: readonly Policy[];
  /** Every restriction there is. */
  readonly restrictions: readonly Restriction[];
  readonly at: Instant;
}

export type Openness =
  | { readonly kind: 'open' }
  /** `until`: when to ask again. What is in the way may end earlier than anybody knows now, so it is never far away. */
  | { readonly kind: 'wait'; readonly until: Instant; readonly reason: Reason }
  | { readonly kind: 'closed'; readonly reason: Reason };

/** Something may be lifted or applied while a rollout waits: it asks again after an hour at most. */
const longestWait = 3600;

/**
 * A stop closes for everybody. A rollback passes everything else, since it makes things better. A hold is for what no person asked for.
 * Outside of windows and during freezes a rollout waits, unless a policy refuses it or it never opens; an override passes both.
 */
export function openness(facts: OpennessFacts): Openness {
  const { promotion, at } = facts;
  const stop = restrictionAt(facts, 'stop');
  if (stop !== undefined) return closed(problem('STOPPED', told(stop)));
  if (promotion.rollback !== undefined) return { kind: 'open' };
  const hold = promotion.trigger.kind === 'api' ? undefined : restrictionAt(facts, 'hold');
  if (hold !== undefined) return closed(heldBy(hold));

  const policies = applicablePolicies(facts.policies, facts);
  const shut = freezeAt(facts) ?? windowAt(facts, policies);
  if (shut === undefined) return { kind: 'open' };
  if (promotion.override?.of.includes('windows')) {
    const refusal = overrideRefusal('windows', promotion.requestedBy, { applicable: policies, all: facts.policies });
    return refusal === undefined ? { kind: 'open' } : closed(refusal);
  }
  if (shut.never || policies.some(({ outsideWindows }) => outsideWindows === 'refuse')) return closed(shut.problem);
  const again = after(at, longestWait);
  const until = shut.until !== undefined && shut.until < again ? shut.until : again;
  return { kind: 'wait', until, reason: reasonFor(shut.problem) };
}

/** The emergency stop that holds at a place, as a problem; whatever else is the case there. */
export function stopAt(facts: Pick<OpennessFacts, 'pipeline' | 'environment' | 'restrictions' | 'at'>) {
  const stop = restrictionAt(facts, 'stop');
  return stop === undefined ? undefined : problem('STOPPED', told(stop));
}

/** The hold as a problem. */
export function heldBy(hold: Restriction): Problem {
  return problem('HELD', told(hold));
}

/** A problem as a promotion's record has it. */
export function reasonFor({ code, cause, next }: Problem): Reason {
  return { code, text: `${cause} ${next}` };
}

function closed(found: Problem): Openness {
  return { kind: 'closed', reason: reasonFor(found) };
}

interface Shut {
  readonly problem: Problem;
  /** When it ends, as far as it is known. */
  readonly until: Instant | undefined;
  readonly never: boolean;
}

function freezeAt(facts: OpennessFacts): Shut | undefined {
  const freeze = restrictionAt(facts, 'freeze');
  if (freeze === undefined) return undefined;
  const { until } = freeze;
  return { problem: problem('FROZEN', { ...told(freeze), until }), until, never: false };
}

function windowAt({ environment, at }: OpennessFacts, policies: readonly Policy[]): Shut | undefined {
  const windows = policies.flatMap(({ metadata, windows: own = [] }) =>
    own.map((window) => ({ policy: metadata.name, window })),
  );
  const found = opening(windows, at);
  if (found.kind === 'open') return undefined;
  const { because, until } = found;
  return { problem: problem('WINDOW_CLOSED', { environment, because, until }), until, never: until === undefined };
}

/** Of several the one that lasts longest. */
function restrictionAt(
  { restrictions, at, ...spot }: Pick<OpennessFacts, 'pipeline' | 'environment' | 'restrictions' | 'at'>,
  kind: RestrictionKind,
): Restriction | undefined {
  const found = restrictions.filter((one) => one.kind === kind && covers(one, spot) && isInForce(one, at));
  const endless = found.find(({ until }) => until === undefined);
  return endless ?? found.toSorted((a, b) => (`${a.until}` < `${b.until}` ? -1 : 1)).at(-1);
}

function told(restriction: Restriction) {
  const { id, by, reason } = restriction;
  return { id, by, reason: reason.replace(/\.$/, ''), scope: scopeText(restriction) };
}
