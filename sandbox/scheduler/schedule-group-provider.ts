import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider } from '../kernel.ts';
import { generatedName, readProperties } from '../resource-properties.ts';
import { groupArn, removeSchedule } from './schedules.ts';

const properties = z.object({
  Name: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional(),
});

/** AWS::Scheduler::ScheduleGroup. `Ref` is the name. Deleting a group deletes its schedules (API reference, DeleteScheduleGroup). */
export const scheduleGroupProvider: ResourceProvider = {
  create: (request) => {
    const { Name: name = generatedName(request, 64) } = readProperties(properties, request);
    const arn = groupArn(request, name);
    const { events } = request.sandbox.world;
    events.scheduleGroups ??= {};
    if (events.scheduleGroups[arn])
      throw new AwsError('ConflictException', `Schedule group ${name} already exists.`, 409);
    events.scheduleGroups[arn] = { arn, name, createdAt: request.sandbox.now() };
    return { physicalId: name, attributes: { Arn: arn, State: 'ACTIVE' } };
  },
  update: (request) => {
    const name = request.physicalId ?? '';
    return { physicalId: name, attributes: { Arn: groupArn(request, name), State: 'ACTIVE' } };
  },
  remove: (request) => {
    const { account, region, physicalId: name = '', sandbox } = request;
    for (const schedule of Object.values(sandbox.world.events.schedules))
      if (schedule.account === account && schedule.region === region && schedule.group === name)
        removeSchedule(sandbox, schedule);
    delete sandbox.world.events.scheduleGroups?.[groupArn(request, name)];
  },
};
