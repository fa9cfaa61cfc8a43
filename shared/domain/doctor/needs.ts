/** What the steps of a promotion need of each role: the calls they make, on which resource, with which condition keys. */
import type { RequestContext } from '../iam/request-context.ts';
import {
  artifactsBucket,
  artifactsKeys,
  type Placed,
  partitionOf,
  regionalS3,
  roleArn,
  roleName,
  type TargetRole,
} from '../names.ts';
import { type StepKind, stackActions } from '../trust/session-policy.ts';

export interface Need {
  /** The step that makes the call. */
  readonly step: string;
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Where extends Placed {
  readonly orchestratorAccount: string;
  /** `<name>/<id>` of the stack that stands for all. */
  readonly stack: string;
}

/** The kinds of step that work with each role. */
const kindsOf = {
  preview: ['preview', 'read'],
  deploy: ['execute', 'recover'],
  audit: ['audit', 'invoke', 'run', 'watch', 'drift'],
} as const;

/** How a person knows the kinds of step. */
const stepOf: Record<StepKind, string> = {
  ...{ preview: 'plan', read: 'verify', execute: 'execute', recover: 'recover', audit: 'audit' },
  ...{ invoke: 'verify', run: 'verify', watch: 'soak', drift: 'detect-drift' },
};

/** The needs of one role: on stacks, exactly what the session policies of its steps allow; besides, what those steps need elsewhere. */
export function needsOf(role: TargetRole, where: Where): Need[] {
  const onStacks = kindsOf[role].flatMap((kind) => stackActions[kind].map((action) => onStack(where, kind, action)));
  return [...onStacks, ...{ preview: previewNeeds, deploy: deployNeeds, audit: auditNeeds }[role](where)];
}

function previewNeeds(where: Where): Need[] {
  const { region } = where;
  const transform = `arn:${partitionOf(region)}:cloudformation:${region}:aws:transform/Serverless-2016-10-31`;
  const need = (action: string, resource: string) => ({ step: 'plan', action, resource, context: {} });
  return [
    passRole(where, 'plan'),
    ...artifacts(where, 'plan'),
    need('cloudformation:CreateChangeSet', transform),
    need('cloudformation:ListHookResults', '*'),
    need('cloudformation:ListImports', '*'),
  ];
}

function deployNeeds(where: Where): Need[] {
  return [passRole(where, 'execute'), passRole(where, 'recover')];
}

function auditNeeds({ account, region }: Where): Need[] {
  const partition = partitionOf(region);
  const iam = (resource: string) => `arn:${partition}:iam::${account}:${resource}`;
  const need = (step: string, action: string, resource: string) => ({ step, action, resource, context: {} });
  const role = iam(`role/drawbridge/${roleName('audit')}`);
  const rule = `arn:${partition}:events:${region}:${account}:rule/drawbridge-stack-events`;
  return [
    need('audit', 'iam:GetAccountSummary', '*'),
    need('audit', 'iam:ListUsers', iam('user/')),
    need('audit', 'iam:ListAccessKeys', iam('user/anybody')),
    need('audit', 'iam:ListRoles', iam('role/')),
    ...['ListOpenIDConnectProviders', 'ListSAMLProviders'].map((action) => need('audit', `iam:${action}`, '*')),
    need('broker', 'sts:DecodeAuthorizationMessage', '*'),
    ...['GetRole', 'ListRolePolicies', 'GetRolePolicy', 'ListAttachedRolePolicies'].map((action) =>
      need('doctor', `iam:${action}`, role),
    ),
    ...['GetPolicy', 'GetPolicyVersion'].map((action) => need('doctor', `iam:${action}`, iam('policy/any'))),
    need('detect-drift', 'cloudformation:DescribeStackDriftDetectionStatus', '*'),
    ...['DescribeRule', 'ListTargetsByRule'].map((action) => need('doctor', `events:${action}`, rule)),
    ...probeNeeds({ account, region }),
  ];
}

/** Any probe stands for all. */
function probeNeeds({ account, region }: Placed): Need[] {
  const arn = (rest: string) => `arn:${partitionOf(region)}:${rest.replace(':', `:${region}:${account}:`)}`;
  const need = (step: string, action: string, resource: string) => ({ step, action, resource, context: {} });
  return [
    need('verify', 'lambda:InvokeFunction', arn('lambda:function:drawbridge-verify-any')),
    need('verify', 'states:StartExecution', arn('states:stateMachine:drawbridge-verify-any')),
    need('verify', 'states:DescribeExecution', arn('states:execution:drawbridge-verify-any:any')),
    ...['DescribeAlarms', 'DescribeAlarmHistory'].map((action) => need('soak', `cloudwatch:${action}`, '*')),
  ];
}

function onStack(where: Where, kind: StepKind, action: string): Need {
  const { account, region, stack } = where;
  const resource = `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/${stack}`;
  const context = contextsOf(where, kind)[action] ?? {};
  return { step: stepOf[kind], action: `cloudformation:${action}`, resource, context };
}

/** A change set is planned by its name and executed by its ARN, so that is what the condition sees. */
function contextsOf(where: Where, kind: StepKind): Readonly<Record<string, RequestContext>> {
  const { account, region } = where;
  const name = 'drawbridge-prm-0123456789abcdef-1';
  const arn = `arn:${partitionOf(region)}:cloudformation:${region}:${account}:changeSet/${name}/0`;
  const changeSet = { 'cloudformation:ChangeSetName': kind === 'execute' ? arn : name };
  const role = { 'cloudformation:RoleARN': roleArn(where, 'execution') };
  return {
    CreateChangeSet: { ...changeSet, ...role },
    ...{ DescribeChangeSet: changeSet, DeleteChangeSet: changeSet, ExecuteChangeSet: changeSet },
    ...{ ContinueUpdateRollback: role, RollbackStack: role, DeleteStack: role },
  };
}

/** CloudFormation checks that whoever names the execution role may pass it. */
function passRole(where: Where, step: string): Need {
  const context = { 'iam:PassedToService': 'cloudformation.amazonaws.com' };
  return { step, action: 'iam:PassRole', resource: roleArn(where, 'execution'), context };
}

/** CloudFormation fetches templates with the session of the caller, and S3 decrypts them with it. */
function artifacts({ orchestratorAccount, region }: Where, step: string): Need[] {
  const prefix = `drawbridge-artifacts-${orchestratorAccount}`;
  const bucket = `arn:${partitionOf(region)}:s3:::${artifactsBucket(prefix, region)}`;
  const owner = { 'aws:ResourceAccount': orchestratorAccount };
  const viaS3 = { 'kms:ViaService': regionalS3(region), 'kms:EncryptionContext:aws:s3:arn': bucket };
  return [
    { step, action: 's3:GetObject', resource: `${bucket}/templates/any`, context: owner },
    {
      ...{ step, action: 'kms:Decrypt', resource: artifactsKeys(prefix, region).replace('*', 'any') },
      context: { ...owner, ...viaS3 },
    },
  ];
}
