/** What a function behind API Gateway answers to an event, as a caller sees it. */
import { context } from './deployment.ts';

export async function answerOf(handler: (event: never, context: never) => unknown, event: object) {
  const answer = (await handler(event as never, context as never)) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: JSON.parse(answer.body) as Record<string, unknown>,
  };
}
