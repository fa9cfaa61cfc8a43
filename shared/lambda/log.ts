/** Structured log lines. Nothing but identifiers and outcomes is logged: never inputs, answers or tokens. */
import { Logger } from '@aws-lambda-powertools/logger';

export const log = new Logger({ serviceName: 'drawbridge' });
