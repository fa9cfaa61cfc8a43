/** An SDK exception in the words of our catalogue. The only place that knows AWS's error codes. */
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import { signatureProblem } from '#shared/domain/errors/request-time.ts';
import { type StsRequest, stsProblem } from '#shared/domain/trust/sts-refusal.ts';

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** The answer, where there was one. */
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const accessDenied = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'NotAuthorized']);
const expired = new Set(['ExpiredToken', 'ExpiredTokenException']);
const unknownCredentials = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidAccessKeyId',
  'InvalidToken',
]);
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

/** True when AWS says the session behind a call is over or not known, so that assuming the role again may help. */
export function isExpired(error: unknown): boolean {
  return isSdkError(error) && (expired.has(codeOf(error)) || unknownCredentials.has(codeOf(error)));
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

/** As `asked`, for the calls of AWS STS that open a session: what they refuse has meanings of its own. */
export async function askedForSession<Answer>(
  service: string,
  request: StsRequest,
  call: Promise<Answer>,
): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    const problem = isSdkError(error)
      ? stsProblem({ code: codeOf(error), message: error.message }, request)
      : undefined;
    throw problem === undefined ? translated(service, error) : caused(new DrawbridgeError(problem), error);
  }
}

function translated(service: string, error: unknown): unknown {
  if (error instanceof DrawbridgeError || !isSdkError(error)) return error;
  const code = codeOf(error);
  const message = `${error.message}`;
  if (accessDenied.has(code)) return caused(failure('ACCESS_DENIED', { message }), error);
  if (expired.has(code)) return caused(failure('EXPIRED_CREDENTIALS', { service }), error);
  if (unknownCredentials.has(code)) return caused(failure('CREDENTIALS_REFUSED', { service, message }), error);
  if (throttled.has(code)) return caused(failure('THROTTLED', { service, message }), error);
  // The SDK retries this name as throttling, but of CloudFormation it means a quota (API reference, CreateStack errors).
  if (code === 'LimitExceededException' || code === 'LimitExceeded')
    return caused(failure('QUOTA_REACHED', { service, message }), error);
  const signature = signatureProblem(service, { code, message, ...timesOf(error) });
  if (signature !== undefined) return caused(new DrawbridgeError(signature), error);
  if (error.$metadata?.httpStatusCode === undefined || error.$metadata.httpStatusCode >= 500) {
    return caused(failure('AWS_UNREACHABLE', { service, message: `${code} ${message}` }), error);
  }
  return caused(failure('AWS_REFUSED', { service, code, message }), error);
}

function caused(reported: DrawbridgeError, cause: unknown): DrawbridgeError {
  reported.cause = cause;
  return reported;
}

/** Our clock now, and what AWS's said when it answered. */
function timesOf({ $response }: SdkError) {
  const date = Date.parse($response?.headers?.['date'] ?? '');
  return { local: new Date().toISOString(), server: Number.isNaN(date) ? undefined : new Date(date).toISOString() };
}

/** The code on the wire, or the modelled name. */
export function codeOf(error: SdkError): string {
  return error.Code ?? error.name;
}

/** True for what an SDK client throws, also when no answer came. */
export function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && '$metadata' in error;
}
