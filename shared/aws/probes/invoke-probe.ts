/** A function of the target as a probe. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type Asked, errorOf, functionAnswer, functionFault } from '#shared/domain/verification/answer.ts';
import { inTarget } from '../sessions.ts';
import { asked } from '../translate-error.ts';
import { type ProbeContext, probeInput } from './probe-context.ts';
import { refusedAnswer } from './refused.ts';

/**
 * Invokes the function as the audit role, narrowed to this one function, and waits for its answer. An answer too late counts as an error: the
 * function may still be running, which is why it is handed a token. Throws what is not the probe's doing.
 */
export async function invokeProbe(probe: string, context: ProbeContext): Promise<Asked> {
  const { target, promotion, environment, timeout } = context;
  const purpose = {
    target,
    role: 'audit',
    promotion,
    environment,
    step: 'verify',
    kind: 'invoke',
    stacks: [],
    probe,
  } as const;
  const abortSignal = AbortSignal.timeout(timeout * 1000);
  try {
    return await inTarget(purpose, async (session) => {
      const command = new InvokeCommand({ FunctionName: probe, Payload: probeInput(context) });
      const answer = await asked('AWS Lambda', session.as(LambdaClient).send(command, { abortSignal }));
      const text = answer.Payload?.transformToString() ?? '';
      return answer.FunctionError === undefined ? functionAnswer(text) : functionFault(text);
    });
  } catch (error) {
    if (abortSignal.aborted) return errorOf(`it did not answer within ${timeout} seconds`);
    return refusedAnswer(error);
  }
}
