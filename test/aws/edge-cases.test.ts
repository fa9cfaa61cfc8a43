/**
 * Edge cases that the sandbox does not have, on the shapes of AWS's model: E13, E14, E17, E18, E26, E27, E30, E31 and E37 of
 * docs/reference/edge-cases.md. That AWS really answers so is unproven until an account says it.
 */
import {
  type Change,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandInput,
  type DescribeChangeSetCommandOutput,
  DescribeEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListHookResultsCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { readChangeSet } from '#shared/aws/change-sets.ts';
import { createChangeSet } from '#shared/aws/create-change-set.ts';
import { explainRefusal } from '#shared/aws/explain-refusal.ts';
import { lookAtStack } from '#shared/aws/prepare-stack.ts';
import { partitionOf, roleArn } from '#shared/domain/names.ts';
import { untouched } from '#shared/domain/plan/stack-plan.ts';
import { judge } from '#shared/domain/policy/judge.ts';
import { aDesiredStack, changeSetId, promotionId, stackId, templateText } from '#test/builders.ts';
import { aPlan, aTargetPlan } from '#test/domain/policy/policy-builders.ts';
import { cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const name = `drawbridge-${promotionId}-1`;
const reference = { stackName: 'orders-api', changeSet: name };

describe('E13 property values that CloudFormation could not fit', () => {
  const incomplete =
    'The --include-property-values option can return incomplete ChangeSet data because the ChangeSet is too large.';
  const change = (LogicalResourceId: string, value?: string): Change => ({
    Type: 'Resource',
    ResourceChange: {
      Action: 'Modify',
      LogicalResourceId,
      ResourceType: 'AWS::SSM::Parameter',
      Replacement: 'False',
      Scope: ['Properties'],
      Details: [{ Target: { Attribute: 'Properties', Name: 'Value', ...(value && { AfterValue: value }) } }],
    },
  });
  const page = (part: Partial<DescribeChangeSetCommandOutput>) =>
    ({ Status: 'CREATE_COMPLETE', ChangeSetId: changeSetId, StackId: stackId, $metadata: {}, ...part }) as never;

  it('are asked again without values, with every page, and the values that came are kept', async () => {
    const asked: DescribeChangeSetCommandInput[] = [];
    cloudFormation.on(DescribeChangeSetCommand).callsFake((input: DescribeChangeSetCommandInput) => {
      asked.push(input);
      if (input.IncludePropertyValues === true)
        return page({ StatusReason: incomplete, Changes: [change('First', 'two')] });
      return input.NextToken === undefined
        ? page({ Changes: [change('First')], NextToken: 'more' })
        : page({ Changes: [change('Second')] });
    });
    const found = await readChangeSet(session, reference);
    expect(asked.map(({ IncludePropertyValues, NextToken }) => [IncludePropertyValues, NextToken])).toEqual([
      [true, undefined],
      [false, undefined],
      [false, 'more'],
    ]);
    expect(found.kind).toBe('ready');
    const changes = found.kind === 'ready' ? found.changes : [];
    expect(changes.map(({ logicalId, details }) => [logicalId, details[0]?.after])).toEqual([
      ['First', 'two'],
      ['Second', undefined],
    ]);
  });
});

describe('E14, E30, E31: what is asked for a change set', () => {
  const inputOf = async (type: 'CREATE' | 'UPDATE') => {
    cloudFormation.on(CreateChangeSetCommand).resolves({});
    const desired = aDesiredStack({ onCreateFailure: 'rollback', rollback: { alarms: [], monitorMinutes: 0 } });
    await createChangeSet(session, { name, type, desired });
    return cloudFormation.commandCalls(CreateChangeSetCommand).at(-1)!.args[0].input;
  };

  it.each(['CREATE', 'UPDATE'] as const)('E14 a template goes by its URL in a %s, never as a body', async (type) => {
    const input = await inputOf(type);
    expect(input.TemplateURL).toMatch(/^https:\/\/.*\.amazonaws\.com\/templates\//);
    expect(input).not.toHaveProperty('TemplateBody');
    expect(input).not.toHaveProperty('UsePreviousTemplate');
  });

  it.each(['CREATE', 'UPDATE'] as const)('E30 no express mode is asked for in a %s', async (type) => {
    expect(await inputOf(type)).not.toHaveProperty('DeploymentConfig');
  });

  it.each(['CREATE', 'UPDATE'] as const)('E31 no revert of drift is asked for in a %s', async (type) => {
    expect(await inputOf(type)).not.toHaveProperty('DeploymentMode');
  });

  it.each(['CREATE', 'UPDATE'] as const)('E18 no import is asked for in a %s', async (type) => {
    const input = await inputOf(type);
    expect(input).not.toHaveProperty('ImportExistingResources');
    expect(input).not.toHaveProperty('ResourcesToImport');
    expect(input.ChangeSetType).toBe(type);
  });
});

describe('E17 what a transform makes of a template', () => {
  const processedIs = (processed: object) => {
    cloudFormation.on(DescribeChangeSetCommand).resolves({
      ...{ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', Changes: [] },
      ...{ ChangeSetId: changeSetId, ChangeSetName: name, StackId: stackId },
      Parameters: [{ ParameterKey: 'Size', ParameterValue: '1' }],
      Tags: [{ Key: 'team', Value: 'commerce' }],
    });
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: templateText('api') });
    const asProcessed = { TemplateStage: 'Processed', ChangeSetName: changeSetId } as const;
    cloudFormation.on(GetTemplateCommand, asProcessed).resolves({ TemplateBody: JSON.stringify(processed) });
    const shell = { StackName: 'orders-api', StackId: stackId, CreationTime: new Date(0) };
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ ...shell, StackStatus: 'REVIEW_IN_PROGRESS' }] });
    const gate = { account: '333333333333', transforms: [], artifactsBuckets: [] };
    const allowed = { recreateFailedCreations: false, forceDelete: false };
    return lookAtStack(session, aDesiredStack(), { name, gate, recovery: { allowed, skip: [] } });
  };

  it('is gated: a user that is in no template that anybody wrote is found', async () => {
    const made = { Resources: { Made: { Type: 'AWS::IAM::User' } } };
    await expect(processedIs(made)).rejects.toMatchObject({ problem: { code: 'GATE_STATIC_CREDENTIAL' } });
  });

  it('is planned where there is nothing against it', async () => {
    expect((await processedIs({ Resources: { Made: { Type: 'AWS::SNS::Topic' } } })).kind).toBe('planned');
  });
});

describe('E18 an import that a change set plans all the same', () => {
  const judged = (action: 'Import' | 'Remove') => {
    const change = { action, logicalId: 'Table', type: 'AWS::DynamoDB::Table', scope: [], details: [] } as const;
    const stack = { ...untouched({ stack: 'web', stackName: 'orders-web' }), kind: 'changes' as const };
    const plan = aPlan(aTargetPlan([{ ...stack, changes: [{ ...change, scope: [], details: [] }] }]));
    const targets = [{ name: 'production', labels: {} }];
    return judge(plan, { policies: [], targets, production: true } as unknown as Parameters<typeof judge>[1]);
  };

  it('is gated as a removal is', () => {
    const rules = (action: 'Import' | 'Remove') => judged(action).denials.map(({ rule }) => rule);
    expect(rules('Import')).toEqual(['default/stateful-data']);
    expect(rules('Import')).toEqual(rules('Remove'));
  });
});

describe('E26 a hook that failed a change set', () => {
  const reason = 'The following hook(s)/validation failed: [Company::Guard::Hook].';

  it('is told with the hook and its message; hooks that only warn are not', async () => {
    cloudFormation.on(ListHookResultsCommand, { TargetType: 'CHANGE_SET', TargetId: changeSetId }).resolves({
      HookResults: [
        {
          HookResultId: '1',
          TypeName: 'Company::Guard::Hook',
          Status: 'HOOK_COMPLETE_FAILED',
          FailureMode: 'FAIL',
          HookStatusReason: 'no public topics',
        },
        { HookResultId: '2', TypeName: 'Company::Hint::Hook', Status: 'HOOK_COMPLETE_FAILED', FailureMode: 'WARN' },
        { HookResultId: '3', TypeName: 'Company::Fine::Hook', Status: 'HOOK_COMPLETE_SUCCEEDED', FailureMode: 'FAIL' },
      ],
    });
    const told = await explainRefusal(session, { stackName: 'orders-api', changeSet: changeSetId, reason });
    expect(told).toBe(`${reason} Company::Guard::Hook: no public topics`);
  });
});

describe('E27 early validation that failed a change set', () => {
  const reason = 'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation].';

  it('is told with the resource, the path and the text', async () => {
    const filters = { StackName: 'orders-api', ChangeSetName: changeSetId, Filters: { FailedEvents: true } };
    cloudFormation.on(DescribeEventsCommand, filters).resolves({
      OperationEvents: [
        {
          LogicalResourceId: 'Bucket',
          ValidationName: 'PROPERTY_VALIDATION',
          ValidationPath: '/Resources/Bucket/Properties/BucketNam',
          ValidationStatusReason: 'extraneous key [BucketNam] is not permitted',
        },
        { LogicalResourceId: 'Other' },
      ],
    });
    const told = await explainRefusal(session, { stackName: 'orders-api', changeSet: changeSetId, reason });
    expect(told).toBe(
      `${reason} Bucket /Resources/Bucket/Properties/BucketNam PROPERTY_VALIDATION extraneous key [BucketNam] is not permitted`,
    );
  });

  it('is never switched off', async () => {
    cloudFormation.on(CreateChangeSetCommand).resolves({});
    const desired = aDesiredStack({ onCreateFailure: 'rollback', rollback: { alarms: [], monitorMinutes: 0 } });
    await createChangeSet(session, { name, type: 'CREATE', desired });
    const [call] = cloudFormation.commandCalls(CreateChangeSetCommand);
    expect(Object.keys(call!.args[0].input).filter((key) => /validation/i.test(key))).toEqual([]);
  });
});

it.each([
  ['eu-west-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('E37 the ARNs of %s are in the partition %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
  expect(roleArn({ account: '333333333333', region }, 'execution')).toBe(
    `arn:${partition}:iam::333333333333:role/drawbridge/drawbridge-execution`,
  );
});
