/** What the operations on schedules have in common: where they are, and how one goes. */
import { AwsError } from '../aws-error.ts';
import type { Schedule } from '../events/state.ts';
import type { Sandbox } from '../kernel.ts';

interface Scope {
  readonly account: string;
  readonly region: string;
}

export function groupArn({ account, region }: Scope, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;
}

/** A schedule is named within its group; `default` where none is said. */
export interface Named {
  readonly GroupName?: string | undefined;
  readonly Name?: string | undefined;
}

export function scheduleArn({ account, region }: Scope, { GroupName = 'default', Name }: Named): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/${GroupName}/${Name}`;
}

/** Throws ResourceNotFoundException. */
export function existingSchedule(call: Scope & { readonly sandbox: Sandbox }, named: Named): Schedule {
  const schedule = call.sandbox.world.events.schedules[scheduleArn(call, named)];
  if (schedule) return schedule;
  throw new AwsError('ResourceNotFoundException', `Schedule ${named.Name} does not exist.`, 404);
}

/** Throws ResourceNotFoundException. */
export function demandGroup(call: Scope & { readonly sandbox: Sandbox }, name: string): void {
  if (name === 'default' || call.sandbox.world.events.scheduleGroups?.[groupArn(call, name)]) return;
  throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
}

/** It does not fire again. */
export function removeSchedule(sandbox: Sandbox, schedule: Schedule): void {
  if (schedule.nextJob !== undefined) sandbox.cancel(schedule.nextJob);
  delete sandbox.world.events.schedules[schedule.arn];
}
