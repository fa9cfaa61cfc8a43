import type { Sandbox, Service } from '#sandbox/kernel.ts';
import { drive, onStrike, onTimer, type StartJob } from './drive.ts';
import { describeExecution, getExecutionHistory, listExecutions, stopExecution } from './executions.ts';
import { onInvoke } from './invoke-function.ts';
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
  },
  providers: { 'AWS::StepFunctions::StateMachine': stateMachineProvider },
};
