/** What must be true of all documents together. */
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { repeated } from './check-pipeline.ts';
import { policySetProblems, selectorProblems } from './check-policies.ts';
import { targetProblems } from './check-targets.ts';
import type { Config, Located } from './config.ts';
import { closest } from './did-you-mean.ts';
import type { Parameters } from './schema.ts';

/** Every problem between documents: names used twice, references to nothing, environments without targets or sharing an account. */
export function configProblems(config: Config): Problem[] {
  return [
    ...duplicates('pipelines', config.pipelines),
    ...duplicates('targets', config.targets),
    ...duplicates('policies', config.policies),
    ...duplicates('webhooks', config.webhooks),
    ...duplicates('schedules', config.schedules),
    ...config.schedules.flatMap((schedule) => scheduleProblems(schedule, config)),
    ...config.parameters.flatMap((parameters) => referenceProblems(parameters, config)),
    ...policySetProblems(config.policies),
    ...selectorProblems(config.policies, config.pipelines),
    ...targetProblems(config),
  ];
}

function duplicates(what: string, located: readonly Located<{ metadata: { name: string } }>[]): Problem[] {
  const names = located.map(({ document }) => document.metadata.name);
  return repeated(names).map((index) => {
    const placeOf = (located[index] as Located<unknown>).placeOf;
    return problem('DUPLICATE_NAME', { what, name: String(names[index]) }, placeOf(['metadata', 'name']));
  });
}

/** Pipelines may be kept elsewhere than their parameters, and targets in the ledger: only what these files define is checked. */
function referenceProblems({ document, placeOf }: Located<Parameters>, config: Config): Problem[] {
  const pipelines = config.pipelines.map((pipeline) => pipeline.document);
  const targets = config.targets.map((target) => target.document.metadata.name);
  const names = pipelines.map(({ metadata }) => metadata.name);
  const pipeline = pipelines.find(({ metadata }) => metadata.name === document.pipeline);
  const environments = pipeline?.environments.map(({ name }) => name) ?? [];
  return [
    ...reference({ what: 'pipeline', name: document.pipeline, known: names }, placeOf(['pipeline'])),
    ...document.layers.flatMap((layer, index) => [
      ...reference(
        { what: 'environment', name: layer.environment, known: environments },
        placeOf(['layers', index, 'environment']),
      ),
      ...reference({ what: 'target', name: layer.target, known: targets }, placeOf(['layers', index, 'target'])),
    ]),
  ];
}

/** As of parameters: a schedule of a pipeline that is kept elsewhere is checked when it fires. */
function scheduleProblems({ document, placeOf }: Located<Schedule>, config: Config): Problem[] {
  const pipelines = config.pipelines.map((pipeline) => pipeline.document);
  const names = pipelines.map(({ metadata }) => metadata.name);
  const known = pipelines.find(({ metadata }) => metadata.name === document.pipeline)?.environments ?? [];
  const { environments = [] } = document;
  return [
    ...reference({ what: 'pipeline', name: document.pipeline, known: names }, placeOf(['pipeline'])),
    ...environments.flatMap((name, index) =>
      reference(
        { what: 'environment', name, known: known.map((environment) => environment.name) },
        placeOf(['environments', index]),
      ),
    ),
  ];
}

interface Reference {
  readonly what: string;
  readonly name: string | undefined;
  readonly known: readonly string[];
}

function reference({ what, name, known }: Reference, place: Place): Problem[] {
  if (name === undefined || known.length === 0 || known.includes(name)) return [];
  return [problem('REFERENCE_UNKNOWN', { what, name, suggestion: closest(name, known), known }, place)];
}
