/** What a release wants of each stack in one target: template, values, tags and the role that CloudFormation works with. */
import { type LayerValue, parameterText } from '../config/parameter-value.ts';
import { resolveParameters, resolveTags } from '../config/resolve-parameters.ts';
import { artifactsBucket, artifactUrl, ownershipTag, type Placed, roleArn } from '../names.ts';
import type { DesiredStack } from '../plan/comparison.ts';
import { artifactsBucketParameter, type DeclaredParameter, type Release, type ReleaseStack } from './release.ts';

export interface Destination {
  readonly environment: string;
  readonly target: Placed & { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** Artifact buckets are named `<prefix>-<region>`. */
  readonly artifacts: { readonly prefix: string };
}

/** The release's stacks as this target should have them, in the order of their dependencies. */
export function desiredStacks(release: Release, destination: Destination): DesiredStack[] {
  return release.stacks.map((stack) => desiredStack(release, stack, destination));
}

function desiredStack(
  release: Release,
  stack: ReleaseStack,
  { environment, target, artifacts }: Destination,
): DesiredStack {
  const layers = release.layers.map((layer) => ({ layer }));
  const facts = { environment, name: target.name, labels: target.labels };
  const own = { parameters: stack.values, tags: stack.tags };
  const resolved = resolveParameters(own, layers, facts);
  const bucket = artifactsBucket(artifacts.prefix, target.region);
  return {
    stack: stack.name,
    stackName: stack.stackName,
    templateUrl: artifactUrl(bucket, stack.template.key, target.region),
    templateDigest: stack.template.digest,
    parameters: Object.fromEntries(
      stack.parameters.flatMap((declared) => {
        const value = declared.name === artifactsBucketParameter ? bucket : resolved[declared.name]?.value;
        // The default is said too: CloudFormation shows it as the stack's value, and an edit of it must not go unseen.
        const text = value === undefined ? declared.default : parameterText(value as LayerValue, declared.type);
        return text === undefined ? [] : [[declared.name, text]];
      }),
    ),
    opaqueParameters: stack.parameters.filter(isOpaque).map((declared) => declared.name),
    tags: { ...resolveTags(own, layers, facts), [ownershipTag]: release.pipeline },
    capabilities: stack.capabilities,
    roleArn: roleArn(target, 'execution'),
  };
}

/** CloudFormation shows `****` for NoEcho, and resolves SSM types itself, so their live values cannot be compared. */
function isOpaque(declared: DeclaredParameter): boolean {
  return declared.noEcho || declared.type.startsWith('AWS::SSM::Parameter::');
}
