/** CloudWatch's alarms over the wire, asked by AWS's own client, and what CloudFormation makes of them. */
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  InvalidFormatFault,
  InvalidNextToken,
  ResourceNotFound,
  SetAlarmStateCommand,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudformationService } from '#sandbox/cloudformation/service.ts';
import { cloudWatchService } from '#sandbox/cloudwatch/service.ts';
import type { AlarmFault } from '#sandbox/fault.ts';
import { iamService } from '#sandbox/iam/service.ts';
import type { Service } from '#sandbox/kernel.ts';
import { administratorRole, homeRegion, organizationsService, seedIdentities } from '#sandbox/organization.ts';
import { createFaults } from '#sandbox/runtime/faults.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { template } from '../cloudformation/scenario.ts';

const account = '222222222222';
const delivered: { detail: object; 'detail-type': string; account: string; resources: string[] }[] = [];
const bus: Service = {
  name: 'events',
  operations: {},
  jobs: { deliver: (_sandbox, { event }: { event: never }) => void delivered.push(event) },
  providers: {},
};
const metric = (name: string, more: object = {}) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: name,
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: '2',
    Threshold: '5',
    ...more,
  },
});
const alarms = {
  Errors: metric('orders-errors', { AlarmDescription: 'too many', MetricName: '5xx', Namespace: 'AWS/ApiGateway' }),
  Slow: metric('orders-slow'),
  Other: metric('other'),
  Any: {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: { AlarmName: 'orders-any', AlarmRule: 'ALARM(orders-errors)' },
  },
};
const arn = (name: string) => `arn:aws:cloudwatch:${homeRegion}:${account}:alarm:${name}`;

let sandbox: RunningSandbox;
let cloudFormation: CloudFormationClient;
let client: CloudWatchClient;

beforeEach(async () => {
  delivered.length = 0;
  const services = [stsService, iamService, cloudformationService, cloudWatchService, bus];
  sandbox = await startSandbox({ seed: 1, services });
  seedIdentities(sandbox);
  const credentials = sandbox.openSession({
    roleArn: `arn:aws:iam::${account}:role/${administratorRole}`,
    sessionName: 'test',
    service: organizationsService,
    durationSeconds: 36_000,
  });
  const common = {
    region: homeRegion,
    endpoint: sandbox.endpoint,
    credentials,
    systemClockOffset: sandbox.now() - Date.now(),
    maxAttempts: 1,
  };
  cloudFormation = new CloudFormationClient(common);
  client = new CloudWatchClient(common);
  await deploy('alarms', template(alarms));
});

afterEach(async () => {
  client.destroy();
  cloudFormation.destroy();
  await sandbox.close();
});

async function deploy(StackName: string, TemplateBody: string, more: object = {}) {
  const input = { StackName, ChangeSetName: 'first', ChangeSetType: 'CREATE', TemplateBody, ...more } as const;
  const { Id } = await cloudFormation.send(new CreateChangeSetCommand(input));
  await sandbox.run();
  await cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }));
  await sandbox.run();
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return Stacks?.[0];
}

const set = (AlarmName: string, StateValue: StateValue, more: object = {}) =>
  client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'checked', ...more }));
const describeAlarms = (input: DescribeAlarmsCommandInput) => client.send(new DescribeAlarmsCommand(input));
async function names(input: DescribeAlarmsCommandInput) {
  const { MetricAlarms = [], CompositeAlarms = [] } = await describeAlarms(input);
  return [MetricAlarms.map(({ AlarmName }) => AlarmName), CompositeAlarms.map(({ AlarmName }) => AlarmName)];
}

describe('an alarm', () => {
  it('begins in INSUFFICIENT_DATA, with what the template says of it', async () => {
    const { MetricAlarms } = await describeAlarms({ AlarmNames: ['orders-errors'] });
    expect(MetricAlarms).toEqual([
      {
        AlarmName: 'orders-errors',
        AlarmArn: arn('orders-errors'),
        AlarmDescription: 'too many',
        AlarmConfigurationUpdatedTimestamp: expect.any(Date),
        ActionsEnabled: true,
        MetricName: '5xx',
        Namespace: 'AWS/ApiGateway',
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 2,
        Threshold: 5,
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        StateUpdatedTimestamp: expect.any(Date),
        StateTransitionedTimestamp: expect.any(Date),
      },
    ]);
  });

  it('is put into a state, and the account’s default bus is told of a change', async () => {
    await set('orders-errors', 'ALARM', { StateReasonData: '{"datapoints":[9]}' });
    await sandbox.run();
    await set('orders-errors', 'ALARM');
    await sandbox.run();
    const { MetricAlarms } = await describeAlarms({ AlarmNames: ['orders-errors'] });
    const [alarm] = MetricAlarms ?? [];
    expect(alarm).toMatchObject({ StateValue: 'ALARM', StateReason: 'checked' });
    expect(alarm?.StateUpdatedTimestamp?.getTime()).toBeGreaterThan(alarm?.StateTransitionedTimestamp?.getTime() ?? 0);
    expect(delivered.filter((event) => event['detail-type'] === 'CloudWatch Alarm State Change')).toMatchObject([
      {
        source: 'aws.cloudwatch',
        account,
        resources: [arn('orders-errors')],
        detail: {
          alarmName: 'orders-errors',
          state: { value: 'ALARM', reason: 'checked', reasonData: '{"datapoints":[9]}' },
          previousState: { value: 'INSUFFICIENT_DATA' },
        },
      },
    ]);
  });

  it.each<[string, string, object, new (...given: never[]) => Error, string]>([
    ['an alarm nobody has', 'gone', {}, ResourceNotFound, 'gone does not exist'],
    ['data that is no JSON', 'other', { StateReasonData: 'no' }, InvalidFormatFault, 'not valid JSON'],
  ])('is not put into a state with %s', async (_case, name, more, type, message) => {
    const refused = set(name, 'OK', more);
    await expect(refused).rejects.toBeInstanceOf(type);
    await expect(refused).rejects.toThrow(message);
  });

  it.each([
    [
      'a state that is none',
      { StateValue: 'RED' as StateValue },
      'Member must satisfy enum value set: [OK, ALARM, INSUFFICIENT_DATA]',
    ],
    ['too long a reason', { StateReason: 'x'.repeat(1_024) }, 'StateReason is longer'],
  ])('is not put into %s', async (_case, more, message) => {
    await expect(set('other', 'OK', more)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  it('goes with its stack', async () => {
    expect(Object.keys(sandbox.world.cloudwatch.alarms)).toHaveLength(4);
    const roleless = template({ Errors: alarms.Errors });
    const input = { StackName: 'alarms', ChangeSetName: 'next', TemplateBody: roleless };
    const { Id } = await cloudFormation.send(new CreateChangeSetCommand(input));
    await sandbox.run();
    await cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }));
    await sandbox.run();
    expect(Object.keys(sandbox.world.cloudwatch.alarms)).toEqual([arn('orders-errors')]);
  });

  it('keeps its name to itself', async () => {
    expect((await deploy('second', template({ Errors: alarms.Errors })))?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await describeAlarms({ AlarmNames: ['orders-errors'] })).MetricAlarms).toHaveLength(1);
  });
});

describe('DescribeAlarms', () => {
  it.each<[string, DescribeAlarmsCommandInput, string[], string[]]>([
    ['all metric alarms', {}, ['orders-errors', 'orders-slow', 'other'], []],
    ['those of a prefix', { AlarmNamePrefix: 'orders-' }, ['orders-errors', 'orders-slow'], []],
    ['those it names, without those nobody has', { AlarmNames: ['other', 'gone'] }, ['other'], []],
    ['composite alarms where they are asked for', { AlarmTypes: ['CompositeAlarm'] }, [], ['orders-any']],
    [
      'both kinds',
      { AlarmNamePrefix: 'orders-', AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
      ['orders-errors', 'orders-slow'],
      ['orders-any'],
    ],
    ['those in a state', { StateValue: 'ALARM' }, ['orders-slow'], []],
  ])('answers %s', async (_case, input, metrics, composites) => {
    await set('orders-slow', 'ALARM');
    expect(await names(input)).toEqual([metrics, composites]);
  });

  it('answers in pages', async () => {
    const first = await describeAlarms({ MaxRecords: 2 });
    const second = await describeAlarms({ MaxRecords: 2, NextToken: first.NextToken });
    const pages = [first, second].map(({ MetricAlarms }) => MetricAlarms?.length);
    expect([pages, second.NextToken]).toEqual([[2, 1], undefined]);
    await expect(describeAlarms({ NextToken: 'other' })).rejects.toBeInstanceOf(InvalidNextToken);
  });

  it.each<[string, DescribeAlarmsCommandInput]>([
    ['a prefix together with names', { AlarmNamePrefix: 'a', AlarmNames: ['b'] }],
    ['more than a hundred records', { MaxRecords: 101 }],
    ['what the sandbox does not know', { ActionPrefix: 'arn:aws:sns' }],
  ])('refuses %s', async (_case, input) => {
    await expect(describeAlarms(input)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('a rollback trigger', () => {
  const RollbackConfiguration = {
    RollbackTriggers: [{ Arn: arn('orders-errors'), Type: 'AWS::CloudWatch::Alarm' }],
  };
  const role = (name: string, actions: string[]) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'cloudformation.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: 'rights',
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
        },
      ],
    },
  });

  it.each([
    ['may read the alarm', ['sqs:*', 'cloudwatch:DescribeAlarms'], 'CREATE_COMPLETE'],
    ['may not', ['sqs:*'], 'ROLLBACK_COMPLETE'],
  ])('is read with the execution role, which %s', async (_case, actions, status) => {
    const roles = template({ Execution: role('execution', actions) });
    await deploy('roles', roles, { Capabilities: ['CAPABILITY_NAMED_IAM'] });
    const RoleARN = `arn:aws:iam::${account}:role/execution`;
    const stack = await deploy('orders', template({ Jobs: { Type: 'AWS::SQS::Queue' } }), {
      RoleARN,
      RollbackConfiguration,
    });
    expect(stack?.StackStatus).toBe(status);
  });

  it('undoes what is deployed while its alarm is in ALARM', async () => {
    await set('orders-errors', 'ALARM');
    const stack = await deploy('orders', template({ Jobs: { Type: 'AWS::SQS::Queue' } }), { RollbackConfiguration });
    expect(stack).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE', RollbackConfiguration });
  });
});

const history = async (input: DescribeAlarmHistoryCommandInput) => {
  const { AlarmHistoryItems = [], NextToken } = await client.send(new DescribeAlarmHistoryCommand(input));
  return { NextToken, items: AlarmHistoryItems.map(({ AlarmName, HistorySummary }) => [AlarmName, HistorySummary]) };
};
const stateOf = async (AlarmName: string) => {
  const found = await describeAlarms({ AlarmNames: [AlarmName], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
  return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])][0]?.StateValue;
};

describe('a new alarm', () => {
  it('is OK after a minute, since nothing happens here, and does not keep the clock running for it', async () => {
    expect(await stateOf('orders-any')).toBe('INSUFFICIENT_DATA');
    await sandbox.advance(60_000);
    expect([await stateOf('orders-any'), await stateOf('orders-slow')]).toEqual(['OK', 'OK']);
  });

  it('stays as somebody set it meanwhile', async () => {
    await set('orders-slow', 'ALARM');
    await sandbox.advance(60_000);
    expect(await stateOf('orders-slow')).toBe('ALARM');
  });
});

describe('the history of an alarm', () => {
  it('holds every change of its state, the newest first, with what AWS tells of it', async () => {
    for (const [state, reason] of [
      ['OK', 'fine'],
      ['OK', 'still'],
      ['ALARM', '12 errors'],
      ['OK', 'over'],
    ] as const) {
      await sandbox.advance(10);
      await set('orders-errors', state, { StateReason: reason });
    }
    const { items } = await history({ AlarmName: 'orders-errors' });
    expect(items.map(([, summary]) => summary)).toEqual([
      'Alarm updated from ALARM to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from INSUFFICIENT_DATA to OK',
    ]);
    const whole = await client.send(new DescribeAlarmHistoryCommand({ AlarmName: 'orders-errors', MaxRecords: 2 }));
    expect(JSON.parse(`${whole.AlarmHistoryItems?.[1]?.HistoryData}`)).toEqual({
      version: '1.0',
      oldState: { stateValue: 'OK', stateReason: 'still' },
      newState: { stateValue: 'ALARM', stateReason: '12 errors' },
    });
    const { NextToken } = whole;
    expect((await history({ AlarmName: 'orders-errors', MaxRecords: 2, NextToken })).items).toHaveLength(1);
  });

  it('is of metric alarms unless it is asked otherwise, of a time, and oldest first where that is wanted', async () => {
    const begin = new Date(sandbox.now());
    await sandbox.advance(1000);
    await set('orders-any', 'ALARM');
    await set('orders-slow', 'ALARM');
    await sandbox.advance(1000);
    const middle = new Date(sandbox.now());
    await sandbox.advance(1000);
    await set('orders-slow', 'OK');
    expect((await history({})).items.map(([name]) => name)).toEqual(['orders-slow', 'orders-slow']);
    expect((await history({ AlarmTypes: ['CompositeAlarm'] })).items.map(([name]) => name)).toEqual(['orders-any']);
    const slow = { AlarmName: 'orders-slow', ScanBy: 'TimestampAscending' } as const;
    expect((await history({ ...slow, StartDate: begin })).items).toHaveLength(2);
    expect((await history({ ...slow, StartDate: middle })).items).toEqual([
      ['orders-slow', 'Alarm updated from ALARM to OK'],
    ]);
    expect((await history({ ...slow, EndDate: middle })).items).toHaveLength(1);
    expect((await history({ ...slow, HistoryItemType: 'Action' })).items).toEqual([]);
  });

  it.each([{ NextToken: 'x' }, { NextToken: '-1' }, { MaxRecords: 101 }])(
    'cannot be asked for with %j',
    async (input) => {
      await expect(history(input)).rejects.toThrow();
    },
  );
});

describe('an alarm that is to go off', () => {
  const fault = (change: Partial<AlarmFault> = {}): AlarmFault => ({
    ...{ kind: 'alarm', account, alarm: 'orders-errors', after: 90_000, reason: 'Injected: 5xx' },
    ...change,
  });
  const strike = (...faults: AlarmFault[]) =>
    Object.assign(sandbox, { faults: createFaults(sandbox.world, faults, sandbox.record) });
  const struck = () => sandbox.journal().filter(({ kind }) => kind === 'fault').length;

  it('does so that long after it was first looked at by name, once, and is on record then', async () => {
    strike(fault());
    await sandbox.advance(30_000);
    await describeAlarms({});
    await describeAlarms({ AlarmNames: ['orders-errors'] });
    await sandbox.advance(89_000);
    expect([await stateOf('orders-errors'), struck()]).toEqual(['OK', 0]);
    await sandbox.advance(1000);
    expect([await stateOf('orders-errors'), struck()]).toEqual(['ALARM', 1]);
    await set('orders-errors', 'OK');
    await sandbox.advance(30_000);
    expect(await stateOf('orders-errors')).toBe('OK');
  });

  it('comes back if it is to', async () => {
    strike(fault({ lasts: 10_000 }));
    await stateOf('orders-errors');
    await sandbox.advance(100_000);
    expect(await stateOf('orders-errors')).toBe('OK');
    expect((await history({ AlarmName: 'orders-errors' })).items.map(([, text]) => text).slice(0, 2)).toEqual([
      'Alarm updated from ALARM to OK',
      'Alarm updated from OK to ALARM',
    ]);
  });

  it('is off at the first look if it is to be at once, and only in its account', async () => {
    strike(fault({ after: 0 }), fault({ after: 0, alarm: 'orders-slow', account: '333333333333' }));
    expect([await stateOf('orders-errors'), await stateOf('orders-slow')]).toEqual(['ALARM', 'INSUFFICIENT_DATA']);
  });
});
