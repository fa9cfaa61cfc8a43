import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { mfaCodeFrom } from '#cli/mfa-code.ts';

const device = 'arn:aws:iam::111111111111:mfa/erin';
function terminal(typed: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.end(typed);
  return { input, output };
}

describe('the code of an MFA device', () => {
  it('is asked for where somebody can answer, and the question names the device', async () => {
    const at = terminal(' 123456 \n');
    expect(await mfaCodeFrom(undefined, at)(device)).toBe('123456');
    at.output.end();
    expect(await text(at.output)).toContain(`Code of the MFA device ${device}: `);
  });

  it('is not asked for when it was given', async () => {
    expect(await mfaCodeFrom('654321', terminal('123456\n'))(device)).toBe('654321');
  });

  it('is never waited for where nobody can answer', async () => {
    await expect(mfaCodeFrom(undefined, terminal('123456\n', false))(device)).rejects.toMatchObject({
      name: 'MFA_CODE_NEEDED',
      problem: { exit: 2, cause: expect.stringContaining(device) },
    });
  });

  it.each(['12345', '1234567', 'abcdef', ''])('is six digits: not %j', async (typed) => {
    await expect(mfaCodeFrom(typed, terminal(''))(device)).rejects.toMatchObject({ name: 'MFA_CODE_INVALID' });
    await expect(mfaCodeFrom(undefined, terminal(`${typed}\n`))(device)).rejects.toMatchObject({
      name: 'MFA_CODE_INVALID',
    });
  });
});
