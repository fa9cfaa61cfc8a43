/** Structured log lines. Nothing but identifiers and outcomes is logged: never inputs, answers or tokens. */
import { Logger } from '@aws-lambda-powertools/logger';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';

export const log = new Logger({ serviceName: 'drawbridge' });

/** What went wrong: of a problem of the catalogue what it reports, without the SDK's error behind it; anything else whole. */
export function logFailure(what: string, error: unknown, subject: Readonly<Record<string, string>> = {}): void {
  if (error instanceof DrawbridgeError)
    log.error(error.problem.cause, { ...subject, code: error.problem.code, place: error.problem.place });
  else log.error(what, { ...subject, error: error as Error });
}
