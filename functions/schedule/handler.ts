/** Schedule: EventBridge Scheduler fired one of our schedules. Whether and what it promotes is decided here, once for all its deliveries. */
import { fire } from '#shared/aws/fire-schedule.ts';
import { Firing } from '#shared/domain/schedule/schedule.ts';
import { onEvent } from '#shared/lambda/event.ts';
import { log } from '#shared/lambda/log.ts';

export const handler = onEvent('schedule', async (event, { ledger, documents, admissionFunction }) => {
  const firing = Firing.parse(event);
  const record = await fire({ ledger, documents, admissionFunction }, firing, new Date().toISOString());
  const { schedule, scheduledTime, outcome, promotion, reason } = record;
  log.info('schedule fired', { schedule, scheduledTime, outcome, promotion, code: reason?.code });
  return { kind: outcome, ...record };
});
