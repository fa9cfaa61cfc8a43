/** What who asked over HTTP is told of what went wrong. */
import { DrawbridgeError, problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';

/** What passes by itself, whichever service it was. */
const passing: readonly string[] = ['THROTTLED', 'AWS_UNREACHABLE'];

/** What AWS said is for the log: it names roles and tables, and who reads the answer may be anybody. `request` finds the log's lines. */
export function shownOf(error: unknown, request: string): Problem {
  if (!(error instanceof DrawbridgeError)) return problem('INTERNAL', { request });
  if (passing.includes(error.problem.code)) return problem('AWS_BUSY', {});
  return error.cause === undefined ? error.problem : problem('INTERNAL', { request });
}
