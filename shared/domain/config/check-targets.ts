/** Whether the targets in the files fit the environments in the files. Without any target there is nothing to check: the ledger has them. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Config, Located } from './config.ts';
import { type Labelled, matchTargets, planWaves } from './match-targets.ts';
import type { Environment, Pipeline, Target } from './schema.ts';
import type { PlaceOf } from './yaml-source.ts';

/** Environments and waves without targets, targets that no wave takes, and targets that would overwrite each other. */
export function targetProblems(config: Config): Problem[] {
  const targets = config.targets.map(member);
  if (targets.length === 0) return [];
  return [
    ...samePlace(targets),
    ...config.pipelines.flatMap(({ document, placeOf }) => [
      ...document.environments.flatMap((environment, index) =>
        environmentProblems(environment, targets, (path, part) => placeOf(['environments', index, ...path], part)),
      ),
      ...overlaps(document, targets),
    ]),
  ];
}

interface Member extends Labelled {
  readonly target: Target;
  readonly placeOf: PlaceOf;
}

function member({ document, placeOf }: Located<Target>): Member {
  return { ...document.metadata, target: document, placeOf };
}

function samePlace(targets: readonly Member[]): Problem[] {
  return targets.flatMap((later, index) => {
    const earlier = targets.slice(0, index).find((other) => whereabouts(other) === whereabouts(later));
    if (earlier === undefined) return [];
    const subjects = [`target ${earlier.name}`, `target ${later.name}`];
    return [problem('TARGET_SHARED', { place: whereabouts(later), subjects }, later.placeOf(['account']))];
  });
}

function environmentProblems(environment: Environment, targets: readonly Member[], placeOf: PlaceOf): Problem[] {
  if (environment.allowEmpty) return [];
  if (matchTargets(environment, targets).length === 0) {
    const place = placeOf(['targets', 'matchLabels']);
    return [problem('TARGETS_EMPTY', { what: `Environment ${environment.name}` }, place)];
  }
  const { waves, left } = planWaves(environment, targets);
  const incomplete = { environment: environment.name, targets: left.map(({ name }) => name) };
  return [
    ...waves.flatMap((wave, index) => {
      const what = `Wave ${index + 1} of ${environment.name}`;
      return wave.targets.length > 0 ? [] : [problem('TARGETS_EMPTY', { what }, placeOf(['waves', index]))];
    }),
    ...(left.length === 0 ? [] : [problem('WAVES_INCOMPLETE', incomplete, placeOf(['waves']))]),
  ];
}

/** An environment is worth something as a rehearsal of the next only while it is somewhere else. */
function overlaps(pipeline: Pipeline, targets: readonly Member[]): Problem[] {
  const placed = pipeline.environments.flatMap((environment) =>
    matchTargets(environment, targets).map((target) => ({ target, environment: environment.name })),
  );
  return placed.flatMap(({ target, environment }, index) => {
    const before = placed.slice(0, index);
    const twice = before.find((other) => other.target === target);
    if (twice) {
      const subjects = [`environment ${twice.environment}`, `environment ${environment}`];
      const place = target.placeOf(['metadata', 'labels']);
      return [problem('TARGET_SHARED', { place: `Target ${target.name}`, subjects }, place)];
    }
    const near = before.find((other) => other.environment !== environment && sharesAccount(other.target, target));
    if (near === undefined) return [];
    const facts = { account: target.target.account, targets: [near.target.name, target.name] };
    return [problem('SAME_ACCOUNT', facts, target.placeOf(['account']))];
  });
}

/** Two targets in one account and one region are refused anyway. */
function sharesAccount({ target: a }: Member, { target: b }: Member): boolean {
  const allowed = a.allowSameAccount === true && b.allowSameAccount === true;
  return !allowed && a.account === b.account && a.region !== b.region;
}

const whereabouts = ({ target }: Member): string => `${target.account}/${target.region}`;
