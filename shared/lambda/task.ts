/** The one middy stack for states of the state machine: parse by the contract table, run, parse again, and log what became of it. */
import middy from '@middy/core';
import type * as z from 'zod';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { beginInvocation } from '#shared/invocation.ts';
import { type StepInput, type StepName, type StepOutput, steps } from '#shared/steps.ts';
import { log, logFailure } from './log.ts';
import { type Resources, resources } from './resources.ts';

type Run<Step extends StepName> = (input: StepInput<Step>, resources: Resources) => Promise<StepOutput<Step>>;

/** A task whose answer is its return value. */
export function task<Step extends StepName>(step: Step, run: Run<Step>) {
  return stack(step, async (input) => parsed(step, steps[step].output, await run(input as StepInput<Step>, resources)));
}

/** A task that is answered later, through its task token. */
export function waitingTask<Step extends StepName>(
  step: Step,
  run: (input: StepInput<Step>, resources: Resources) => Promise<void>,
) {
  return stack(step, async (input) => run(input as StepInput<Step>, resources));
}

function stack(step: StepName, run: (input: unknown) => Promise<unknown>) {
  return middy()
    .use({ before: beginInvocation, onError: ({ error }) => logFailure('step broke', error, { step }) })
    .handler(async (event: unknown) => {
      const input = parsed(step, steps[step].input, event);
      log.info('step started', { step, ...subjectOf(input) });
      const answer = await run(input);
      log.info('step ended', { step, ...subjectOf(input), kind: kindOf(answer) });
      return answer;
    });
}

/** Data outside the contract is a defect, so it stops the step instead of travelling on. */
function parsed<Schema extends z.ZodType>(step: StepName, schema: Schema, data: unknown): z.infer<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const detail = result.error.issues.map((issue) => `/${issue.path.join('/')} ${issue.message}`).join('; ');
  throw failure('CONTRACT_BROKEN', { step, detail });
}

function subjectOf(input: unknown) {
  const { promotion, environment, target, stack: stackName } = input as Record<string, unknown>;
  return { promotion, environment, target, stack: stackName };
}

function kindOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'kind' in answer ? answer.kind : undefined;
}
