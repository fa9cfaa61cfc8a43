/** Why one target gets what it gets: stacks and their order, wave, policies, and the origin of every value. */
import type { Labels } from '../config/labels.ts';
import { matches, matchTargets, planWaves } from '../config/match-targets.ts';
import type { PlacedLayer } from '../config/resolve-parameters.ts';
import type { Environment, Target } from '../config/schema.ts';
import { applicablePolicies } from '../policy/applicable.ts';
import type { Policy } from '../policy/policy.ts';
import { stacksOf } from '../release/desired-stacks.ts';
import type { Release, ReleaseStack } from '../release/release.ts';
import { holdersOf } from '../release/upstream.ts';
import {
  type ExplainedParameter,
  type ExplainedTag,
  explainParameters,
  explainTags,
  type Places,
  type Surroundings,
} from './explain-values.ts';

/** What a release and the files around it say. */
export interface ToExplain {
  readonly release: Release;
  /** Those of the release, with their places. */
  readonly layers: readonly PlacedLayer[];
  readonly targets: readonly Target[];
  /** Those beside the pipeline: what the ledger has may differ. */
  readonly policies: readonly Policy[];
  readonly places: Places;
}

export interface ExplainedStack {
  readonly name: string;
  readonly stackName: string;
  /** The stacks that are deployed before it. */
  readonly after: readonly string[];
  readonly parameters: readonly ExplainedParameter[];
  readonly tags: readonly ExplainedTag[];
}

export interface ExplainedTarget {
  readonly environment: string;
  /** Not there where only the ledger knows the environment's targets. */
  readonly target?: {
    readonly name: string;
    readonly account: string;
    readonly region: string;
    readonly labels: Labels;
  };
  /** `number` counts from 1. */
  readonly wave?: { readonly number: number; readonly of: number; readonly maxConcurrency: number };
  /** By name. */
  readonly policies: readonly Policy[];
  /** In the order in which they are deployed. */
  readonly stacks: readonly ExplainedStack[];
  /** Stacks that go to other targets only, and the labels those have. */
  readonly elsewhere: readonly { readonly name: string; readonly matchLabels: Labels }[];
}

/** One explanation for each target of each environment, in the order of the journey; by name, then. */
export function explainTargets(said: ToExplain): ExplainedTarget[] {
  const known = said.targets.map((target) => ({ ...target.metadata, target }));
  return said.release.environments.flatMap((environment) =>
    said.targets.length === 0
      ? [explainUnknown(environment, said)]
      : matchTargets(environment, known).map(({ target }) => explainTarget(environment, target, said)),
  );
}

function explainTarget(environment: Environment, target: Target, said: ToExplain): ExplainedTarget {
  const { release, policies, layers, places } = said;
  const { name, labels } = target.metadata;
  const others = matchTargets(
    environment,
    said.targets.map(({ metadata }) => metadata),
  );
  const around: Surroundings = {
    pipeline: release.pipeline,
    layers,
    places,
    facts: { environment: environment.name, name, labels },
    region: target.region,
    holderOf: (stack) => {
      const [holder] = holdersOf(release, stack, { target: target.metadata, others });
      return holder === undefined || holder.name === name ? undefined : holder.name;
    },
  };
  const rollout = { pipeline: release.pipeline, environment: environment.name, targets: [{ labels }] };
  return {
    environment: environment.name,
    target: { name, account: target.account, region: target.region, labels },
    ...waveOf(environment, name, others),
    policies: applicablePolicies(policies, rollout),
    stacks: stacksOf(release, { labels }).map((stack) => explainStack(stack, around)),
    elsewhere: release.stacks.flatMap(({ name: stack, matchLabels }) =>
      matchLabels === undefined || matches(matchLabels, labels) ? [] : [{ name: stack, matchLabels }],
    ),
  };
}

/** What holds whatever the targets are. Policies for labels may hold. */
function explainUnknown({ name }: Environment, { release, policies, layers, places }: ToExplain): ExplainedTarget {
  const { pipeline } = release;
  const around = {
    pipeline,
    layers,
    places,
    facts: { environment: name },
    region: undefined,
    holderOf: () => undefined,
  };
  return {
    environment: name,
    policies: applicablePolicies(policies, { pipeline, environment: name, targets: [] }),
    stacks: release.stacks.map((stack) => explainStack(stack, around)),
    elsewhere: [],
  };
}

function explainStack(stack: ReleaseStack, around: Surroundings): ExplainedStack {
  const { name, stackName, dependsOn: after } = stack;
  return {
    name,
    stackName,
    after,
    parameters: explainParameters(stack, around),
    tags: explainTags(stack, around),
  };
}

function waveOf(environment: Environment, name: string, targets: Parameters<typeof matchTargets>[1]) {
  const { waves } = planWaves(environment, targets);
  const index = waves.findIndex((wave) => wave.targets.some((target) => target.name === name));
  const maxConcurrency = waves[index]?.maxConcurrency;
  return maxConcurrency === undefined ? {} : { wave: { number: index + 1, of: waves.length, maxConcurrency } };
}
