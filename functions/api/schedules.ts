/** Schedules: when a pipeline's newest eligible release is promoted by itself, and what came of it. Versioned as policies are. */
import type { Hono } from 'hono';
import { applySchedule, findSchedule, listFirings, listSchedules, overtaken } from '#shared/aws/ledger/schedules.ts';
import { deleteSchedule, putSchedule } from '#shared/aws/scheduler.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Name } from '#shared/domain/identifiers.ts';
import { canonicalJson } from '#shared/domain/release/canonical-json.ts';
import { Schedule, type ScheduleRecord } from '#shared/domain/schedule/schedule.ts';
import {
  actorIn,
  arrivedAt,
  bodyIn,
  demandNamed,
  type HttpContext,
  type HttpEnvironment,
} from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { taggedWith, versionDecidedOn } from './versioned.ts';

/** Firings that are shown. */
const most = 50;

export function schedules(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/schedules', async (context) => context.json({ items: await listSchedules(resources.ledger) }));

  app.get('/v1/schedules/:name', async (context) => {
    const record = await demanded(resources, context.req.param('name'));
    return context.json(record, 200, taggedWith(record.version));
  });

  /** What came of the newest firings, newest first. */
  app.get('/v1/schedules/:name/firings', async (context) => {
    return context.json({ items: await listFirings(resources.ledger, context.req.param('name'), most) });
  });

  /** On record first, then told to EventBridge Scheduler. Applying what holds makes no version, but tells it again: that may be what broke. */
  app.put('/v1/schedules/:name', async (context) => {
    const name = context.req.param('name');
    const schedule = await bodyIn(context, Schedule);
    demandNamed(name, schedule);
    const before = await findSchedule(resources.ledger, name);
    const seen = versionDecidedOn(context, before, (seen, now) => overtaken(name, seen, now));
    const record =
      before !== undefined && canonicalJson(before.schedule) === canonicalJson(schedule)
        ? before
        : await applied(resources, context, { schedule, seen });
    await tellScheduler(resources, name);
    return context.json(record, before === undefined ? 201 : 200, taggedWith(record.version));
  });

  /** Off the record first, from when on a firing is skipped. What breaks before it stops firing is finished by asking again. */
  app.delete('/v1/schedules/:name', async (context) => {
    const name = context.req.param('name');
    const before = await findSchedule(resources.ledger, name);
    if (before === undefined && Name.safeParse(name).success) await deleteSchedule(name);
    if (before === undefined) throw failure('SCHEDULE_UNKNOWN', { schedule: name });
    const seen = versionDecidedOn(context, before, (seen, now) => overtaken(name, seen, now));
    const by = { by: actorIn(context), at: arrivedAt(context) };
    const version = await applySchedule(resources.ledger, { name, schedule: undefined, seen, ...by });
    await tellScheduler(resources, name);
    return context.json({ removed: before, version });
  });
}

/** Makes it fire as the ledger says, until that is what it was told: of two who apply at once the earlier one may be told last. */
async function tellScheduler(resources: Resources, name: string): Promise<void> {
  const scheduler = { functionArn: resources.scheduleFunction, roleArn: resources.scheduleRole };
  let told: number | undefined;
  for (;;) {
    const record = await findSchedule(resources.ledger, name);
    const holds = record?.version ?? 0;
    if (holds === told) return;
    await (record === undefined ? deleteSchedule(name) : putSchedule(scheduler, record));
    told = holds;
  }
}

async function applied(
  resources: Resources,
  context: HttpContext,
  { schedule, seen }: { schedule: Schedule; seen: number },
): Promise<ScheduleRecord> {
  const { name } = schedule.metadata;
  const [by, at] = [actorIn(context), arrivedAt(context)];
  const version = await applySchedule(resources.ledger, { name, schedule, seen, by, at });
  return { schedule, version, appliedBy: by, appliedAt: at };
}

async function demanded(resources: Resources, name: string): Promise<ScheduleRecord> {
  const record = await findSchedule(resources.ledger, name);
  if (record === undefined) throw failure('SCHEDULE_UNKNOWN', { schedule: name });
  return record;
}
