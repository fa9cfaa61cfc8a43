/** Where the outputs come from that a target's stacks take. */
import { type Labelled, matches } from '../config/match-targets.ts';
import { outputReference } from '../config/parameter-value.ts';
import { failure } from '../errors/catalogue.ts';
import type { Dependencies } from '../plan/readiness.ts';
import { type Destination, stacksOf } from './desired-stacks.ts';
import type { Release, ReleaseStack } from './release.ts';

type Target = Destination['target'];

/** One stack in one target whose outputs are wanted. */
export interface Upstream<T extends Target> {
  readonly stack: ReleaseStack;
  readonly target: T;
}

/**
 * The stacks whose outputs the stacks of `target` take: in the same target where it has them, otherwise in the one target of the
 * environment that does. Throws OUTPUT_AMBIGUOUS when several do or none does.
 */
export function upstreamsOf<T extends Target>(release: Release, target: T, others: readonly T[]): Upstream<T>[] {
  const names = new Set(stacksOf(release, target).flatMap(outputStacks));
  return release.stacks
    .filter(({ name }) => names.has(name))
    .map((stack) => ({ stack, target: holderOf(release, stack, { target, others }) }));
}

/** Whether any stack of the target takes an output. */
export function takesOutputs(release: Release, target: Target): boolean {
  return stacksOf(release, target).some((stack) => outputStacks(stack).length > 0);
}

/** Names of the stacks whose outputs a stack takes. */
export function outputStacks({ values }: Pick<ReleaseStack, 'values'>): string[] {
  return Object.values(values).flatMap((value) => outputReference(value)?.stack ?? []);
}

/** What each stack of the release comes after. */
export function dependenciesIn({ stacks }: Pick<Release, 'stacks'>): ReadonlyMap<string, Dependencies> {
  return new Map(
    stacks.map((stack) => [stack.name, { dependsOn: stack.dependsOn, outputsOf: outputStacks(stack) }] as const),
  );
}

/** The targets that have the stack whose outputs `target` takes: itself if it gets the stack, otherwise those of its environment. */
export function holdersOf<T extends Labelled>(
  { stacks }: { readonly stacks: readonly Pick<ReleaseStack, 'name' | 'matchLabels'>[] },
  name: string,
  { target, others }: { readonly target: T; readonly others: readonly T[] },
): T[] {
  const stack = stacks.find((one) => one.name === name);
  const holds = ({ labels }: T) => stack !== undefined && matches(stack.matchLabels ?? {}, labels);
  return holds(target) ? [target] : others.filter(holds);
}

function holderOf<T extends Target>(
  release: Release,
  { name }: ReleaseStack,
  { target, others }: { target: T; others: readonly T[] },
): T {
  const [holder, ...more] = holdersOf(release, name, { target, others });
  if (holder !== undefined && more.length === 0) return holder;
  const holders = [holder, ...more].flatMap((one) => one?.name ?? []);
  throw failure('OUTPUT_AMBIGUOUS', { stack: name, target: target.name, holders });
}
