import { publishServiceEvent, type ServiceEvent } from '#sandbox/events/service-event.ts';
import type { Json, Sandbox } from '#sandbox/kernel.ts';
import { qualifiedMachine } from './arns.ts';
import type { Execution } from './state.ts';

/** Above this many bytes the event leaves input and output out. Source: EventBridge events reference, "AWS Step Functions events". */
const includedLimit = 248 * 1024;

/**
 * Sends `Step Functions Execution Status Change` to the default bus of the execution's account. Dates are epoch milliseconds in this
 * event. Source: Developer Guide, "Automating Step Functions event delivery with EventBridge".
 */
export function publishStatus(sandbox: Sandbox, execution: Execution): void {
  const { account, region, arn } = execution;
  const event: ServiceEvent = {
    id: sandbox.uuid('event'),
    detailType: 'Step Functions Execution Status Change',
    source: 'aws.states',
    ...{ account, region },
    resource: arn,
    detail: detailOf(execution),
  };
  publishServiceEvent(sandbox, event, 0);
}

function detailOf(execution: Execution): Json {
  const { run } = execution;
  const output = run.output === undefined ? null : JSON.stringify(run.output);
  const included = Buffer.byteLength(execution.input + (output ?? '')) <= includedLimit;
  return {
    executionArn: execution.arn,
    stateMachineArn: qualifiedMachine(execution),
    name: execution.name,
    status: run.status,
    startDate: execution.startedAt,
    stopDate: execution.stoppedAt ?? null,
    input: included ? execution.input : null,
    inputDetails: { included },
    output: included ? output : null,
    outputDetails: output === null ? null : { included },
    error: run.error ?? null,
    cause: run.cause ?? null,
  };
}
