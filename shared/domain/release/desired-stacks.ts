/** What a release wants of each stack in one target: template, values, tags, settings and the role that CloudFormation works with. */
import { matches } from '../config/match-targets.ts';
import { type LayerValue, outputReference, parameterText } from '../config/parameter-value.ts';
import { resolveParameters, resolveTags } from '../config/resolve-parameters.ts';
import { artifactsBucket, artifactUrl, ownershipTag, type Placed, partitionOf, roleArn } from '../names.ts';
import type { DesiredStack } from '../plan/comparison.ts';
import { secondsOf } from '../policy/duration.ts';
import { artifactsBucketParameter, type DeclaredParameter, type Release, type ReleaseStack } from './release.ts';

export interface Destination {
  readonly environment: string;
  readonly target: Placed & { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** Artifact buckets are named `<prefix>-<region>`. */
  readonly artifacts: { readonly prefix: string };
  /** Outputs as they are now, by `<stack>.<output>`. What is not there cannot be filled in. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** The release's stacks as this target should have them, in the order of their dependencies. */
export function desiredStacks(release: Release, destination: Destination): DesiredStack[] {
  return stacksOf(release, destination.target).map((stack) => desiredStack(release, stack, destination));
}

/** The stacks of the release that a target gets. */
export function stacksOf(release: Release, { labels }: Pick<Destination['target'], 'labels'>): ReleaseStack[] {
  return release.stacks.filter((stack) => matches(stack.matchLabels ?? {}, labels));
}

function desiredStack(release: Release, stack: ReleaseStack, destination: Destination): DesiredStack {
  const { environment, target, artifacts } = destination;
  const layers = release.layers.map((layer) => ({ layer }));
  const facts = { environment, name: target.name, labels: target.labels };
  const own = { parameters: stack.values, tags: stack.tags };
  const bucket = artifactsBucket(artifacts.prefix, target.region);
  return {
    stack: stack.name,
    stackName: stack.stackName,
    templateUrl: artifactUrl(bucket, stack.template.key, target.region),
    templateKey: stack.template.key,
    templateDigest: stack.template.digest,
    ...parametersOf(stack, resolveParameters(own, layers, facts), { bucket, outputs: destination.outputs }),
    opaqueParameters: stack.parameters.filter(isOpaque).map((declared) => declared.name),
    tags: { ...resolveTags(own, layers, facts), [ownershipTag]: release.pipeline },
    capabilities: stack.capabilities,
    roleArn: roleArn(target, 'execution'),
    dependsOn: stack.dependsOn,
    terminationProtection: stack.terminationProtection,
    stackPolicy: stack.stackPolicy,
    onCreateFailure: stack.onCreateFailure ?? 'rollback',
    rollback: rollbackOf(stack, target),
  };
}

type Resolved = ReturnType<typeof resolveParameters>;

function parametersOf(
  stack: ReleaseStack,
  resolved: Resolved,
  { bucket, outputs }: { bucket: string; outputs: ReadonlyMap<string, string> },
): Pick<DesiredStack, 'parameters' | 'fromOutput' | 'missingOutputs'> {
  const taken = stack.parameters.flatMap(({ name }) => {
    const value = resolved[name]?.value;
    const source = value === undefined ? undefined : outputReference(value);
    return source === undefined ? [] : [[name, `${source.stack}.${source.output}`] as const];
  });
  const sources = new Map(taken);
  const textOf = ({ name, type, default: given }: DeclaredParameter): string | undefined => {
    if (name === artifactsBucketParameter) return bucket;
    const source = sources.get(name);
    if (source !== undefined) return outputs.get(source);
    const value = resolved[name]?.value;
    // The default is said too: CloudFormation shows it as the stack's value, and an edit of it must not go unseen.
    return value === undefined ? given : parameterText(value as LayerValue, type);
  };
  const texts = stack.parameters.map((declared) => [declared.name, textOf(declared)] as const);
  return {
    parameters: Object.fromEntries(texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]))),
    fromOutput: Object.fromEntries(sources),
    missingOutputs: [...new Set(sources.values())].filter((source) => !outputs.has(source)),
  };
}

function rollbackOf({ rollback }: ReleaseStack, { account, region }: Placed): DesiredStack['rollback'] {
  if (rollback === undefined) return { alarms: [], monitorMinutes: 0 };
  const arnOf = (alarm: string) => `arn:${partitionOf(region)}:cloudwatch:${region}:${account}:alarm:${alarm}`;
  const { alarms, monitor } = rollback;
  return { alarms: alarms.map(arnOf), monitorMinutes: monitor === undefined ? 0 : secondsOf(monitor) / 60 };
}

/** CloudFormation shows `****` for NoEcho, and resolves SSM types itself, so their live values cannot be compared. */
function isOpaque(declared: DeclaredParameter): boolean {
  return declared.noEcho || declared.type.startsWith('AWS::SSM::Parameter::');
}
