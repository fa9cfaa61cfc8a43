/** What evaluating a template takes and gives. Types and the marker of values nobody knows yet. */
import type { Json } from '../../kernel.ts';

/** What a change set shows for a value that exists only once another resource is made (DescribeChangeSet, AfterContext). */
export const knownAfterApply = '{{changeSet:KNOWN_AFTER_APPLY}}';

export interface EvaluationContext {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly partition: string;
  readonly urlSuffix: string;
  readonly organization?: string;
  /** Every parameter's value, as `resolveParameters` answers. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly imports: (exportName: string) => string | undefined;
  /** A resource that exists; undefined makes its `Ref` and `Fn::GetAtt` known only after apply. */
  readonly resource: (logicalId: string) => ExistingResource | undefined;
  readonly notificationArns: readonly string[];
  /** The template was processed by AWS::LanguageExtensions, so that Fn::ToJsonString may be left in it. */
  readonly extensions?: boolean;
  /** The value of a Systems Manager parameter, for parameters of type `AWS::SSM::Parameter::Value<…>`. */
  readonly ssmParameter?: (name: string) => string | undefined;
}

interface ExistingResource {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, Json>>;
  /** A nested stack that a change set changes: what its outputs will be is known only after apply. */
  readonly outputsMove?: boolean;
}

/** A resource with its intrinsic functions answered. Resources whose condition is false are not among them. */
export interface EvaluatedResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, Json>>;
  readonly condition?: string;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  readonly metadata?: Json;
  readonly creationPolicy?: Json;
  readonly updatePolicy?: Json;
  /** JSON pointers of the values that are known only after apply, for example `/Properties/Role`. */
  readonly unknownPaths: readonly string[];
  /** What was computed from something else, by JSON pointer (`/Properties/Environment/Variables/TABLE`). */
  readonly causes: Readonly<Record<string, Causes>>;
}

/** The parameters and resources an expression read, in the branches that were taken. */
export interface Causes {
  readonly parameters: readonly string[];
  /** `Topic` for a Ref, `Topic.TopicName` for an Fn::GetAtt. */
  readonly references: readonly string[];
}

export interface EvaluatedOutput {
  readonly value: string;
  readonly exportName?: string;
  readonly description?: string;
}

export type Evaluation =
  | {
      readonly kind: 'evaluated';
      readonly resources: Readonly<Record<string, EvaluatedResource>>;
      readonly outputs: Readonly<Record<string, EvaluatedOutput>>;
      /** Logical ids, each after everything it depends on; otherwise in the order of the template. */
      readonly order: readonly string[];
      readonly dependencies: Readonly<Record<string, readonly string[]>>;
      /** Names of the exports that were read. */
      readonly imports: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly message: string };

export type ResourceEvaluation =
  | { readonly kind: 'resource'; readonly resource: EvaluatedResource }
  /** The resource's condition is false, or the template has no such resource. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly message: string };
