/** The middy stack for functions that are no state: called by an event, a schedule or another function. */
import middy from '@middy/core';
import { log } from './log.ts';
import { type Resources, resources } from './resources.ts';

/** Runs `run` with the event as it came; what it answers is logged by its kind. `run` parses the event itself. */
export function onEvent<Answer extends { readonly kind: string }>(
  name: string,
  run: (event: unknown, resources: Resources) => Promise<Answer>,
) {
  return middy()
    .use({ onError: ({ error }) => log.error(`${name} broke`, { error: error as Error }) })
    .handler(async (event: unknown) => {
      const answer = await run(event, resources);
      log.info(`${name} ended`, { kind: answer.kind });
      return answer;
    });
}
