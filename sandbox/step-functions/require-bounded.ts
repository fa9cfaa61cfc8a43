import { AwsError } from '#sandbox/aws-error.ts';
import { causeLimit, errorLimit } from './asl/state-failure.ts';

/** Throws ValidationException for an error or cause that is longer than the service takes. */
export function requireBounded(given: { error: string | undefined; cause: string | undefined }): void {
  requireLength('error', given.error, errorLimit);
  requireLength('cause', given.cause, causeLimit);
}

function requireLength(field: string, text: string | undefined, limit: number): void {
  if ((text?.length ?? 0) <= limit) return;
  const constraint = `Member must have length less than or equal to ${limit}`;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${constraint}`,
  );
}
