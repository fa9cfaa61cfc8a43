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

/** The needs of one role; a call of a step that is missing here is found by the tests of a whole promotion. */
export function needsOf(role: TargetRole, where: Where): Need[] {
  return { preview: previewNeeds, deploy: deployNeeds, audit: auditNeeds }[role](where);
}

function previewNeeds(where: Where): Need[] {
  const name = 'drawbridge-prm-0123456789abcdef-1';
  const changeSet = { 'cloudformation:ChangeSetName': name };
  const roleArnKey = { 'cloudformation:RoleARN': roleArn(where, 'execution') };
  return [
    ...onStack(where, 'plan', { DescribeStacks: {}, GetTemplate: {} }),
    ...onStack(where, 'plan', { CreateChangeSet: { ...changeSet, ...roleArnKey } }),
    ...onStack(where, 'plan', { DescribeChangeSet: changeSet, DeleteChangeSet: changeSet }),
    passRole(where, 'plan'),
    ...artifacts(where, 'plan'),
    ...onStack(where, 'discard', { ListChangeSets: {} }),
    ...onStack(where, 'resume', { DescribeStackEvents: {} }),
  ];
}

/** A planned change set is executed by its ARN, so that is the name the condition sees. */
function deployNeeds(where: Where): Need[] {
  const { account, region } = where;
  const arn = `arn:${partitionOf(region)}:cloudformation:${region}:${account}:changeSet/drawbridge-prm-0123456789abcdef-1/0`;
  const changeSet = { 'cloudformation:ChangeSetName': arn };
  return [
    ...onStack(where, 'execute', { DescribeChangeSet: changeSet, ExecuteChangeSet: changeSet }),
    ...onStack(where, 'execute', { DescribeStackEvents: {} }),
    passRole(where, 'execute'),
  ];
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
    ...['GetRole', 'ListRolePolicies', 'GetRolePolicy', 'ListAttachedRolePolicies'].map((action) =>
      need('doctor', `iam:${action}`, role),
    ),
    ...['GetPolicy', 'GetPolicyVersion'].map((action) => need('doctor', `iam:${action}`, iam('policy/any'))),
    ...['DescribeRule', 'ListTargetsByRule'].map((action) => need('doctor', `events:${action}`, rule)),
  ];
}

function onStack(
  { account, region, stack }: Where,
  step: string,
  actions: Readonly<Record<string, RequestContext>>,
): Need[] {
  const resource = `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/${stack}`;
  return Object.entries(actions).map(([action, context]) => ({
    ...{ step, action: `cloudformation:${action}`, resource, context },
  }));
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
