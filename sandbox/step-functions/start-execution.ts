import type { StartExecutionInput, StartExecutionOutput } from '@aws-sdk/client-sfn';
import { AwsError } from '#sandbox/aws-error.ts';
import type { Call, Json, Operation, Sandbox } from '#sandbox/kernel.ts';
import { isProbe } from '#sandbox/probe-name.ts';
import { executionArn } from './arns.ts';
import { payloadLimit } from './asl/state-failure.ts';
import { newRun } from './engine/advance.ts';
import { machineOf } from './find.ts';
import { publishStatus } from './publish-status.ts';
import type { Execution, StateMachine } from './state.ts';

/** A closed execution's name is taken for 90 days. Source: API reference, StartExecution. */
const namesTakenFor = 90 * 24 * 60 * 60 * 1000;

/**
 * Starts an execution; it runs in a job of its own. Repeated with the same name and byte-equal input while the execution is open it
 * answers the first execution; otherwise a used name is ExecutionAlreadyExists. Also throws StateMachineDoesNotExist, InvalidName,
 * InvalidExecutionInput, ValidationException. Source: API reference, StartExecution.
 */
export const startExecution: Operation<StartExecutionInput, StartExecutionOutput> = {
  permissions: ({ input }) => [{ action: 'states:StartExecution', resource: input.stateMachineArn ?? '*' }],
  run: (call) => {
    const machine = machineOf(call, call.input.stateMachineArn);
    const text = call.input.input ?? '{}';
    const input = parsedInput(text);
    const name = call.input.name ?? call.sandbox.uuid('execution');
    checkName(name);
    const arn = executionArn(machine.arn, name);
    const existing = call.sandbox.world.states.executions[arn];
    if (existing && isTaken(existing, call.sandbox.now())) return repeated(existing, text);
    const execution = newExecution(call, machine, { arn, name, text, input });
    call.sandbox.world.states.executions[arn] = execution;
    begin(call.sandbox, machine, arn);
    publishStatus(call.sandbox, execution);
    return { executionArn: arn, startDate: new Date(execution.startedAt) };
  },
};

/** A probe that the rehearsal wants to fail ends without having run. */
function begin(sandbox: Sandbox, { account, name }: StateMachine, execution: string): void {
  const fault = isProbe(name) ? sandbox.faults.probe({ account, probe: name }) : undefined;
  const at = sandbox.now();
  if (fault === undefined) sandbox.schedule({ service: 'states', name: 'start', at, payload: { execution } });
  else {
    const { outcome, reason } = fault;
    sandbox.schedule({ service: 'states', name: 'strike', at, payload: { execution, outcome, reason } });
  }
}

function parsedInput(text: string): Json {
  if (Buffer.byteLength(text) > payloadLimit) {
    const limit = `Member must have length less than or equal to ${payloadLimit}`;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: ${limit}`,
    );
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(error as Error).message}'`);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: names must not contain them
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

function checkName(name: string): void {
  if (name.length >= 1 && name.length <= 80 && !forbidden.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

function isTaken(execution: Execution, now: number): boolean {
  return execution.stoppedAt === undefined || execution.stoppedAt + namesTakenFor > now;
}

function repeated(existing: Execution, text: string): StartExecutionOutput {
  if (existing.run.status === 'RUNNING' && existing.input === text) {
    return { executionArn: existing.arn, startDate: new Date(existing.startedAt) };
  }
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${existing.arn}'`);
}

interface Requested {
  readonly arn: string;
  readonly name: string;
  readonly text: string;
  readonly input: Json;
}

function newExecution(call: Call<unknown>, machine: StateMachine, requested: Requested): Execution {
  const { arn, name, text, input } = requested;
  const startedAt = call.sandbox.now();
  const run = newRun({
    executionArn: arn,
    name,
    input,
    roleArn: machine.roleArn,
    startedAt,
    machineArn: machine.arn,
    machineName: machine.name,
    region: machine.region,
    seed: call.sandbox.mint('execution-seed', 32),
  });
  const { account, region, revisionId } = machine;
  const machineArn = machine.arn;
  return { arn, name, machineArn, account, region, revisionId, input: text, startedAt, run, history: [], timers: {} };
}
