/**
 * Session policies: what one step may do with the role it assumes. A session has the intersection of the role's policies and this one
 * (STS API reference, AssumeRole Policy), so a step can neither touch the stacks of others nor do what another kind of step does.
 */
import { failure } from '../errors/catalogue.ts';
import type { PromotionId } from '../identifiers.ts';
import {
  artifactsBucket,
  artifactsKeys,
  artifactUrl,
  changeSetName,
  type Placed,
  partitionOf,
  roleArn,
} from '../names.ts';
import { readAnything } from './drift-reads.ts';
import { stackPath, widened } from './stack-paths.ts';

/**
 * - `preview`: make, read and remove the change sets of a plan
 * - `read`: see how the stacks are, in steps that change nothing
 * - `execute`: run the planned change set of a stack and follow it
 * - `recover`: bring a failed stack back; the only kind that may delete one
 * - `audit`: prove the account clean
 * - `invoke`: ask the one function that is a probe
 * - `run`: start the one state machine that is a probe, and see how it stands
 * - `watch`: read alarms
 * - `drift`: let CloudFormation compare stacks with their templates
 */
export type StepKind = 'preview' | 'read' | 'execute' | 'recover' | 'audit' | 'invoke' | 'run' | 'watch' | 'drift';

/** What a step works on. */
export interface SessionScope {
  readonly target: Placed;
  readonly promotion: PromotionId;
  /** Names, or ARNs where exactly one stack of that name is meant. A name may end in `*`. */
  readonly stacks: readonly string[];
  readonly artifacts?: Artifacts;
  /** Name of the function or state machine that is asked. */
  readonly probe?: string;
}

/** Where CloudFormation fetches templates with the session: buckets `<prefix>-<region>`, the prefix ending in their account. */
export interface Artifacts {
  readonly prefix: string;
}

export interface SessionPolicy {
  readonly text: string;
  /** Wildcards that stand for stacks which could not all be named; empty when every stack is. */
  readonly widenedTo: readonly string[];
}

/** Characters of an inline session policy (STS API reference, AssumeRole Policy). */
const limit = 2048;

/**
 * The policy for one step, at most 2,048 characters long. Stacks that do not fit are named by the longest prefixes that do, and
 * `widenedTo` says so. Throws SESSION_POLICY_TOO_LONG when even that is not enough.
 */
export function sessionPolicy(kind: StepKind, scope: SessionScope): SessionPolicy {
  const named = [...new Set(scope.stacks.map(stackPath))].sort();
  for (const paths of [named, ...widened(named)]) {
    const text = JSON.stringify(policyOf(kind, scope, paths));
    if (text.length <= limit) return { text, widenedTo: paths.filter((path) => !named.includes(path)) };
  }
  const { length } = JSON.stringify(policyOf(kind, scope, ['*']));
  throw failure('SESSION_POLICY_TOO_LONG', { step: kind, length, limit }, scope.target);
}

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
}

function policyOf(kind: StepKind, scope: SessionScope, paths: readonly string[]) {
  const statements = [...onStacks(kind, scope, paths), ...statementsOf[kind](scope)];
  // A policy must have a statement: with nothing to work on, nothing is allowed.
  const Statement = statements.length > 0 ? statements : [{ Effect: 'Deny', Action: '*', Resource: '*' }];
  return { Version: '2012-10-17', Statement };
}

/** The calls of the steps on stacks; a call that is missing here fails its step in any rehearsal. Doctor asks for the same. */
export const stackActions: Record<StepKind, readonly string[]> = {
  preview: [
    'CreateChangeSet',
    'DescribeChangeSet',
    'DeleteChangeSet',
    'DescribeStacks',
    'GetTemplate',
    'GetStackPolicy',
    'ListChangeSets',
    'ListStackResources',
    'DescribeEvents',
  ],
  read: ['DescribeStacks', 'DescribeStackEvents', 'GetTemplate'],
  execute: [
    'DescribeChangeSet',
    'ExecuteChangeSet',
    'DescribeStackEvents',
    'DescribeStacks',
    'SetStackPolicy',
    'UpdateTerminationProtection',
  ],
  recover: [
    'DescribeStacks',
    'ListChangeSets',
    'ListStackResources',
    'ContinueUpdateRollback',
    'RollbackStack',
    'DeleteStack',
    'UpdateTerminationProtection',
  ],
  audit: [],
  invoke: [],
  run: [],
  watch: [],
  drift: [
    'DetectStackDrift',
    // Asked for along with it, for each resource.
    'DetectStackResourceDrift',
    'DescribeStackResourceDrifts',
    'DescribeStacks',
    'ListStackResources',
  ],
};

function onStacks(kind: StepKind, scope: SessionScope, paths: readonly string[]): Statement[] {
  if (paths.length === 0 || stackActions[kind].length === 0) return [];
  const condition = { preview: changesOf(scope), execute: ownChangeSets(scope) }[kind as 'preview' | 'execute'];
  return [
    {
      Effect: 'Allow',
      Action: stackActions[kind].map((action) => `cloudformation:${action}`),
      Resource: paths.map((path) => arnOf(scope.target, 'cloudformation', `stack/${path}`)),
      ...(condition && { Condition: { StringLikeIfExists: condition } }),
    },
  ];
}

const statementsOf: Record<StepKind, (scope: SessionScope) => Statement[]> = {
  preview: (scope) => [transformsOfAws(scope), passExecutionRole(scope), ...readArtifacts(scope), notByStack],
  read: () => [],
  execute: (scope) => [passExecutionRole(scope)],
  recover: (scope) => [passExecutionRole(scope)],
  audit: () => [allow(['iam:Get*', 'iam:List*'], '*')],
  invoke: ({ target, probe }) =>
    probe === undefined ? [] : [allow('lambda:InvokeFunction', arnOf(target, 'lambda', `function:${probe}`))],
  run: ({ target, probe }) =>
    probe === undefined
      ? []
      : [
          allow('states:StartExecution', arnOf(target, 'states', `stateMachine:${probe}`)),
          allow('states:DescribeExecution', arnOf(target, 'states', `execution:${probe}:*`)),
        ],
  // Narrower, CloudWatch does not tell of composite alarms (API reference, DescribeAlarms, DescribeAlarmHistory).
  watch: () => [allow(['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory'], '*')],
  drift: () => [allow('cloudformation:DescribeStackDriftDetectionStatus', '*'), readAnything],
};

/** By the id of a change set or the name of an export, not by a stack. */
const notByStack: Statement = {
  Effect: 'Allow',
  Action: ['cloudformation:ListHookResults', 'cloudformation:ListImports'],
  Resource: '*',
};

const allow = (Action: string | readonly string[], Resource: string): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

/**
 * Only the change sets of this promotion, by name or ARN. Calls that name no change set carry no such key, hence IfExists; the role itself
 * asks for the key (Service Authorization Reference, AWS CloudFormation).
 */
function ownChangeSets({ target, promotion }: SessionScope) {
  // Of any attempt.
  const name = changeSetName(promotion, 1).replace(/\d+$/, '*');
  return { 'cloudformation:ChangeSetName': [name, arnOf(target, 'cloudformation', `changeSet/${name}`)] };
}

/** Only templates out of the artifacts bucket of the target's region. */
function changesOf(scope: SessionScope) {
  const { artifacts, target } = scope;
  const url = artifacts && artifactUrl(artifactsBucket(artifacts.prefix, target.region), '*', target.region);
  return { ...ownChangeSets(scope), ...(url && { 'cloudformation:TemplateUrl': url }) };
}

/** CreateChangeSet asks for AWS's own transforms as resources (CloudFormation User Guide, "Control access with IAM"). */
function transformsOfAws({ target }: SessionScope): Statement {
  const { region } = target;
  return allow('cloudformation:CreateChangeSet', `arn:${partitionOf(region)}:cloudformation:${region}:aws:transform/*`);
}

/** Whoever hands CloudFormation a role, or works on a stack that has one, must be allowed to pass it. */
function passExecutionRole({ target }: SessionScope): Statement {
  return {
    ...allow('iam:PassRole', roleArn(target, 'execution')),
    Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
  };
}

/**
 * CloudFormation fetches TemplateURL with the caller's session. Which key of the region it is only S3 knows; the role itself asks that it
 * be used through S3 and for these buckets. One statement for both, since length counts.
 */
function readArtifacts({ target: { region }, artifacts }: SessionScope): Statement[] {
  if (artifacts === undefined) return [];
  const objects = `arn:${partitionOf(region)}:s3:::${artifactsBucket(artifacts.prefix, region)}/*`;
  const Resource = [objects, artifactsKeys(artifacts.prefix, region)];
  return [{ Effect: 'Allow', Action: ['s3:GetObject', 'kms:Decrypt'], Resource }];
}

function arnOf({ account, region }: Placed, service: string, rest: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${rest}`;
}
