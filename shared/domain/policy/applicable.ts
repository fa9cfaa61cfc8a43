/** Which policies are about a rollout, and what they allow as a whole. */
import { type Labelled, matches } from '../config/match-targets.ts';
import type { GateContext } from '../gate/finding.ts';
import type { Policy } from './policy.ts';

/** What a selector looks at. */
export interface RolloutFacts {
  readonly pipeline: string;
  readonly environment: string;
  /** The targets of the rollout, or the one that is looked at. */
  readonly targets: readonly Pick<Labelled, 'labels'>[];
}

/** The policies whose selector fits, by name. Of the targets one is enough. */
export function applicablePolicies(policies: readonly Policy[], rollout: RolloutFacts): Policy[] {
  return policies
    .filter(({ selector = {} }) => {
      const { pipelines, environments, matchLabels } = selector;
      return (
        (pipelines === undefined || pipelines.includes(rollout.pipeline)) &&
        (environments === undefined || environments.includes(rollout.environment)) &&
        (matchLabels === undefined || rollout.targets.some(({ labels }) => matches(matchLabels, labels)))
      );
    })
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** What the policies tolerate in a template: everything that one of them does. */
export function templateGateOf(
  policies: readonly Policy[],
): Pick<GateContext, 'transforms'> & Required<Pick<GateContext, 'waive'>> {
  const gates = policies.flatMap(({ templateGate }) => (templateGate === undefined ? [] : [templateGate]));
  return {
    waive: sorted(gates.flatMap(({ waive = [] }) => waive)),
    transforms: sorted(gates.flatMap(({ transforms = [] }) => transforms)),
  };
}

/** What a rollout may do by itself about a stack that cannot be updated: what a policy allows and no other forbids. */
export function recoveryOf(policies: readonly Policy[]): Required<NonNullable<Policy['recovery']>> {
  const said = (part: 'recreateFailedCreations' | 'forceDelete') => {
    const words = policies.map(({ recovery }) => recovery?.[part]);
    return words.includes(true) && !words.includes(false);
  };
  return { recreateFailedCreations: said('recreateFailedCreations'), forceDelete: said('forceDelete') };
}

function sorted<Word extends string>(words: readonly Word[]): Word[] {
  return [...new Set(words)].sort();
}
