/** What who asked over HTTP is told of what went wrong. */
import { DrawbridgeError, problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { isPassing } from '#shared/domain/promotion/trouble.ts';

/** What AWS said is for the log: it names roles and tables, and who reads the answer may be anybody. `request` finds the log's lines. */
export function shownOf(error: unknown, request: string): Problem {
  if (!(error instanceof DrawbridgeError)) return problem('INTERNAL', { request });
  if (isPassing(error.problem.code)) return problem('AWS_BUSY', {});
  return error.cause === undefined ? error.problem : problem('INTERNAL', { request });
}
