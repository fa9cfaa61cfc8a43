import { SetStackPolicyCommand, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeSettings } from '#shared/aws/stack-settings.ts';
import type { SettingsToMake } from '#shared/domain/plan/settings.ts';
import { stackId } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const policy = '{"Statement":[]}';
beforeEach(() => {
  cloudFormation.on(SetStackPolicyCommand).resolves({});
  cloudFormation.on(UpdateTerminationProtectionCommand).resolves({});
});

describe('making the settings of a stack', () => {
  it.each<[string, SettingsToMake, object[]]>([
    ['asks for nothing where nothing is to be set', {}, []],
    ['sets the policy', { stackPolicy: policy }, [{ StackName: stackId, StackPolicyBody: policy }]],
    [
      'switches protection on',
      { terminationProtection: true },
      [{ StackName: stackId, EnableTerminationProtection: true }],
    ],
    [
      'switches protection off',
      { terminationProtection: false },
      [{ StackName: stackId, EnableTerminationProtection: false }],
    ],
    [
      'sets both',
      { terminationProtection: true, stackPolicy: policy },
      [
        { StackName: stackId, StackPolicyBody: policy },
        { StackName: stackId, EnableTerminationProtection: true },
      ],
    ],
  ])('%s', async (_, settings, calls) => {
    await makeSettings(session, stackId, settings);
    expect(cloudFormation.calls().map(({ args }) => args[0].input)).toEqual(calls);
  });

  it.each([
    [SetStackPolicyCommand, { stackPolicy: policy }],
    [UpdateTerminationProtectionCommand, { terminationProtection: true }],
  ])('reports what AWS refuses', async (command, settings) => {
    cloudFormation.on(command as never).rejects(awsError('AccessDenied', 'denied', 403));
    await expect(makeSettings(session, stackId, settings)).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
  });
});
