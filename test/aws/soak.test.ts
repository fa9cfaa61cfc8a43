import { DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { requireReady, type Soaking, soakTarget } from '#shared/aws/soak.ts';
import { aTarget, monday, promotionId } from '#test/builders.ts';
import { awsError, cloudWatch, fakeAws, sts, stsTrusts } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';

fakeAws();
beforeEach(() => stsTrusts());

const later = (minutes: number) => new Date(Date.parse(monday) + minutes * 60_000).toISOString();
const settings = { alarms: ['orders-5xx', 'orders'], insufficientData: 'fail' } as const;
const soak = (change: Partial<Soaking> = {}) =>
  soakTarget({
    ...{ promotion: promotionId, environment: 'production', target: aTarget(), settings },
    ...{ targetStartedAt: later(-5), startedAt: monday, endsAt: later(30), at: later(10) },
    ...change,
  });
const anAlarm = (AlarmName: string, StateValue: 'OK' | 'ALARM' = 'OK', since = later(-60)) => ({
  ...{ AlarmName, StateValue, StateReason: 'as it was', StateTransitionedTimestamp: new Date(since) },
  AlarmConfigurationUpdatedTimestamp: new Date(later(-600)),
});
const alarms = (metric: object, composite: object = anAlarm('orders')) =>
  cloudWatch
    .on(DescribeAlarmsCommand)
    .resolves({ MetricAlarms: [metric as never], CompositeAlarms: [composite as never] });
const change = (minutes: number, stateValue: string) => ({
  Timestamp: new Date(later(minutes)),
  HistoryData: JSON.stringify({ version: '1.0', newState: { stateValue, stateReason: '12 errors' } }),
});

describe('a look at the alarms of a target', () => {
  it('asks for metric and composite alarms as the audit role, which may do nothing else', async () => {
    alarms(anAlarm('orders-5xx'));
    expect(await soak()).toEqual({ kind: 'pending', until: later(15) });
    expect(cloudWatch).toHaveReceivedCommandExactlyOnceWith(DescribeAlarmsCommand, {
      AlarmNames: ['orders-5xx', 'orders'],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
    const [assumed] = sts.commandCalls(AssumeRoleCommand);
    expect(assumed?.args[0].input).toMatchObject({
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      RoleSessionName: `${promotionId}-soak`,
    });
    expect(JSON.parse(`${assumed?.args[0].input.Policy}`).Statement).toEqual([
      { Effect: 'Allow', Action: ['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory'], Resource: '*' },
    ]);
  });

  it('finds one that is off, and says where to look', async () => {
    alarms(anAlarm('orders-5xx', 'ALARM', later(-1)));
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
    const link = 'https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/orders-5xx';
    expect(await soak()).toMatchObject({
      kind: 'failed',
      reason: {
        code: 'SOAK_FAILED',
        text: expect.stringContaining(link),
        resource: 'orders-5xx',
        target: 'production',
      },
    });
    expect(await soak({ targetStartedAt: monday })).toMatchObject({ reason: { code: 'SOAK_NOT_READY' } });
  });

  it('finds a composite one that went off and came back between two looks, on whatever page of its history', async () => {
    alarms(anAlarm('orders-5xx'), anAlarm('orders', 'OK', later(7)));
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolvesOnce({ AlarmHistoryItems: [change(2, 'OK'), { HistoryData: 'odd' }], NextToken: 'more' })
      .resolves({ AlarmHistoryItems: [{}, change(6, 'ALARM'), change(7, 'OK')] });
    expect(await soak()).toMatchObject({
      kind: 'failed',
      reason: { resource: 'orders', text: expect.stringContaining(`ALARM at ${later(6)}. 12 errors`) },
    });
    expect(cloudWatch).toHaveReceivedCommandTimes(DescribeAlarmHistoryCommand, 2);
    expect(cloudWatch).toHaveReceivedCommandWith(DescribeAlarmHistoryCommand, {
      AlarmName: 'orders',
      StartDate: new Date(later(-5)),
      HistoryItemType: 'StateUpdate',
      NextToken: 'more',
    });
  });

  it('takes no offence at one that only got its data meanwhile', async () => {
    alarms(anAlarm('orders-5xx', 'OK', later(7)));
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({ AlarmHistoryItems: [change(7, 'OK')] });
    expect(await soak()).toMatchObject({ kind: 'pending' });
  });

  it('looks into the history where CloudWatch does not say since when', async () => {
    const { StateTransitionedTimestamp: _, ...unsaid } = anAlarm('orders-5xx');
    alarms(unsaid);
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
    expect(await soak({ at: later(30) })).toEqual({ kind: 'soaked' });
  });

  it('knows nothing of an alarm that CloudWatch says nothing of', async () => {
    alarms({ StateTransitionedTimestamp: new Date(0) }, {});
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
    expect(await soak()).toMatchObject({ kind: 'failed', reason: { text: expect.stringContaining('missing') } });
  });

  it('says that it may not look, rather than what it did not see', async () => {
    cloudWatch.on(DescribeAlarmsCommand).rejects(awsError('AccessDenied', 'not authorized', 403));
    await expect(soak()).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
  });

  it('asks nobody where there is nothing to watch', async () => {
    expect(await soak({ settings: { ...settings, alarms: [] }, at: later(30) })).toEqual({ kind: 'soaked' });
    expect(sts.calls()).toEqual([]);
  });
});

describe('a target that is to be started', () => {
  const { ledger } = ledgerTable();
  const watching = { promotion: promotionId, environment: 'production', target: aTarget(), settings, at: monday };

  it('has to have its alarms OK, and their history is not read', async () => {
    alarms(anAlarm('orders-5xx', 'OK', later(-1)));
    await expect(requireReady(ledger, watching)).resolves.toBeUndefined();
    alarms(anAlarm('orders-5xx'), anAlarm('orders', 'ALARM'));
    await expect(requireReady(ledger, watching)).rejects.toMatchObject({ name: 'SOAK_NOT_READY' });
    expect(cloudWatch).not.toHaveReceivedCommand(DescribeAlarmHistoryCommand);
    expect(sts.commandCalls(AssumeRoleCommand)[0]?.args[0].input).toMatchObject({
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
    });
  });

  it('is for its soak to judge once something was executed there', async () => {
    await recordTouched(ledger, { ...watching, target: 'production' });
    await expect(requireReady(ledger, watching)).resolves.toBeUndefined();
    expect(sts.calls()).toEqual([]);
  });

  it('is asked nothing where nothing will be watched', async () => {
    await expect(requireReady(ledger, { ...watching, settings: { ...settings, alarms: [] } })).resolves.toBeUndefined();
    expect(sts.calls()).toEqual([]);
  });
});
