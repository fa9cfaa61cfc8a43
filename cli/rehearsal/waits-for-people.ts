/** When the simulated organization has nothing to do but wait for a person's decision. */
import type { Job, World } from '#sandbox/kernel.ts';
import type { TimerJob } from '#sandbox/step-functions/drive.ts';

/** The state of the promotion machine that waits for people. */
const waiting = 'AwaitApproval';

/**
 * True when the next thing to happen is that a person's time is over. A sandbox that let virtual time pass would jump there at once, so
 * commands stop here.
 */
export function waitsForPeople(world: World): boolean {
  const next = world.jobs.find((job) => job.background === undefined);
  return next !== undefined && isApprovalTimeout(world, next);
}

function isApprovalTimeout(world: World, { service, name, payload }: Job): boolean {
  if (service !== 'states' || name !== 'timer') return false;
  const { execution, frame, timer } = payload as unknown as TimerJob;
  const state = world.states.executions[execution]?.run.frames[frame]?.state;
  return timer === 'timeout' && state === waiting;
}
