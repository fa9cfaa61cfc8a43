/** Finds what a call names. Resources of another account or region do not exist for the caller. */
import { AwsError } from '#sandbox/aws-error.ts';
import type { Call } from '#sandbox/kernel.ts';
import type { Execution, MapRunRecord, StateMachine } from './state.ts';

/** Throws StateMachineDoesNotExist. */
export function machineOf(call: Call<unknown>, arn: string | undefined): StateMachine {
  const machine = call.sandbox.world.states.machines[arn ?? ''];
  if (machine && isHere(call, machine)) return machine;
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** Throws ExecutionDoesNotExist. */
export function executionOf(call: Call<unknown>, arn: string | undefined): Execution {
  const execution = call.sandbox.world.states.executions[arn ?? ''];
  if (execution && isHere(call, execution)) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

export interface FoundMapRun {
  /** The execution that started it. */
  readonly execution: Execution;
  readonly record: MapRunRecord;
}

/** Throws ResourceNotFound. */
export function mapRunOf(call: Call<unknown>, arn: string | undefined): FoundMapRun {
  for (const execution of Object.values(call.sandbox.world.states.executions)) {
    const record = execution.mapRuns?.[arn ?? ''];
    if (record && isHere(call, execution)) return { execution, record };
  }
  throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
}

const isHere = (call: Call<unknown>, place: { account: string; region: string }): boolean =>
  place.account === call.account && place.region === call.region;
