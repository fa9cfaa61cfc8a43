import { describe, expect, it, vi } from 'vitest';
import { asked, askedForSession, isCode, isExpired } from '#shared/aws/translate-error.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { awsError } from './fake-aws.ts';

const thrown = (error: unknown) => asked('AWS CloudFormation', Promise.reject(error)).catch((found: unknown) => found);

describe('an exception of the SDK in the catalogue’s words', () => {
  it.each([
    ['AccessDenied', 403, 'ACCESS_DENIED'],
    ['AccessDeniedException', 400, 'ACCESS_DENIED'],
    ['UnauthorizedOperation', 403, 'ACCESS_DENIED'],
    ['NotAuthorized', 403, 'ACCESS_DENIED'],
    ['ExpiredToken', 403, 'EXPIRED_CREDENTIALS'],
    ['ExpiredTokenException', 400, 'EXPIRED_CREDENTIALS'],
    ['Throttling', 400, 'THROTTLED'],
    ['ThrottlingException', 400, 'THROTTLED'],
    ['ThrottledException', 400, 'THROTTLED'],
    ['RequestThrottled', 400, 'THROTTLED'],
    ['RequestThrottledException', 400, 'THROTTLED'],
    ['RequestLimitExceeded', 503, 'THROTTLED'],
    ['TooManyRequestsException', 429, 'THROTTLED'],
    ['SlowDown', 503, 'THROTTLED'],
    ['ProvisionedThroughputExceededException', 400, 'THROTTLED'],
    ['LimitExceededException', 400, 'QUOTA_REACHED'],
    ['LimitExceeded', 400, 'QUOTA_REACHED'],
    ['InternalFailure', 500, 'AWS_UNREACHABLE'],
    ['ServiceUnavailable', 503, 'AWS_UNREACHABLE'],
    ['ValidationError', 400, 'AWS_REFUSED'],
    ['InsufficientCapabilitiesException', 400, 'AWS_REFUSED'],
    ['InvalidClientTokenId', 403, 'CREDENTIALS_REFUSED'],
    ['UnrecognizedClientException', 400, 'CREDENTIALS_REFUSED'],
    ['InvalidAccessKeyId', 403, 'CREDENTIALS_REFUSED'],
    ['SignatureDoesNotMatch', 403, 'SIGNATURE_REFUSED'],
  ])('%s (%i) is %s', async (code, status, expected) => {
    const error = awsError(code, `${code}: details`, status);
    const found = await thrown(error);
    expect(found).toMatchObject({ name: expected, cause: error });
    expect((found as Error).message).toContain(
      code === 'ExpiredToken' || code === 'ExpiredTokenException' ? 'expired' : 'details',
    );
  });

  it('for its time tells our clock, and theirs by the date of the answer', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-05T09:00:00Z') });
    const skewed = (headers?: object) =>
      thrown(Object.assign(awsError('RequestTimeTooSkewed', 'x', 403), headers && { $response: { headers } }));
    try {
      expect(await skewed({ date: 'Mon, 05 Jan 2026 09:20:00 GMT' })).toMatchObject({
        name: 'CLOCK_SKEWED',
        message: expect.stringMatching(/here says 2026-01-05T09:00:00\.000Z, there it is 2026-01-05T09:20:00\.000Z/),
      });
      expect(await skewed()).toMatchObject({ message: expect.stringMatching(/there it is unknown/) });
    } finally {
      vi.useRealTimers();
    }
  });

  it('that carries no HTTP status never reached AWS', async () => {
    const offline = Object.assign(new Error('connect ECONNREFUSED'), { name: 'TimeoutError', $metadata: {} });
    expect(await thrown(offline)).toMatchObject({ name: 'AWS_UNREACHABLE' });
    expect(await thrown(Object.assign(new Error('x'), { $metadata: undefined }))).toMatchObject({
      name: 'AWS_UNREACHABLE',
    });
  });

  it('goes by the wire code where the modelled name is another', async () => {
    const error = Object.assign(awsError('Unknown', 'x', 403), { Code: 'AccessDenied' });
    expect(await thrown(error)).toMatchObject({ name: 'ACCESS_DENIED' });
    expect(isCode(error, 'AccessDenied')).toBe(true);
    expect(isCode(error, 'Unknown')).toBe(true);
    expect(isCode(error, 'Other')).toBe(false);
  });

  it.each<[string, unknown]>([
    ['an error of ours', failure('TARGET_UNKNOWN', { target: 'x' })],
    ['a defect', new TypeError('undefined is not a function')],
    ['something that is no error', 'text'],
  ])('is none: %s passes as it is', async (_, error) => {
    expect(await thrown(error)).toBe(error);
    expect(isExpired(error)).toBe(false);
    expect(isCode(error, 'TypeError')).toBe(false);
  });

  it('lets an answer through', async () => {
    expect(await asked('AWS STS', Promise.resolve(7))).toBe(7);
  });
});

describe('what opening a session is refused with', () => {
  const about = { operation: 'AssumeRole', role: 'arn:role', account: '333333333333', region: 'eu-west-1' } as const;
  const refused = (error: unknown) =>
    askedForSession('AWS STS in eu-west-1', about, Promise.reject(error)).catch((found: unknown) => found);

  it.each([
    ['PackedPolicyTooLarge', 'SESSION_PACKED_TOO_LARGE'],
    ['AccessDenied', 'ASSUME_ROLE_DENIED'],
    ['Throttling', 'THROTTLED'],
    ['InvalidClientTokenId', 'CREDENTIALS_REFUSED'],
    ['SomethingNew', 'AWS_REFUSED'],
  ])('%s is %s, with what the SDK threw as its cause', async (code, name) => {
    const error = awsError(code, 'x', 403);
    expect(await refused(error)).toMatchObject({ name, cause: error });
  });

  it('lets defects and answers through', async () => {
    const defect = new TypeError('x');
    expect(await refused(defect)).toBe(defect);
    expect(await askedForSession('AWS STS', about, Promise.resolve(7))).toBe(7);
  });
});
