/** Turns a pipeline and the files around it into a release: the half that reads the disk. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, Located } from '#shared/domain/config/config.ts';
import { matchTargets } from '#shared/domain/config/match-targets.ts';
import { layersOf, type TargetFacts } from '#shared/domain/config/resolve-parameters.ts';
import type { Pipeline, Target } from '#shared/domain/config/schema.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { buildRelease, type PackagedTemplate } from '#shared/domain/release/build-release.ts';
import { holderProblems, outputProblems } from '#shared/domain/release/check-outputs.ts';
import { type CheckedStack, parameterProblems } from '#shared/domain/release/check-parameters.ts';
import { probeProblems } from '#shared/domain/release/check-probes.ts';
import { type Artifact, type Release, releaseDigest, releaseId } from '#shared/domain/release/release.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import { allowancesOf, gateTemplates, type WaivedFinding } from './gate-templates.ts';
import { type Invalid, type LoadedConfig, loadConfig } from './load-config.ts';
import { readStackPolicy } from './package-stack-policy.ts';
import { packageTemplateFile } from './package-template.ts';
import type { Packing, ReleaseFile } from './packing.ts';
import { defaultPlaces } from './template-places.ts';

export interface PackagedRelease {
  readonly kind: 'release';
  readonly manifest: Release;
  /** Digest of the manifest. */
  readonly digest: string;
  readonly id: string;
  /** Everything to upload, by key. */
  readonly files: readonly ReleaseFile[];
  /** The targets of the same configuration; none where only the ledger knows them. */
  readonly targets: readonly Target[];
  /** What the template gate found and a policy beside the pipeline tolerates. */
  readonly waived: readonly WaivedFinding[];
}

/** Packages the pipeline of the configuration at `path`; with several pipelines, the one that is named. */
export async function packageRelease(path: string, pipeline?: string): Promise<PackagedRelease | Invalid> {
  const loaded = await loadConfig(path);
  if (loaded.kind === 'invalid') return loaded;
  const chosen = choosePipeline(loaded.config, pipeline);
  return 'code' in chosen ? { kind: 'invalid', problems: [chosen] } : packagePipeline(loaded, chosen);
}

/** Every logical id of the release's templates, nested ones too. */
export function resourcesIn({ files }: PackagedRelease): string[] {
  const templates = files.filter(({ key }) => key.startsWith('templates/'));
  return templates.flatMap(({ body }) => {
    const parsed = parseTemplate(new TextDecoder().decode(body));
    return parsed.kind === 'template' ? Object.keys(parsed.template.Resources) : [];
  });
}

/** Packages one pipeline of a loaded configuration. The same files give the same bytes, digest and id, wherever and whenever. */
export async function packagePipeline(
  { config, folder }: LoadedConfig,
  pipeline: Located<Pipeline>,
): Promise<PackagedRelease | Invalid> {
  const packing: Packing = {
    root: await realpath(folder),
    files: new Map(),
    assets: new Set(),
    sources: new Map(),
    problems: [],
  };
  const templates = await packageTemplates(packing, pipeline, folder);
  const roots = new Set(pipeline.document.stacks.map(({ template }) => join(folder, template)));
  const allowances = allowancesOf(config, pipeline.document);
  const gated = [...roots].map((root) => gateTemplates(root, packing.sources, allowances));
  const refused = once([...packing.problems, ...gated.flatMap((one) => one.problems)]);
  const stacks = checkedStacks(pipeline, templates, (path) => {
    const file = join(folder, path);
    return defaultPlaces(file, packing.sources.get(file));
  });
  const problems = refused.length > 0 ? refused : checkParameters(config, pipeline, { stacks, templates });
  if (problems.length > 0) return { kind: 'invalid', problems };
  const layers = layersOf(config, pipeline.document.metadata.name).map(({ layer }) => layer);
  const manifest = buildRelease({ pipeline: pipeline.document, templates, assets: assetsOf(packing), layers });
  const files = [...packing.files.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const targets = config.targets.map(({ document }) => document);
  const waived = gated.flatMap((one) => one.waived);
  return {
    kind: 'release',
    manifest,
    digest: releaseDigest(manifest),
    id: releaseId(manifest),
    files,
    targets,
    waived,
  };
}

/** The templates by the names of their stacks. One that several stacks use is packaged once, unless there is something wrong with it. */
async function packageTemplates(packing: Packing, pipeline: Located<Pipeline>, folder: string) {
  const templates = new Map<string, PackagedTemplate>();
  const byPath = new Map<string, PackagedTemplate>();
  for (const [index, stack] of pipeline.document.stacks.entries()) {
    const path = join(folder, stack.template);
    const place = pipeline.placeOf(['stacks', index, 'template']);
    const packaged = byPath.get(path) ?? (await packageTemplateFile(packing, { path, place, within: [] }));
    const policy = await readStackPolicy(packing, pipeline, { index, folder });
    if (packaged === undefined) continue;
    byPath.set(path, packaged);
    templates.set(stack.name, { ...packaged, ...policy });
  }
  return templates;
}

/** What is wrong with a template is found once for each stack that uses it. */
function once(problems: readonly Problem[]): Problem[] {
  const texts = problems.map((one) => JSON.stringify(one));
  return problems.filter((_, index) => texts.indexOf(String(texts[index])) === index);
}

/** The pipeline that is named, or the only one; otherwise what to do. */
export function choosePipeline({ pipelines }: Config, name: string | undefined): Located<Pipeline> | Problem {
  const names = pipelines.map(({ document }) => document.metadata.name);
  const [only, ...others] = name === undefined ? pipelines : pipelines.filter((_, index) => names[index] === name);
  if (only !== undefined && others.length === 0) return only;
  const detail =
    only === undefined ? `There is no pipeline ${name ?? ''} here.`.replace('  ', ' ') : 'There are several pipelines.';
  const hint = names.length === 0 ? 'Add a document of kind Pipeline.' : `Name one of ${names.join(', ')}.`;
  return problem('USAGE', { detail, hint });
}

function checkedStacks(
  { document, placeOf }: Located<Pipeline>,
  templates: ReadonlyMap<string, PackagedTemplate>,
  defaultsIn: (path: string) => NonNullable<CheckedStack['placeOfDefault']>,
): CheckedStack[] {
  return document.stacks.map((stack, index) => ({
    name: stack.name,
    parameters: stack.parameters ?? {},
    tags: stack.tags ?? {},
    declared: templates.get(stack.name)?.template.Parameters ?? {},
    matchLabels: stack.targets?.matchLabels,
    placeOf: (name) =>
      name === undefined ? placeOf(['stacks', index]) : placeOf(['stacks', index, 'parameters', name], 'key'),
    placeOfDefault: defaultsIn(stack.template),
  }));
}

function checkParameters(
  config: Config,
  pipeline: Located<Pipeline>,
  { stacks, templates }: { stacks: readonly CheckedStack[]; templates: ReadonlyMap<string, PackagedTemplate> },
): Problem[] {
  const { document } = pipeline;
  const outputs = new Map([...templates].map(([name, { template }]) => [name, Object.keys(template.Outputs ?? {})]));
  const known = config.targets.map((target) => target.document.metadata);
  const environments = document.environments.map((environment) => matchTargets(environment, known));
  return [
    ...parameterProblems(stacks, layersOf(config, document.metadata.name), targetsOf(config, document)),
    ...outputProblems(stacks, outputs),
    ...holderProblems(stacks, environments),
    ...probeProblems(pipeline, outputs),
  ];
}

/** Without targets in the files, each environment stands for whatever targets the ledger has for it. */
function targetsOf({ targets }: Config, pipeline: Pipeline): TargetFacts[] {
  const known = targets.map(({ document }) => document.metadata);
  return pipeline.environments.flatMap((environment): TargetFacts[] => {
    if (known.length === 0) return [{ environment: environment.name }];
    return matchTargets(environment, known).map(({ name, labels }) => ({
      environment: environment.name,
      name,
      labels,
    }));
  });
}

function assetsOf({ files, assets }: Packing): Artifact[] {
  return [...files.values()].flatMap(({ key, digest, body }) =>
    assets.has(key) ? [{ key, digest, size: body.length }] : [],
  );
}
