/** `drawbridge explain`: which value reaches which target, and who says so. Contacts nothing. */
import { join } from 'node:path';
import type { Located } from '#shared/domain/config/config.ts';
import { closest } from '#shared/domain/config/did-you-mean.ts';
import { layersOf } from '#shared/domain/config/resolve-parameters.ts';
import type { Pipeline } from '#shared/domain/config/schema.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Place, Problem } from '#shared/domain/errors/problem.ts';
import { type ExplainedTarget, explainTargets } from '#shared/domain/explain/explain-target.ts';
import type { Places } from '#shared/domain/explain/explain-values.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { type ExplainedPipeline, explainReport } from '../explain-report.ts';
import { type LoadedConfig, loadConfig } from '../load-config.ts';
import { type PackagedRelease, packagePipeline } from '../package-release.ts';
import { readText } from '../read-text.ts';
import { defaultPlaces } from '../template-places.ts';

export const explain: CliCommand = {
  name: 'explain',
  declare: (command) =>
    command
      .summary('say which value reaches which target, and why; contacts nothing')
      .description(
        'For each target and stack prints every parameter and tag: its value, where it comes from, what it overrides, and what CloudFormation ' +
          'receives; and the stacks a target gets, their order, its wave, and the policies beside the pipeline that apply. Contacts nothing.',
      )
      .argument('[path]', 'a file, or the folder of drawbridge.yml', 'drawbridge.yml')
      .option('--pipeline <name>', 'only this pipeline')
      .option('--environment <name>', 'only this environment')
      .option('--target <name>', 'only this target')
      .option('--stack <name>', 'only this stack')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge explain examples/orders\n' +
          '  drawbridge explain examples/network-and-app --target app-production --stack app\n' +
          '  drawbridge explain --environment production --output json',
      ),
  run: async ({ args: [path = 'drawbridge.yml'], options }) => {
    const loaded = await loadConfig(path);
    if (loaded.kind === 'invalid') return { kind: 'problems', problems: loaded.problems };
    return explainAll(loaded, options as Wish);
  },
};

type Selector = 'pipeline' | 'environment' | 'target' | 'stack';
type Wish = Readonly<Partial<Record<Selector, string>>>;

async function explainAll(loaded: LoadedConfig, wish: Wish): Promise<Outcome> {
  const explained: ExplainedPipeline[] = [];
  const problems: Problem[] = [];
  for (const pipeline of loaded.config.pipelines) {
    const packaged = await packagePipeline(loaded, pipeline);
    if (packaged.kind === 'invalid') problems.push(...packaged.problems);
    else explained.push(await explainRelease(loaded, pipeline, packaged));
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  const unknown = unknownNames(explained, wish);
  if (unknown.length > 0) return { kind: 'problems', problems: unknown };
  const chosen = explained.flatMap((pipeline) => narrowed(pipeline, wish));
  if (chosen.length > 0) return explainReport(chosen);
  return { kind: 'problems', problems: [nothingLeft(explained, wish)] };
}

async function explainRelease(
  loaded: LoadedConfig,
  pipeline: Located<Pipeline>,
  { manifest, id, digest, targets }: PackagedRelease,
): Promise<ExplainedPipeline> {
  const said = {
    release: manifest,
    layers: layersOf(loaded.config, manifest.pipeline),
    targets,
    policies: loaded.config.policies.map(({ document }) => document),
    places: await placesIn(pipeline, loaded.folder),
  };
  return { name: manifest.pipeline, release: { id, digest }, targets: explainTargets(said) };
}

async function placesIn({ document, placeOf }: Located<Pipeline>, folder: string): Promise<Places> {
  const stacks = document.stacks.map(({ name }) => name);
  const files = document.stacks.map(({ template }) => join(folder, template));
  const defaults = new Map<string, (parameter: string) => Place>();
  for (const file of new Set(files)) {
    const read = await readText(file);
    defaults.set(file, defaultPlaces(file, read.kind === 'text' ? read.text : undefined));
  }
  return {
    ofStack: (stack, section, member) => placeOf(['stacks', stacks.indexOf(stack), section, member], 'key'),
    ofDefault: (stack, parameter) => defaults.get(String(files[stacks.indexOf(stack)]))?.(parameter) ?? {},
  };
}

/** What each selector can name, taken from what there is to explain. */
const namesOf: Readonly<Record<Selector, (pipeline: ExplainedPipeline) => readonly string[]>> = {
  pipeline: ({ name }) => [name],
  environment: ({ targets }) => targets.map(({ environment }) => environment),
  target: ({ targets }) => targets.flatMap(({ target }) => target?.name ?? []),
  stack: ({ targets }) => targets.flatMap(({ stacks, elsewhere }) => [...stacks, ...elsewhere].map(({ name }) => name)),
};

function unknownNames(pipelines: readonly ExplainedPipeline[], wish: Wish): Problem[] {
  return (Object.keys(namesOf) as Selector[]).flatMap((what) => {
    const name = wish[what];
    const known = [...new Set(pipelines.flatMap(namesOf[what]))];
    if (name === undefined || known.includes(name)) return [];
    return [problem('REFERENCE_UNKNOWN', { what, name, suggestion: closest(name, known), known })];
  });
}

function narrowed(pipeline: ExplainedPipeline, wish: Wish): ExplainedPipeline[] {
  if (wish.pipeline !== undefined && wish.pipeline !== pipeline.name) return [];
  const targets = pipeline.targets
    .filter(({ environment, target }) => {
      const here = wish.environment === undefined || wish.environment === environment;
      return here && (wish.target === undefined || wish.target === target?.name);
    })
    .flatMap((target) => onlyStack(target, wish.stack));
  return targets.length === 0 ? [] : [{ ...pipeline, targets }];
}

/** A target that does not get the stack is left out. */
function onlyStack(target: ExplainedTarget, name: string | undefined): ExplainedTarget[] {
  if (name === undefined) return [target];
  const stacks = target.stacks.filter((stack) => stack.name === name);
  return stacks.length === 0 ? [] : [{ ...target, stacks }];
}

function nothingLeft(pipelines: readonly ExplainedPipeline[], wish: Wish): Problem {
  const said = (Object.keys(namesOf) as Selector[]).flatMap((what) =>
    wish[what] === undefined ? [] : [`${what} ${wish[what]}`],
  );
  if (pipelines.length === 0) {
    return problem('USAGE', { detail: 'There is no pipeline here.', hint: 'Add a document of kind Pipeline.' });
  }
  const elsewhere = pipelines
    .flatMap(({ targets }) => targets)
    .filter(({ stacks }) => wish.stack === undefined || stacks.some(({ name }) => name === wish.stack))
    .flatMap(({ target, environment }) => target?.name ?? environment);
  return problem('USAGE', {
    detail: `No deployment belongs to ${said.join(' and ')} at once.`,
    hint: `Leave one of them out. ${wish.stack === undefined ? 'There are' : `${wish.stack} goes to`} ${elsewhere.join(', ')}.`,
  });
}
