/** Puts a packaged pipeline together into the manifest that is frozen. */
import { dependenciesOf } from '../config/check-pipeline.ts';
import type { Layer, Pipeline, PipelineStack } from '../config/schema.ts';
import { failure } from '../errors/catalogue.ts';
import type { Template } from '../template/template.ts';
import { declaredParameters } from './declared-parameters.ts';
import { orderStacks } from './order-stacks.ts';
import type { Artifact, Release, ReleaseStack } from './release.ts';

/** A stack's template once it is packaged. */
export interface PackagedTemplate {
  readonly artifact: Artifact;
  /** As packaged: with the parameter ArtifactsBucket where it was added. */
  readonly template: Template;
  /** The stack policy beside it, as canonical JSON. */
  readonly stackPolicy?: string;
}

export interface ReleaseParts {
  readonly pipeline: Pipeline;
  /** By the stack's name. */
  readonly templates: ReadonlyMap<string, PackagedTemplate>;
  readonly assets: readonly Artifact[];
  readonly layers: readonly Layer[];
}

/**
 * The manifest: stacks in the order of their dependencies, assets by key, defaults written out, so that files which mean the same make
 * the same release. Throws DEPENDENCY_CYCLE; a configuration that was read has none.
 */
export function buildRelease({ pipeline, templates, assets, layers }: ReleaseParts): Release {
  const stacks = pipeline.stacks.flatMap((stack) => {
    const packaged = templates.get(stack.name);
    return packaged === undefined ? [] : [releaseStack(stack, packaged)];
  });
  const order = orderStacks(stacks);
  if (order.kind === 'cycle') throw failure('DEPENDENCY_CYCLE', { names: order.names });
  return {
    schemaVersion: 1,
    pipeline: pipeline.metadata.name,
    stacks: [...order.stacks],
    assets: assets.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    environments: pipeline.environments,
    layers: [...layers],
  };
}

function releaseStack(stack: PipelineStack, { artifact, template, stackPolicy }: PackagedTemplate): ReleaseStack {
  return {
    name: stack.name,
    stackName: stack.stackName,
    template: artifact,
    dependsOn: dependenciesOf(stack),
    capabilities: [...new Set(stack.capabilities)].sort(),
    parameters: declaredParameters(template),
    values: stack.parameters ?? {},
    tags: stack.tags ?? {},
    terminationProtection: stack.terminationProtection ?? false,
    ...(stack.targets === undefined ? {} : { matchLabels: stack.targets.matchLabels }),
    ...(stackPolicy === undefined ? {} : { stackPolicy }),
    ...(stack.onCreateFailure === undefined ? {} : { onCreateFailure: stack.onCreateFailure }),
    ...(stack.rollback === undefined ? {} : { rollback: stack.rollback }),
  };
}
