import type { Sandbox, Service } from '#sandbox/kernel.ts';
import { onChildEnded, onStartChild, onStopChild } from './children.ts';
import { drive, onStrike, onTimer, type StartJob } from './drive.ts';
import { describeExecution, getExecutionHistory, listExecutions, stopExecution } from './executions.ts';
import { onInvoke } from './invoke-function.ts';
import { describeMapRun, listMapRuns } from './map-runs.ts';
import { startExecution } from './start-execution.ts';
import { describeStateMachine, stateMachineProvider } from './state-machines.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './task-tokens.ts';

/** AWS Step Functions: standard workflows in JSONPath. */
export const statesService: Service = {
  name: 'states',
  operations: {
    StartExecution: startExecution,
    DescribeExecution: describeExecution,
    ListExecutions: listExecutions,
    GetExecutionHistory: getExecutionHistory,
    StopExecution: stopExecution,
    DescribeMapRun: describeMapRun,
    ListMapRuns: listMapRuns,
    SendTaskSuccess: sendTaskSuccess,
    SendTaskFailure: sendTaskFailure,
    SendTaskHeartbeat: sendTaskHeartbeat,
    DescribeStateMachine: describeStateMachine,
  },
  jobs: {
    start: (sandbox: Sandbox, { execution }: StartJob) => drive(sandbox, execution, { kind: 'started' }),
    invoke: onInvoke,
    timer: onTimer,
    strike: onStrike,
    'start-child': onStartChild,
    'child-ended': onChildEnded,
    'stop-child': onStopChild,
  },
  providers: { 'AWS::StepFunctions::StateMachine': stateMachineProvider },
};
