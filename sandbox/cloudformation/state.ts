/** What CloudFormation keeps of every account and region. Plain JSON; times are epoch milliseconds of the virtual clock. */
import type { ExecutionStatus, ResourceChange, ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import type { Caller, Json } from '../kernel.ts';
import type { DetectionRecord } from './drift/state.ts';

export interface CloudFormationState {
  /** By stack ARN; deleted stacks stay, as in AWS they answer by ARN for 90 days. */
  readonly stacks: Readonly<Record<string, StackRecord>>;
  /** By change set ARN. */
  readonly changeSets: Readonly<Record<string, ChangeSetRecord>>;
  /** By stack ARN, oldest first. */
  readonly events: Record<string, StackEventRecord[]>;
  /** Template texts by sha256, so that a template used by many stacks and change sets is held once. */
  readonly templates: Record<string, string>;
}

/** The inputs a stack was, or would be, made from. */
export interface StackModel {
  /** Key into `templates`. */
  readonly template: string;
  /** Key of what a transform made of it, where it has one. */
  readonly processed?: string;
  /** Why the transform failed: a change set of this template fails for the same reason. */
  readonly transformFault?: string;
  readonly description?: string;
  readonly parameters: Record<string, string>;
  /** Parameters whose values are never shown. */
  readonly noEcho: readonly string[];
  readonly tags: Record<string, string>;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  /** Alarms that undo a create or update, and the minutes they are watched after it. Absent: none, no time. */
  readonly rollbackConfiguration?:
    | { readonly triggers: readonly RollbackTrigger[]; readonly minutes: number }
    | undefined;
}

export interface RollbackTrigger {
  readonly arn: string;
  readonly type: string;
}

export interface StackRecord {
  readonly stackId: string;
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  /** Of a nested stack: the stack whose resource it is, and the one at the top. */
  readonly parent?: { readonly stackId: string; readonly rootId: string; readonly logicalId: string };
  readonly createdAt: number;
  updatedAt?: number;
  deletedAt?: number;
  status: StackStatus;
  statusReason?: string;
  /** Absent while the stack is a shell in REVIEW_IN_PROGRESS. */
  model?: StackModel;
  outputs: OutputRecord[];
  resources: Record<string, ResourceRecord>;
  /** Sticky: used for every later operation until another one is given. */
  roleArn?: string;
  /** The change set executed last. */
  changeSetId?: string;
  policy?: string;
  terminationProtection: boolean;
  disableRollback: boolean;
  /** Names of exports this stack imports. */
  imports: string[];
  /** Client request tokens seen, with the operation each was used for. */
  readonly tokens: Record<string, string>;
  /** The operation in progress, or the one that failed and can be rolled back or continued. */
  operation?: OperationRecord;
  /** Drift detections, oldest first, the newest maybe still running. */
  detections?: DetectionRecord[];
}

export interface OutputRecord {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface ResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  physicalId?: string;
  status: ResourceStatus;
  statusReason?: string;
  updatedAt: number;
  definition: ResourceDefinition;
  attributes: Record<string, Json>;
  /** True since ContinueUpdateRollback skipped it, until it is updated again: it may differ from the template. */
  skipped?: true;
  /** Properties that somebody changed past CloudFormation, with their values now; `null` for one that was taken away. */
  edited?: Record<string, Json>;
  /** Somebody deleted it past CloudFormation. */
  gone?: true;
  /** The function of a custom resource said that its attributes must not be shown. */
  noEcho?: boolean;
}

/** A resource of a template with every intrinsic function answered. */
export interface ResourceDefinition {
  readonly properties: Record<string, Json>;
  readonly dependsOn: readonly string[];
  /** The stack's tags, on types that can be tagged. */
  readonly stackTags: Record<string, string>;
  readonly metadata?: Json;
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
}

export interface ChangeSetRecord {
  readonly changeSetId: string;
  readonly changeSetName: string;
  readonly stackId: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly createdAt: number;
  readonly description?: string;
  readonly clientToken?: string;
  status: 'CREATE_PENDING' | 'CREATE_IN_PROGRESS' | 'CREATE_COMPLETE' | 'FAILED';
  statusReason?: string;
  executionStatus: ExecutionStatus;
  readonly model: StackModel;
  readonly roleArn?: string;
  readonly onStackFailure?: 'DO_NOTHING' | 'ROLLBACK' | 'DELETE';
  readonly includeNestedStacks: boolean;
  /** Who asked for it: templates of nested stacks are fetched with the same rights. */
  readonly caller: Caller;
  /** Of a nested stack's change set: the one above it, the one at the top, and the resource it is for. */
  readonly nested?: { readonly parentId: string; readonly rootId: string; readonly logicalId: string };
  changes: ResourceChange[];
  /** The client request token it was executed with. */
  executionToken?: string;
}

export interface StackEventRecord {
  readonly eventId: string;
  readonly at: number;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly token?: string;
  /** JSON text. */
  readonly properties?: string;
}

/**
 * One operation on a stack: an ordered list of phases, each a graph of steps. Only one runs at a time on a stack, and it is data, so
 * the world can be saved in its middle.
 */
export interface OperationRecord {
  readonly id: string;
  readonly kind: 'create' | 'update' | 'delete' | 'rollback' | 'continue-rollback';
  phase: Phase;
  token?: string;
  /** Who acts where the stack has no role. */
  readonly caller: Caller;
  /** What happens when a step fails. */
  readonly onFailure: 'rollback' | 'nothing' | 'delete';
  /** The inputs the stack moves to. */
  readonly target?: StackModel;
  /** What a rollback goes back to; absent when the stack never had a stable state. */
  readonly before?: StableState;
  readonly changeSetId?: string;
  /** Set by CloudFormation's own session; renewed when it nears its end. */
  session?: Caller;
  sessionExpiresAt?: number;
  steps: Record<string, StepRecord>;
  /** Physical resources to be removed once the update or the rollback went through. */
  leftovers: ResourceRecord[];
  readonly retain: readonly string[];
  readonly retainExceptOnCreate: boolean;
  /** Order of the job that ends the monitoring time, so that it can be cancelled. */
  monitorJob?: number;
  /** A deletion that leaves behind what it cannot remove. */
  readonly force?: true;
  /** Steps of failed updates before this one, since the stack was stable: what they touched has to go back too. */
  readonly earlier?: readonly StepRecord[];
  /** Part of the operation of the parent stack, which waits for it. */
  readonly nested?: boolean;
  /** A nested operation that is through, except for its cleanup: that waits until the parent has got as far. */
  held?: boolean;
  /** Why a nested operation goes no further: a sibling in the parent failed, or its time is over. */
  cancelled?: string;
  /** A deletion that undoes a creation: RetainExceptOnCreate keeps nothing then. */
  readonly undoing?: boolean;
  /** What a continued rollback leaves out, in nested stacks as `NestedStackName.LogicalId`. */
  readonly skip?: readonly string[];
}

/** `monitor`: all resources are there, alarms are still watched. */
type Phase = 'forward' | 'monitor' | 'cleanup' | 'rollback' | 'rollback-cleanup' | 'delete';

/** What a stack was made of when it was last stable. */
export interface StableState {
  readonly model: StackModel;
  readonly outputs: OutputRecord[];
  readonly resources: Record<string, ResourceRecord>;
  readonly imports: string[];
  readonly status: StackStatus;
  readonly roleArn?: string;
  readonly changeSetId?: string;
}

export interface StepRecord {
  readonly logicalId: string;
  /** `apply` brings a resource to a definition, `restore` back to its old one, `remove` deletes it. */
  readonly verb: 'apply' | 'restore' | 'remove';
  readonly after: readonly string[];
  /** `begun`: announced, the resource was not touched yet; `acting`: touched, not yet stable. */
  status: 'waiting' | 'begun' | 'acting' | 'done' | 'failed' | 'cancelled';
  /** Order of the queued job, so that it can be cancelled. */
  job?: number;
  /** What an `apply` turned out to be. */
  change?: 'create' | 'update' | 'replace';
  /** The definition an `apply` brings the resource to. */
  definition?: ResourceDefinition;
  type?: string;
  /** The request to a custom resource's function. The secret of its URL is gone once it was used. */
  asked?: { readonly requestId: string; readonly secret?: string };
}

export const emptyCloudFormationState = (): CloudFormationState => ({
  stacks: {},
  changeSets: {},
  events: {},
  templates: {},
});
