/** The kinds of drawbridge.yml. Unknown fields are errors: a misspelt field that is ignored would be a silent decision. */
import * as z from 'zod';
import { AccountId, Name, StackName } from '../identifiers.ts';
import { Duration, secondsOf } from '../policy/duration.ts';
import { Probe, Soak } from '../verification/probe.ts';
import { Labels, MatchLabels } from './labels.ts';
import { LayerValue, maxParameters, StackValue } from './parameter-value.ts';
import { regions } from './regions.ts';

const apiVersion = 'drawbridge/v1';

const head = <Kind extends string>(kind: Kind) => ({ apiVersion: z.literal(apiVersion), kind: z.literal(kind) });

/** CloudFormation API reference, Tag: 50 per stack, keys to 128 characters and not `aws:`, values to 256. */
const Tags = z.record(z.string().regex(/^(?!aws:)[\s\S]{1,128}$/), z.string().max(256)).superRefine(atMost(50, 'tags'));

// A logical name of a template's Parameters section; ArtifactsBucket is declared and filled by Drawbridge.
const ParameterName = z.string().regex(/^(?!ArtifactsBucket$)[A-Za-z0-9]{1,255}$/);

export const Capability = z.enum(['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']);

const localPath = /^(?!\w+:\/\/)[^\0]+$/;
const localFile = 'expected the path of a local file';

/** At most 5 alarms, watched for at most 180 minutes after the operation (API reference, RollbackConfiguration). */
export const RollbackAlarms = z.strictObject({
  alarms: z
    .array(z.string().regex(/^[^:/]{1,255}$/, 'expected the name of an alarm'))
    .min(1)
    .max(5),
  monitor: Duration.refine((text) => secondsOf(text) <= 180 * 60, 'expected at most 180m').exactOptional(),
});

const PipelineStack = z.strictObject({
  name: Name,
  /** Path of the template, relative to this file. */
  template: z.string().regex(localPath, localFile),
  stackName: StackName,
  dependsOn: z.array(Name).exactOptional(),
  capabilities: z.array(Capability).exactOptional(),
  parameters: z.record(ParameterName, StackValue).superRefine(atMost(maxParameters, 'parameters')).exactOptional(),
  tags: Tags.exactOptional(),
  terminationProtection: z.boolean().exactOptional(),
  /** Only these targets of an environment get the stack; all of them where nothing is said. */
  targets: z.strictObject({ matchLabels: MatchLabels }).exactOptional(),
  /** Path of a stack policy in JSON, relative to this file. */
  stackPolicy: z.string().regex(localPath, localFile).exactOptional(),
  /** What CloudFormation leaves of a first creation that fails (API reference, CreateChangeSet OnStackFailure); `rollback` if not said. */
  onCreateFailure: z.enum(['delete', 'rollback', 'keep']).exactOptional(),
  /** CloudWatch alarms of the target that roll an operation back (API reference, RollbackConfiguration). */
  rollback: RollbackAlarms.exactOptional(),
});
export type PipelineStack = z.infer<typeof PipelineStack>;

// 40 is what one inline Map state runs at once (Step Functions Developer Guide, "Using Map state in Inline mode").
const MaxConcurrency = z.int().min(1).max(40);

const FailureTolerance = z.int().min(0).max(1000);

export const Environment = z.strictObject({
  name: Name,
  targets: z.strictObject({ matchLabels: MatchLabels }),
  /** Zero matching targets are not an error. */
  allowEmpty: z.boolean().exactOptional(),
  maxConcurrency: MaxConcurrency.exactOptional(),
  /** How many targets of a wave may fail before no further target starts; none where nothing is said. */
  failureTolerance: FailureTolerance.exactOptional(),
  /** Regions whose targets come first within a wave, in this order; the others follow by name. */
  regionOrder: z.array(z.enum(regions)).min(1).exactOptional(),
  waves: z
    .array(
      z.strictObject({
        matchLabels: MatchLabels.exactOptional(),
        maxConcurrency: MaxConcurrency.exactOptional(),
        failureTolerance: FailureTolerance.exactOptional(),
        /** How long the alarms of the environment's soak are watched after this wave, before the next one starts. */
        soak: Duration.exactOptional(),
      }),
    )
    .min(1)
    // Each is a part of the execution's history, which ends after 25,000 events (Developer Guide, "Quotas").
    .max(20)
    .exactOptional(),
  /** What becomes of a rollout that comes while another one has the environment; `queue` where nothing is said. */
  queue: z.enum(['queue', 'supersede', 'reject']).exactOptional(),
  verify: z.array(Probe).min(1).max(10).exactOptional(),
  soak: Soak.exactOptional(),
  /** `rollback`: targets whose verification or soak failed go back to their last verified release. */
  onFailedVerification: z.enum(['stop', 'rollback']).exactOptional(),
  /** What drift that is on record means for a plan: `warn` where nothing is said. */
  drift: z.enum(['block', 'warn', 'ignore']).exactOptional(),
});
export type Environment = z.infer<typeof Environment>;

export const Pipeline = z.strictObject({
  ...head('Pipeline'),
  metadata: z.strictObject({ name: Name, labels: Labels.exactOptional() }),
  stacks: z.array(PipelineStack).min(1),
  /** In the order in which a release passes them. */
  environments: z.array(Environment).min(1),
});
export type Pipeline = z.infer<typeof Pipeline>;

export const Layer = z.strictObject({
  environment: Name.exactOptional(),
  matchLabels: MatchLabels.exactOptional(),
  target: Name.exactOptional(),
  values: z.record(ParameterName, LayerValue).superRefine(atMost(maxParameters, 'values')),
  tags: Tags.exactOptional(),
});
export type Layer = z.infer<typeof Layer>;

export const Parameters = z.strictObject({ ...head('Parameters'), pipeline: Name, layers: z.array(Layer).min(1) });
export type Parameters = z.infer<typeof Parameters>;

export const Target = z.strictObject({
  ...head('Target'),
  metadata: z.strictObject({ name: Name, labels: Labels }),
  account: AccountId,
  region: z.enum(regions),
  /** Lifetime of assumed sessions. The orchestrator chains roles, which AWS caps at one hour (IAM User Guide, "Role chaining"). */
  sessionSeconds: z.int().min(900).max(3600).exactOptional(),
  /** Lets targets of different environments share an account, in different regions. */
  allowSameAccount: z.boolean().exactOptional(),
});
export type Target = z.infer<typeof Target>;

function atMost(limit: number, unit: string): (value: Record<string, unknown>, context: z.RefinementCtx) => void {
  return (value, context) => {
    const actual = Object.keys(value).length;
    if (actual > limit) context.addIssue({ code: 'custom', params: { actual, limit, unit } });
  };
}
