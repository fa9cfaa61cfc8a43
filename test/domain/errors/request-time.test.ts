import { describe, expect, it } from 'vitest';
import { signatureProblem } from '#shared/domain/errors/request-time.ts';

const times = { local: '2026-01-05T09:00:00.000Z', server: '2026-01-05T09:20:00.000Z' };
const expired = 'Signature expired: 20260105T090000Z is now earlier than 20260105T091500Z (20260105T092000Z - 5 min.)';
const early =
  'Signature not yet current: 20260105T093000Z is still later than 20260105T092500Z (20260105T092000Z + 5 min.)';

describe('a signature that is refused for its time', () => {
  it.each<[string, string, object, string, string]>([
    ['SignatureDoesNotMatch', expired, {}, '2026-01-05T09:00:00Z', '2026-01-05T09:20:00Z'],
    ['InvalidSignatureException', early, {}, '2026-01-05T09:30:00Z', '2026-01-05T09:20:00Z'],
    ['RequestTimeTooSkewed', 'too large', times, times.local, times.server],
    ['RequestExpired', 'Request has expired.', { local: times.local }, times.local, 'unknown'],
    ['RequestInTheFuture', 'x', {}, 'unknown', 'unknown'],
  ])('%s (%s) tells what time it is here and there', (code, message, more, local, server) => {
    expect(signatureProblem('AWS STS', { code, message, ...more })).toMatchObject({
      code: 'CLOCK_SKEWED',
      cause: `AWS STS refused the signature for its time: the clock here says ${local}, there it is ${server}.`,
    });
  });

  it.each(['SignatureDoesNotMatch', 'InvalidSignatureException', 'InvalidSignature'])(
    '%s for another reason is about the key',
    (code) => {
      const message = 'The request signature we calculated does not match';
      expect(signatureProblem('AWS STS', { code, message, ...times })).toMatchObject({
        code: 'SIGNATURE_REFUSED',
        cause: expect.stringContaining(message),
      });
    },
  );

  it('is nothing else', () => {
    expect(signatureProblem('AWS STS', { code: 'AccessDenied', message: expired })).toBeUndefined();
  });
});
