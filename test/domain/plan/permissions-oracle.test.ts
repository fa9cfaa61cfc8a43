/**
 * Whether somebody may do more, by our reading of templates and by that of the AWS CDK (@aws-cdk/cloudformation-diff). Where the two
 * differ, a table says why.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { describe, expect, it } from 'vitest';
import { permissionChanges } from '#shared/domain/plan/permissions.ts';
import { templateSides } from '#shared/domain/plan/template-sides.ts';
import { readSource } from '#shared/domain/template/source.ts';
import type { Json, JsonObject } from '#shared/domain/template/template.ts';

const parametersOf = ({ Parameters: declared }: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries((declared ?? {}) as Record<string, { Default?: Json }>).flatMap(([name, { Default: value }]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );

/** Whether somebody may do more, by our rule. */
function broadens(before: JsonObject, after: JsonObject): boolean {
  const sides = (template: JsonObject) => templateSides({ '': { after: template } }, 'after', parametersOf(template));
  return permissionChanges(sides(before), sides(after)).some(({ effect }) => effect === 'broadened');
}

const cdkBroadens = (before: JsonObject, after: JsonObject) => fullDiff(before, after).permissionsBroadened;

const empty: JsonObject = { Resources: {} };
const template = (resources: Readonly<Record<string, JsonObject>>): JsonObject => ({ Resources: { ...resources } });
const resource = (Type: string, Properties: JsonObject): JsonObject => ({ Type, Properties });
const statement = (more: JsonObject): JsonObject => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::b',
  ...more,
});
const policy = (...Statement: JsonObject[]) =>
  template({ P: resource('AWS::IAM::Policy', { PolicyName: 'p', Roles: ['r'], PolicyDocument: { Statement } }) });
const role = (Properties: JsonObject) => template({ R: resource('AWS::IAM::Role', Properties) });
const trust = (Principal: Json): JsonObject => ({
  AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] },
});
const group = (...SecurityGroupIngress: JsonObject[]) =>
  template({ G: resource('AWS::EC2::SecurityGroup', { GroupDescription: 'g', SecurityGroupIngress }) });
const rule = (more: JsonObject = {}): JsonObject => ({
  IpProtocol: 'tcp',
  FromPort: 443,
  ToPort: 443,
  CidrIp: '10.0.0.0/8',
  ...more,
});
const invoke = (more: JsonObject = {}) =>
  template({
    L: resource('AWS::Lambda::Permission', {
      FunctionName: 'f',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      ...more,
    }),
  });

describe('permissions are seen as the CDK sees them', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['nothing changes', policy(statement({})), policy(statement({}))],
    ['a policy comes', empty, policy(statement({}))],
    ['a policy goes', policy(statement({})), empty],
    ['an action more', policy(statement({})), policy(statement({ Action: ['s3:GetObject', 's3:PutObject'] }))],
    ['a resource more', policy(statement({})), policy(statement({ Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::c'] }))],
    ['a statement more', policy(statement({})), policy(statement({}), statement({ Action: 'sqs:*' }))],
    ['a denial more', policy(statement({})), policy(statement({}), statement({ Effect: 'Deny', Action: 'sqs:*' }))],
    ['a denial less', policy(statement({}), statement({ Effect: 'Deny', Action: 'sqs:*' })), policy(statement({}))],
    [
      'another condition',
      policy(statement({ Condition: { Bool: { a: 'true' } } })),
      policy(statement({ Condition: { Bool: { b: 'true' } } })),
    ],
    ['a managed policy more', role({ ManagedPolicyArns: ['arn:a'] }), role({ ManagedPolicyArns: ['arn:a', 'arn:b'] })],
    ['a managed policy less', role({ ManagedPolicyArns: ['arn:a', 'arn:b'] }), role({ ManagedPolicyArns: ['arn:a'] })],
    [
      'an inline policy comes',
      role({}),
      role({ Policies: [{ PolicyName: 'x', PolicyDocument: { Statement: [statement({})] } }] }),
    ],
    ['another principal', role(trust({ Service: 'a.amazonaws.com' })), role(trust({ Service: 'b.amazonaws.com' }))],
    ['a rule comes', group(), group(rule())],
    ['a rule goes', group(rule()), group()],
    ['a rule from anywhere', group(rule()), group(rule({ CidrIp: '0.0.0.0/0' }))],
    ['the description of a rule', group(rule()), group(rule({ Description: 'x' }))],
    ['who may invoke', empty, invoke()],
    ['who may invoke no longer', invoke(), empty],
    ['another source', invoke({ SourceArn: 'arn:a' }), invoke({ SourceArn: 'arn:b' })],
    [
      'a bucket policy',
      empty,
      template({
        B: resource('AWS::S3::BucketPolicy', {
          Bucket: 'b',
          PolicyDocument: { Statement: [statement({ Principal: '*' })] },
        }),
      }),
    ],
    [
      'a key policy',
      template({ K: resource('AWS::KMS::Key', { KeyPolicy: { Statement: [] } }) }),
      template({ K: resource('AWS::KMS::Key', { KeyPolicy: { Statement: [statement({ Principal: '*' })] } }) }),
    ],
    [
      'a queue policy that goes',
      template({
        B: resource('AWS::SQS::QueuePolicy', {
          Queues: ['q'],
          PolicyDocument: { Statement: [statement({ Principal: '*' })] },
        }),
      }),
      empty,
    ],
  ])('%s', (_name, before, after) => {
    expect(broadens(before, after)).toBe(cdkBroadens(before, after));
  });

  it.each<[string, JsonObject, JsonObject, { ours: boolean; cdk: boolean }]>([
    [
      'an action less: the CDK compares statements as a whole, we compare each action',
      policy(statement({ Action: ['s3:GetObject', 's3:PutObject'] })),
      policy(statement({})),
      { ours: false, cdk: true },
    ],
    [
      'a principal less: the same, we compare each principal',
      role(trust({ AWS: ['arn:aws:iam::123456789012:role/a', 'arn:aws:iam::123456789012:role/b'] })),
      role(trust({ AWS: 'arn:aws:iam::123456789012:role/a' })),
      { ours: false, cdk: true },
    ],
    [
      'what a wider statement allows already',
      policy(statement({ Action: 's3:*', Resource: '*' })),
      policy(statement({ Action: 's3:*', Resource: '*' }), statement({})),
      { ours: false, cdk: true },
    ],
    [
      'a condition is added: it only narrows',
      policy(statement({})),
      policy(statement({ Condition: { Bool: { a: 'true' } } })),
      { ours: false, cdk: true },
    ],
    [
      'a boundary goes: the CDK does not look at boundaries',
      role({ PermissionsBoundary: 'arn:b' }),
      role({}),
      { ours: true, cdk: false },
    ],
    [
      'a rule to the outside: we look at who gets in',
      template({ E: resource('AWS::EC2::SecurityGroupEgress', { GroupId: 'g', ...rule() }) }),
      template({ E: resource('AWS::EC2::SecurityGroupEgress', { GroupId: 'g', ...rule({ CidrIp: '0.0.0.0/0' }) }) }),
      { ours: false, cdk: true },
    ],
    [
      'a default value that a policy is made of: the CDK compares the text of the policy, we its value',
      {
        Parameters: { P: { Type: 'String', Default: 'arn:aws:s3:::b' } },
        ...policy(statement({ Resource: { Ref: 'P' } })),
      },
      { Parameters: { P: { Type: 'String', Default: '*' } }, ...policy(statement({ Resource: { Ref: 'P' } })) },
      { ours: true, cdk: false },
    ],
  ])('differs: %s', (_name, before, after, expected) => {
    expect({ ours: broadens(before, after), cdk: cdkBroadens(before, after) }).toEqual(expected);
  });
});

const corpus = '../shared/corpus';

describe.skipIf(!existsSync(corpus))('templates that nobody of this project wrote', () => {
  const read = (path: string): JsonObject => {
    const source = readSource(readFileSync(`${corpus}/${path}`, 'utf8'));
    return source.kind === 'source' ? (source.data as JsonObject) : empty;
  };

  /** Resources with which somebody may do more by our reading and not by the CDK's, and why. */
  it.each<[string, Readonly<Record<string, string>>]>([
    ['AppRunner/AppRunnerServiceFromECR.yaml', {}],
    ['DataFirehose/DataFirehoseDeliveryStream.yaml', {}],
    ['EC2/EIP_With_Association.yaml', {}],
    ['ECS/EC2LaunchType/clusters/private-vpc.yaml', {}],
    ['ElasticLoadBalancing/ELB_Access_Logs_And_Connection_Draining.yaml', {}],
    [
      'NeptuneDB/Neptune.yaml',
      {
        NeptuneCloudWatchPolicy: 'a managed policy that names no role: the CDK looks only at those that do',
        NeptuneS3Policy: 'the same',
      },
    ],
    ['S3/s3-bucket-and-policy-for-caa-v1.yaml', {}],
    ['Solutions/CloudFormationEndpointSignals/cfn-endpoint-waitcondition.yaml', {}],
    ['Solutions/VPCPeering/templates/VPCPeering-Accepter-Role.cfn.yaml', {}],
    [
      'Solutions/WebApp/webapp.yaml',
      {
        TestResourceHandlerPolicy: 'AWS::IAM::RolePolicy, a type that the CDK does not know as one that grants',
        SiteContentReplicationPolicy: 'the same',
        SiteCloudFrontLogsReplicationPolicy: 'the same',
      },
    ],
  ])('%s', (path, differences) => {
    const whole = read(path);
    const resources = whole['Resources'] as Record<string, JsonObject>;
    expect(broadens(whole, whole)).toBe(false);
    expect(broadens(whole, empty)).toBe(cdkBroadens(whole, empty));
    const without = (id: string): JsonObject => {
      const { [id]: _, ...others } = resources;
      return { ...whole, Resources: others };
    };
    const ours = Object.keys(resources).filter((id) => broadens(without(id), whole));
    const cdk = Object.keys(resources).filter((id) => cdkBroadens(without(id), whole));
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.toSorted()).toEqual([...cdk, ...Object.keys(differences)].toSorted());
  });
});
