/** CloudWatch alarms of a target, through a guarded session. Reads only. */
import {
  type AlarmHistoryItem,
  CloudWatchClient,
  type CompositeAlarm,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import * as z from 'zod';
import type { AlarmFacts } from '#shared/domain/verification/soak.ts';
import type { TargetSession } from './sessions.ts';
import { asked } from './translate-error.ts';

const service = 'Amazon CloudWatch';

/** Metric and composite alarms; without a word CloudWatch tells of the former only (API reference, DescribeAlarms). */
const AlarmTypes = ['MetricAlarm', 'CompositeAlarm'] as const;

/**
 * The alarms of these names that there are, at most 100. Of those that changed their state since the instant, if one is given, it is also read
 * whether they were in ALARM meanwhile.
 */
export async function readAlarms(
  session: TargetSession,
  names: readonly string[],
  since?: string,
): Promise<AlarmFacts[]> {
  const client = session.as(CloudWatchClient);
  const command = new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: [...AlarmTypes], MaxRecords: 100 });
  const { MetricAlarms = [], CompositeAlarms = [] } = await asked(service, client.send(command));
  return Promise.all(
    [...MetricAlarms, ...CompositeAlarms].map(async (alarm) => {
      const facts = factsOf(alarm);
      if (since === undefined) return facts;
      const changed = facts.since === undefined || Date.parse(facts.since) >= Date.parse(since);
      const fired = changed ? await readFirstFiring(client, facts.name, since) : undefined;
      return fired === undefined ? facts : { ...facts, fired };
    }),
  );
}

function factsOf(alarm: MetricAlarm | CompositeAlarm): AlarmFacts {
  return {
    name: alarm.AlarmName ?? '',
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    reason: alarm.StateReason ?? '',
    ...(alarm.StateTransitionedTimestamp && { since: alarm.StateTransitionedTimestamp.toISOString() }),
    configuredAt: (alarm.AlarmConfigurationUpdatedTimestamp ?? new Date(0)).toISOString(),
  };
}

/** HistoryData is JSON text (CloudWatch User Guide, "Alarm history"). */
const HistoryData = z.object({
  newState: z.object({ stateValue: z.string(), stateReason: z.string().default('') }),
});

/** The first time since the instant that the alarm went off. CloudWatch keeps 30 days, which is as long as a promotion may take. */
async function readFirstFiring(
  client: CloudWatchClient,
  AlarmName: string,
  since: string,
): Promise<AlarmFacts['fired']> {
  const asking = {
    AlarmName,
    AlarmTypes: [...AlarmTypes],
    HistoryItemType: 'StateUpdate' as const,
    StartDate: new Date(since),
    ScanBy: 'TimestampAscending' as const,
    MaxRecords: 100,
  };
  let NextToken: string | undefined;
  do {
    const command = new DescribeAlarmHistoryCommand({ ...asking, ...(NextToken === undefined ? {} : { NextToken }) });
    const page = await asked(service, client.send(command));
    const fired = (page.AlarmHistoryItems ?? []).flatMap(firingIn);
    if (fired[0] !== undefined) return fired[0];
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return undefined;
}

function firingIn({ Timestamp, HistoryData: text = '' }: AlarmHistoryItem): NonNullable<AlarmFacts['fired']>[] {
  const parsed = HistoryData.safeParse(jsonOf(text));
  if (!parsed.success || parsed.data.newState.stateValue !== 'ALARM') return [];
  return [{ at: Timestamp?.toISOString() ?? '', reason: parsed.data.newState.stateReason }];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
