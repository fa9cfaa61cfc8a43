/** Operations that look at executions and stop them. */
import type {
  DescribeExecutionInput,
  DescribeExecutionOutput,
  GetExecutionHistoryInput,
  GetExecutionHistoryOutput,
  HistoryEvent,
  ListExecutionsInput,
  ListExecutionsOutput,
  StopExecutionInput,
  StopExecutionOutput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '#sandbox/aws-error.ts';
import type { Call, Operation } from '#sandbox/kernel.ts';
import { qualifiedMachine } from './arns.ts';
import { drive } from './drive.ts';
import type { HistoryEntry } from './engine/run.ts';
import { executionOf, machineOf, mapRunOf } from './find.ts';
import { pageOf } from './page.ts';
import { requireBounded } from './require-bounded.ts';
import type { Execution } from './state.ts';

/** Throws ExecutionDoesNotExist. Source: API reference, DescribeExecution. */
export const describeExecution: Operation<DescribeExecutionInput, DescribeExecutionOutput> = {
  permissions: ({ input }) => [{ action: 'states:DescribeExecution', resource: input.executionArn ?? '*' }],
  run: (call) => {
    const execution = executionOf(call, call.input.executionArn);
    const { run, stoppedAt } = execution;
    return {
      executionArn: execution.arn,
      stateMachineArn: qualifiedMachine(execution),
      ...(execution.child && { mapRunArn: execution.child.mapRun }),
      name: execution.name,
      status: run.status,
      startDate: new Date(execution.startedAt),
      ...(stoppedAt !== undefined && { stopDate: new Date(stoppedAt) }),
      input: execution.input,
      inputDetails: { included: true },
      ...(run.output !== undefined && { output: JSON.stringify(run.output), outputDetails: { included: true } }),
      ...(run.error !== undefined && { error: run.error }),
      ...(run.cause !== undefined && { cause: run.cause }),
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'The sandbox does not redrive executions.',
    };
  },
};

/**
 * Newest first: the executions of a machine, without the children of Map Runs, or the children of one Map Run. Throws
 * StateMachineDoesNotExist, ResourceNotFound, ValidationException, InvalidToken. Source: API reference, ListExecutions.
 */
export const listExecutions: Operation<ListExecutionsInput, ListExecutionsOutput> = {
  permissions: ({ input }) => [
    { action: 'states:ListExecutions', resource: input.mapRunArn ?? input.stateMachineArn ?? '*' },
  ],
  run: (call) => {
    const { statusFilter } = call.input;
    const found = listed(call)
      .filter((execution) => statusFilter === undefined || execution.run.status === statusFilter)
      .reverse()
      .sort((left, right) => right.startedAt - left.startedAt);
    const { items, ...rest } = pageOf(found, call.input);
    const executions = items.map((execution) => ({
      executionArn: execution.arn,
      stateMachineArn: qualifiedMachine(execution),
      ...(execution.child && { mapRunArn: execution.child.mapRun }),
      name: execution.name,
      status: execution.run.status,
      startDate: new Date(execution.startedAt),
      ...(execution.stoppedAt !== undefined && { stopDate: new Date(execution.stoppedAt) }),
    }));
    return { executions, ...rest };
  },
};

function listed(call: Call<ListExecutionsInput>): Execution[] {
  const { stateMachineArn, mapRunArn } = call.input;
  if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
    throw new AwsError('ValidationException', 'You must specify either a stateMachineArn or a mapRunArn, not both');
  }
  const executions = Object.values(call.sandbox.world.states.executions);
  if (mapRunArn !== undefined) {
    mapRunOf(call, mapRunArn);
    return executions.filter(({ child }) => child?.mapRun === mapRunArn);
  }
  const machine = machineOf(call, stateMachineArn);
  return executions.filter(({ machineArn, child }) => machineArn === machine.arn && child === undefined);
}

/** Throws ExecutionDoesNotExist, InvalidToken. Source: API reference, GetExecutionHistory. */
export const getExecutionHistory: Operation<GetExecutionHistoryInput, GetExecutionHistoryOutput> = {
  permissions: ({ input }) => [{ action: 'states:GetExecutionHistory', resource: input.executionArn ?? '*' }],
  run: (call) => {
    const { history } = executionOf(call, call.input.executionArn);
    const ordered = call.input.reverseOrder ? history.toReversed() : history;
    const { items, ...rest } = pageOf(ordered, call.input);
    return { events: items.map(historyEvent), ...rest };
  },
};

/** Ends an execution as ABORTED; a closed one keeps its status. Throws ExecutionDoesNotExist, ValidationException. Source: API reference, StopExecution. */
export const stopExecution: Operation<StopExecutionInput, StopExecutionOutput> = {
  permissions: ({ input }) => [{ action: 'states:StopExecution', resource: input.executionArn ?? '*' }],
  run: (call) => {
    const execution = executionOf(call, call.input.executionArn);
    const { error, cause } = call.input;
    requireBounded({ error, cause });
    drive(call.sandbox, execution.arn, {
      kind: 'stopped',
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    });
    return { stopDate: new Date(execution.stoppedAt ?? call.sandbox.now()) };
  },
};

function historyEvent({ id, previousEventId, at, type, details }: HistoryEntry): HistoryEvent {
  const event = { id, previousEventId, timestamp: new Date(at), type };
  return (details ? { ...event, [details.member]: details.content } : event) as HistoryEvent;
}
