/** An SDK exception in the words of our catalogue. The only place that knows AWS's error codes. */
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const accessDenied = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'NotAuthorized']);
const expired = new Set(['ExpiredToken', 'ExpiredTokenException']);
const throttled = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'SlowDown',
]);

/** True when AWS says the session behind a call is over, so that assuming the role again may help. */
export function isExpired(error: unknown): boolean {
  return isSdkError(error) && expired.has(codeOf(error));
}

/** True for an SDK exception with this wire code or modelled name. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return isSdkError(error) && (codes.includes(error.name) || codes.includes(codeOf(error)));
}

/** Awaits an AWS call; what it throws leaves as a DrawbridgeError that keeps the SDK's error as its cause. */
export async function asked<Answer>(service: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw translated(service, error);
  }
}

function translated(service: string, error: unknown): unknown {
  if (error instanceof DrawbridgeError || !isSdkError(error)) return error;
  const code = codeOf(error);
  const message = `${error.message}`;
  if (accessDenied.has(code)) return caused(failure('ACCESS_DENIED', { message }), error);
  if (expired.has(code)) return caused(failure('EXPIRED_CREDENTIALS', { service }), error);
  if (throttled.has(code)) return caused(failure('THROTTLED', { service, message }), error);
  // The SDK retries this name as throttling, but of CloudFormation it means a quota (API reference, CreateStack errors).
  if (code === 'LimitExceededException' || code === 'LimitExceeded')
    return caused(failure('QUOTA_REACHED', { service, message }), error);
  if (error.$metadata?.httpStatusCode === undefined || error.$metadata.httpStatusCode >= 500) {
    return caused(failure('AWS_UNREACHABLE', { service, message: `${code} ${message}` }), error);
  }
  return caused(failure('AWS_REFUSED', { service, code, message }), error);
}

function caused(reported: DrawbridgeError, cause: unknown): DrawbridgeError {
  reported.cause = cause;
  return reported;
}

/** The code on the wire, or the modelled name. */
export function codeOf(error: SdkError): string {
  return error.Code ?? error.name;
}

/** True for what an SDK client throws, also when no answer came. */
export function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && '$metadata' in error;
}
