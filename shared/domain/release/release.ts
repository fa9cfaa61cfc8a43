/** The release: what travels from environment to environment. It says everything about itself, and its digest says it cannot change. */
import * as z from 'zod';
import { MatchLabels } from '../config/labels.ts';
import { StackValue } from '../config/parameter-value.ts';
import { Capability, Environment, Layer, RollbackAlarms } from '../config/schema.ts';
import { Digest, Name, StackName } from '../identifiers.ts';
import { canonicalJson, digestOf, hexOf } from './canonical-json.ts';

/** One uploaded file: what it contains, where it lies in the artifacts bucket, and its bytes. */
const Artifact = z.strictObject({
  digest: Digest,
  key: z.string().regex(/^(templates|assets)\/[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
});
export type Artifact = z.infer<typeof Artifact>;

/** A parameter as the template declares it. */
const DeclaredParameter = z.strictObject({
  name: z.string(),
  type: z.string(),
  noEcho: z.boolean(),
  /** The template's default, as CloudFormation takes it where no value is given. */
  default: z.string().exactOptional(),
});
export type DeclaredParameter = z.infer<typeof DeclaredParameter>;

const ReleaseStack = z.strictObject({
  name: Name,
  stackName: StackName,
  template: Artifact,
  /** Said by dependsOn or implied by fromOutput. */
  dependsOn: z.array(Name),
  capabilities: z.array(Capability),
  parameters: z.array(DeclaredParameter),
  /** The pipeline's own values, the weakest layer. */
  values: z.record(z.string(), StackValue),
  tags: z.record(z.string(), z.string()),
  terminationProtection: z.boolean(),
  /** Only targets with these labels get the stack. */
  matchLabels: MatchLabels.exactOptional(),
  /** The stack policy as canonical JSON, at most 16,384 characters (API reference, SetStackPolicy). */
  stackPolicy: z.string().max(16_384).exactOptional(),
  onCreateFailure: z.enum(['delete', 'rollback', 'keep']).exactOptional(),
  rollback: RollbackAlarms.exactOptional(),
});
export type ReleaseStack = z.infer<typeof ReleaseStack>;

/** The manifest. Who built it, when and from which commit is kept beside it: the same content is the same release. */
export const Release = z.strictObject({
  schemaVersion: z.literal(1),
  pipeline: Name,
  /** In the order in which they are deployed. */
  stacks: z.array(ReleaseStack).min(1),
  /** Nested templates, code and other files that templates refer to; by key. */
  assets: z.array(Artifact),
  environments: z.array(Environment).min(1),
  layers: z.array(Layer),
});
export type Release = z.infer<typeof Release>;

/** The parameter that Drawbridge declares in packaged templates and fills with the artifacts bucket of the target's region. */
export const artifactsBucketParameter = 'ArtifactsBucket';

/** The digest of the manifest's canonical JSON: the release's identity. */
export function releaseDigest(release: Release): string {
  return digestOf(canonicalJson(release));
}

/** What people call the release: `<pipeline>-<first 12 digits of its digest>`. */
export function releaseId(release: Release): string {
  return `${release.pipeline}-${hexOf(releaseDigest(release)).slice(0, 12)}`;
}

/** Where a file goes in the artifacts bucket: under its own digest, so it is written once and never replaced. */
export function artifactKey(folder: 'templates' | 'assets', digest: string): string {
  return `${folder}/${hexOf(digest)}`;
}
