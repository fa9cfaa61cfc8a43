/** The promotion state machine: starting executions and answering the steps that wait. */
import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ExecutionEnd } from '#shared/domain/promotion/closing.ts';
import type { ExecutionInput } from '#shared/domain/promotion/records.ts';
import { asked, isCode } from './translate-error.ts';

export interface StateMachine {
  readonly arn: string;
}

const service = 'AWS Step Functions';
let client: SFNClient | undefined;

/**
 * Starts the execution of a promotion and answers its ARN. The name is the promotion's id and the input is frozen, so starting twice is
 * one execution: idempotent while it runs, ExecutionAlreadyExists for 90 days afterwards (API reference, StartExecution).
 */
export async function startPromotion(machine: StateMachine, input: ExecutionInput): Promise<string> {
  const command = new StartExecutionCommand({
    stateMachineArn: machine.arn,
    name: input.promotion,
    input: JSON.stringify(input),
  });
  try {
    return (await sfn().send(command)).executionArn ?? '';
  } catch (error) {
    if (!isCode(error, 'ExecutionAlreadyExists')) return asked(service, Promise.reject(error));
    return executionArn(machine, input.promotion);
  }
}

/** How the execution of a promotion stands. `UNKNOWN` where Step Functions knows none: never started, just started, or ended 90 days ago. */
export async function readExecution(
  machine: StateMachine,
  promotion: string,
): Promise<{ readonly kind: 'running' } | ({ readonly kind: 'ended' } & ExecutionEnd)> {
  const command = new DescribeExecutionCommand({ executionArn: executionArn(machine, promotion) });
  try {
    const { status = 'RUNNING', error, cause } = await sfn().send(command);
    // A pending redrive is somebody's decision to go on (API reference, DescribeExecution).
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return { kind: 'running' };
    return {
      kind: 'ended',
      status,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    };
  } catch (error) {
    if (isCode(error, 'ExecutionDoesNotExist')) return { kind: 'ended', status: 'UNKNOWN' };
    return asked(service, Promise.reject(error));
  }
}

/** Answers a waiting step. `gone` when it no longer waits: answered before, timed out, or its execution ended. */
export async function answerTask(token: string, output: unknown): Promise<'answered' | 'gone'> {
  try {
    await sfn().send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) }));
    return 'answered';
  } catch (error) {
    if (isCode(error, 'TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken')) return 'gone';
    return asked(service, Promise.reject(error));
  }
}

export function executionArn(machine: StateMachine, name: string): string {
  return `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
}

function sfn(): SFNClient {
  client ??= new SFNClient({});
  return client;
}
