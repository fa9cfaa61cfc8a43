import type { Json, Sandbox } from '#sandbox/kernel.ts';
import type { Execution } from './state.ts';

/** Above this many bytes the event leaves input and output out. Source: EventBridge events reference, "AWS Step Functions events". */
const includedLimit = 248 * 1024;

/**
 * Sends `Step Functions Execution Status Change` to the default bus of the execution's account. Dates are epoch milliseconds in this
 * event. Source: Developer Guide, "Automating Step Functions event delivery with EventBridge".
 */
export function publishStatus(sandbox: Sandbox, execution: Execution): void {
  const { account, region, arn } = execution;
  const at = sandbox.now();
  const event = {
    version: '0',
    id: sandbox.uuid('event'),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account,
    time: new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region,
    resources: [arn],
    detail: detailOf(execution),
  };
  sandbox.schedule({ service: 'events', name: 'deliver', at, payload: { account, region, bus: 'default', event } });
}

function detailOf(execution: Execution): Json {
  const { run } = execution;
  const output = run.output === undefined ? null : JSON.stringify(run.output);
  const included = Buffer.byteLength(execution.input + (output ?? '')) <= includedLimit;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
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
