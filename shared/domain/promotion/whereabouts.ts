/** What is where, in words: what stands in the way of each target, and why some run another release than the rest of their environment. */
import type { DriftRecord } from '../drift/drift.ts';
import type { Instant } from '../identifiers.ts';
import { covers, isInForce, type Restriction, type RestrictionKind } from '../restriction/restriction.ts';
import type { Promotion } from './records.ts';
import type { Running, Whereabouts } from './running.ts';
import type { TargetProgress } from './target-progress.ts';

/** What is known of a promotion that brought a release somewhere. */
export interface Bringer {
  readonly promotion: Promotion;
  readonly progress: readonly TargetProgress[];
}

/** The promotions that one has to know to tell why targets differ: none where all run the same. */
export function bringersOf(running: readonly Running[]): string[] {
  const differing = environmentsOf(running).filter((here) => oddOnes(here).length > 0);
  const asked = differing.flatMap((here) => {
    const odd = oddOnes(here);
    return [...odd, ...newestOf(here.filter((one) => !odd.includes(one)))];
  });
  return [...new Set(asked.map(({ promotion }) => promotion))];
}

export interface Surroundings {
  readonly restrictions: readonly Restriction[];
  readonly bringers: ReadonlyMap<string, Bringer>;
  readonly at: Instant;
  /** What is known of the pipeline's stacks. */
  readonly drifts?: readonly Pick<DriftRecord, 'environment' | 'target' | 'stack' | 'status' | 'checkedAt'>[];
}

/** Every target with what is to be said of it, in the order in which they came. */
export function whereabouts(running: readonly Running[], around: Surroundings): Whereabouts[] {
  const whys = new Map(environmentsOf(running).flatMap((here) => differences(here, around)));
  return running.map((one) => {
    const why = one.mixed === undefined ? whys.get(one) : mixedText(one.mixed);
    return { ...one, ...inTheWay(one, around), ...driftedIn(one, around), ...(why !== undefined && { why }) };
  });
}

const names = { hold: 'held', freeze: 'frozen', stop: 'stopped' } as const;

function inTheWay(one: Running, { restrictions, at }: Surroundings): Partial<Whereabouts> {
  const here = restrictions.filter((restriction) => covers(restriction, one) && isInForce(restriction, at));
  const found = (Object.keys(names) as RestrictionKind[]).map((kind) => [
    names[kind],
    here.filter((restriction) => restriction.kind === kind).map(({ id }) => id),
  ]);
  return Object.fromEntries(found.filter(([, ids]) => ids?.length !== 0));
}

function driftedIn({ environment, target, since }: Running, { drifts = [] }: Surroundings): Partial<Whereabouts> {
  const drifted = drifts.filter(
    (one) =>
      one.environment === environment && one.target === target && one.status === 'DRIFTED' && one.checkedAt >= since,
  );
  return drifted.length === 0 ? {} : { drifted: drifted.map(({ stack }) => stack) };
}

function mixedText({ promotion, releaseId }: NonNullable<Running['mixed']>): string {
  return `${promotion} changed some of its stacks to ${releaseId} and did not finish`;
}

function environmentsOf(running: readonly Running[]): Running[][] {
  return [...Map.groupBy(running, ({ pipeline, environment }) => `${pipeline}#${environment}`).values()];
}

/** Those that do not run what most do; of as many, what came last counts as what most do. */
function oddOnes(here: readonly Running[]): Running[] {
  const groups = [...Map.groupBy(here, ({ release }) => release).values()];
  const most = groups.toSorted((a, b) => b.length - a.length || (arrival(a) < arrival(b) ? 1 : -1))[0];
  return here.filter((one) => most?.includes(one) !== true);
}

function arrival(group: readonly Running[]): string {
  return `${newestOf(group)[0]?.since}`;
}

function newestOf(group: readonly Running[]): Running[] {
  return group.toSorted((a, b) => (a.since < b.since ? 1 : -1)).slice(0, 1);
}

function differences(here: readonly Running[], around: Surroundings): [Running, string][] {
  const odd = oddOnes(here);
  const [reference] = newestOf(here.filter((one) => !odd.includes(one)));
  return odd.flatMap((one) => {
    const why = reference && (one.since > reference.since ? ahead(one, around) : behind(one, reference, around));
    return why === undefined ? [] : [[one, why] as [Running, string]];
  });
}

/** It got something that the others have not got. */
function ahead({ promotion: id, target }: Running, { bringers }: Surroundings): string | undefined {
  const bringer = bringers.get(id);
  if (bringer === undefined) return undefined;
  const { rollback, status, targets } = bringer.promotion;
  if (rollback !== undefined) return `rolled back by ${id}: ${rollback.reason}`;
  const reason = bringer.progress.find((one) => one.target === target)?.reasons[0];
  const end =
    status === 'running' ? 'is under way' : `ended ${status}${reason === undefined ? '' : `, ${reason.code}`}`;
  return targets?.includes(target) === true ? `${id} was for some targets alone, and ${end}` : `${id} ${end}`;
}

/** It has not got what the others have. */
function behind(own: Running, { promotion: id, environment }: Running, { bringers }: Surroundings): string | undefined {
  const bringer = bringers.get(id);
  if (bringer === undefined) return undefined;
  const { targets, status } = bringer.promotion;
  if (targets !== undefined && !targets.includes(own.target)) return `${id} was for other targets`;
  const progress = bringer.progress.find((one) => one.environment === environment && one.target === own.target);
  const [reason] = progress?.reasons ?? [];
  if (reason !== undefined) return `${id} stopped there: ${reason.code}`;
  return status === 'running' ? `${id} is under way` : `${id} ended ${status} before it was its turn`;
}
