/** Operations that look at Map Runs. */
import type {
  DescribeMapRunInput,
  DescribeMapRunOutput,
  ListMapRunsInput,
  ListMapRunsOutput,
  MapRunExecutionCounts,
} from '@aws-sdk/client-sfn';
import type { Operation, Sandbox } from '#sandbox/kernel.ts';
import { executionOf, mapRunOf } from './find.ts';
import { pageOf } from './page.ts';
import type { MapRunRecord } from './state.ts';

/** Throws ResourceNotFound. Source: API reference, DescribeMapRun. */
export const describeMapRun: Operation<DescribeMapRunInput, DescribeMapRunOutput> = {
  permissions: ({ input }) => [{ action: 'states:DescribeMapRun', resource: input.mapRunArn ?? '*' }],
  run: (call) => {
    const { mapRunArn } = call.input;
    const { execution, record } = mapRunOf(call, mapRunArn);
    const counts = countsOf(call.sandbox, mapRunArn, record);
    return {
      mapRunArn,
      executionArn: execution.arn,
      status: record.status,
      startDate: new Date(record.startedAt),
      stopDate: record.stoppedAt === undefined ? undefined : new Date(record.stoppedAt),
      maxConcurrency: record.maxConcurrency,
      toleratedFailureCount: record.tolerance.count ?? 0,
      toleratedFailurePercentage: record.tolerance.percentage ?? 0,
      itemCounts: counts,
      executionCounts: counts,
      redriveCount: 0,
    };
  },
};

/** Newest first. Throws ExecutionDoesNotExist, InvalidToken. Source: API reference, ListMapRuns. */
export const listMapRuns: Operation<ListMapRunsInput, ListMapRunsOutput> = {
  permissions: ({ input }) => [{ action: 'states:ListMapRuns', resource: input.executionArn ?? '*' }],
  run: (call) => {
    const { arn, machineArn, mapRuns = {} } = executionOf(call, call.input.executionArn);
    const { items, ...rest } = pageOf(Object.entries(mapRuns).reverse(), call.input);
    const listed = items.map(([mapRunArn, { label, startedAt, stoppedAt }]) => ({
      executionArn: arn,
      mapRunArn,
      stateMachineArn: `${machineArn}/${label}`,
      startDate: new Date(startedAt),
      ...(stoppedAt !== undefined && { stopDate: new Date(stoppedAt) }),
    }));
    return { mapRuns: listed, ...rest };
  },
};

function countsOf(sandbox: Sandbox, mapRun: string | undefined, { total }: MapRunRecord): MapRunExecutionCounts {
  const children = Object.values(sandbox.world.states.executions).filter(({ child }) => child?.mapRun === mapRun);
  const inStatus = (status: string): number => children.filter(({ run }) => run.status === status).length;
  return {
    total,
    pending: total - children.length,
    running: inStatus('RUNNING'),
    succeeded: inStatus('SUCCEEDED'),
    failed: inStatus('FAILED'),
    timedOut: inStatus('TIMED_OUT'),
    aborted: inStatus('ABORTED'),
    resultsWritten: 0,
  };
}
