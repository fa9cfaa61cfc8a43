/** The forms a comparison takes and gives. */
import type { ResourceAttribute, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { EvaluatedResource } from './evaluation.ts';
import type { Recreation } from './resource-facts.ts';

/** A resource as the stack holds it. Without `causes` only known secret values are masked in it. */
export type ComparedResource = Omit<EvaluatedResource, 'dependsOn' | 'unknownPaths' | 'causes' | 'condition'> &
  Partial<Pick<EvaluatedResource, 'causes'>>;

export interface ComparisonFacts {
  /** Physical ids of the stack's resources, by logical id. */
  readonly physicalIds: Readonly<Record<string, string>>;
  /** Parameters whose value differs from the stack's. */
  readonly changedParameters: readonly string[];
  /** Parameters whose values must not be shown. */
  readonly noEcho: readonly string[];
  /** Values of such parameters, now and before: text that contains one is masked as well. */
  readonly secrets?: readonly string[];
  /** Nested stacks that change: values that read their outputs may change with them. */
  readonly moving?: readonly string[];
  /** The stack's own tags before and after: CloudFormation puts them on every resource that can be tagged. */
  readonly stackTags?: StackTags;
}

export interface StackTags {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** The SDK's ResourceChange without what only the change set knows: its id, module and drift. */
export interface PlannedChange extends Omit<ResourceChange, 'ChangeSetId' | 'ModuleInfo' | 'ResourceDriftStatus'> {
  readonly Action: 'Add' | 'Modify' | 'Remove';
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly Scope: ResourceAttribute[];
  readonly Details: Detail[];
}

export interface Detail extends ResourceChangeDetail {
  readonly Target: NonNullable<ResourceChangeDetail['Target']> & {
    readonly Attribute: ResourceAttribute;
    readonly RequiresRecreation: Recreation;
  };
  readonly Evaluation: 'Static' | 'Dynamic';
}

export type Replacement = 'True' | 'False' | 'Conditional';

/** Before and after of one resource that stays. */
export interface ResourcePair {
  readonly old: ComparedResource;
  readonly resource: EvaluatedResource;
}
