/** The promotion state machine: starting executions and answering the steps that wait. */
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
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

function executionArn(machine: StateMachine, name: string): string {
  return `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
}

function sfn(): SFNClient {
  client ??= new SFNClient({});
  return client;
}
