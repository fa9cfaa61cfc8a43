import { SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { answerTask, startPromotion } from '#shared/aws/state-machine.ts';
import { executionInputOf } from '#shared/domain/promotion/request.ts';
import { aPromotion, promotionId } from '#test/builders.ts';
import { awsError, fakeAws, stepFunctions } from './fake-aws.ts';

fakeAws();
const machine = { arn: 'arn:aws:states:eu-west-1:111111111111:stateMachine:drawbridge-promotion' };
const executionArn = `arn:aws:states:eu-west-1:111111111111:execution:drawbridge-promotion:${promotionId}`;
const input = executionInputOf(aPromotion());

describe('starting a promotion', () => {
  it('gives the execution the promotion’s name and frozen input', async () => {
    stepFunctions.on(StartExecutionCommand).resolves({ executionArn });
    expect(await startPromotion(machine, input)).toBe(executionArn);
    expect(stepFunctions).toHaveReceivedCommandExactlyOnceWith(StartExecutionCommand, {
      stateMachineArn: machine.arn,
      name: promotionId,
      input: JSON.stringify(input),
    });
  });

  it('that was started before is the same execution', async () => {
    stepFunctions.on(StartExecutionCommand).rejects(awsError('ExecutionAlreadyExists'));
    expect(await startPromotion(machine, input)).toBe(executionArn);
  });

  it.each([
    ['StateMachineDoesNotExist', 'AWS_REFUSED'],
    ['ExecutionLimitExceeded', 'AWS_REFUSED'],
    ['AccessDeniedException', 'ACCESS_DENIED'],
    ['ThrottlingException', 'THROTTLED'],
  ])('fails with %s as %s', async (code, reported) => {
    stepFunctions.on(StartExecutionCommand).rejects(awsError(code));
    await expect(startPromotion(machine, input)).rejects.toMatchObject({ name: reported });
  });

  it('has no ARN where AWS names none', async () => {
    stepFunctions.on(StartExecutionCommand).resolves({});
    expect(await startPromotion(machine, input)).toBe('');
  });
});

describe('answering a waiting step', () => {
  it('hands the output over as JSON', async () => {
    stepFunctions.on(SendTaskSuccessCommand).resolves({});
    expect(await answerTask('token', { kind: 'deployed' })).toBe('answered');
    expect(stepFunctions).toHaveReceivedCommandExactlyOnceWith(SendTaskSuccessCommand, {
      taskToken: 'token',
      output: '{"kind":"deployed"}',
    });
  });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('that waits no longer (%s) is gone', async (code) => {
    stepFunctions.on(SendTaskSuccessCommand).rejects(awsError(code));
    expect(await answerTask('token', {})).toBe('gone');
  });

  it('reports every other error', async () => {
    stepFunctions.on(SendTaskSuccessCommand).rejects(awsError('InvalidOutput'));
    await expect(answerTask('token', {})).rejects.toMatchObject({ name: 'AWS_REFUSED' });
  });
});
