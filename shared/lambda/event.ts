/** The middy stack for functions that are no state: called by an event, a schedule or another function. */
import middy from '@middy/core';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { beginInvocation } from '#shared/invocation.ts';
import { log, logFailure } from './log.ts';
import { type Resources, resources } from './resources.ts';

/** Runs `run` with the event as it came; what it answers is logged by its kind. `run` parses the event itself. */
export function onEvent<Answer extends { readonly kind: string }>(
  name: string,
  run: (event: unknown, resources: Resources) => Promise<Answer>,
) {
  return middy()
    .use({ before: beginInvocation, onError: ({ error }) => logFailure(`${name} broke`, error) })
    .handler(async (event: unknown) => {
      const answer = await run(event, resources);
      log.info(`${name} ended`, { kind: answer.kind });
      return answer;
    });
}

/** A problem of the catalogue as an answer. */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: Problem;
}

/** As onEvent, for functions somebody waits for: a problem of the catalogue is an answer, so that it reaches who asked in its own words. */
export function onCall<Answer extends { readonly kind: string }>(
  name: string,
  run: (event: unknown, resources: Resources) => Promise<Answer>,
) {
  return onEvent<Answer | Refused>(name, async (event, found) => {
    try {
      return await run(event, found);
    } catch (error) {
      if (!(error instanceof DrawbridgeError)) throw error;
      const { problem } = error;
      log.warn(`${name} refused`, { code: problem.code, cause: problem.cause, place: problem.place });
      return { kind: 'refused', problem };
    }
  });
}
