/** A state machine of the target as a probe. */
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { partitionOf } from '#shared/domain/names.ts';
import { type Asked, executionAnswer } from '#shared/domain/verification/answer.ts';
import { inTarget } from '../sessions.ts';
import { asked, isCode } from '../translate-error.ts';
import { type ProbeContext, probeInput } from './probe-context.ts';
import { refusedAnswer } from './refused.ts';

const service = 'AWS Step Functions';

/**
 * Starts the execution of an attempt, as the audit role narrowed to this machine. Its name is the attempt's token, so starting it twice is
 * starting it once (API reference, StartExecution). Throws what is not the probe's doing.
 */
export async function startProbe(probe: string, context: ProbeContext): Promise<Asked> {
  return asAudit(probe, context, async (client) => {
    const command = new StartExecutionCommand({
      stateMachineArn: machineArn(probe, context),
      name: context.token,
      input: probeInput(context),
    });
    try {
      await client.send(command);
    } catch (error) {
      if (!isCode(error, 'ExecutionAlreadyExists')) return asked(service, Promise.reject(error));
    }
    return { kind: 'running' };
  });
}

/** How the execution stands. One that is not there yet, or was never started since the step broke, is started. */
export async function readProbe(probe: string, context: ProbeContext): Promise<Asked> {
  const executionArn = `${machineArn(probe, context).replace(':stateMachine:', ':execution:')}:${context.token}`;
  const found = await asAudit(probe, context, async (client) => {
    try {
      return executionAnswer(executionOf(await client.send(new DescribeExecutionCommand({ executionArn }))));
    } catch (error) {
      return isCode(error, 'ExecutionDoesNotExist') ? 'missing' : asked(service, Promise.reject(error));
    }
  });
  return found === 'missing' ? startProbe(probe, context) : found;
}

interface Execution {
  readonly status?: string | undefined;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

function executionOf({ status = 'RUNNING', output, error, cause }: Execution) {
  return { status, output, error, cause };
}

async function asAudit<Answer>(
  probe: string,
  { target, promotion, environment }: ProbeContext,
  work: (client: SFNClient) => Promise<Answer>,
): Promise<Answer | Asked> {
  const purpose = {
    target,
    role: 'audit',
    promotion,
    environment,
    step: 'verify',
    kind: 'run',
    stacks: [],
    probe,
  } as const;
  try {
    return await inTarget(purpose, (session) => work(session.as(SFNClient)));
  } catch (error) {
    return refusedAnswer(error);
  }
}

function machineArn(probe: string, { target: { account, region } }: ProbeContext): string {
  return `arn:${partitionOf(region)}:states:${region}:${account}:stateMachine:${probe}`;
}
