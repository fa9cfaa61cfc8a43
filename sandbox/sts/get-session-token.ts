import type { GetSessionTokenCommandInput, GetSessionTokenCommandOutput } from '@aws-sdk/client-sts';
import { accessDenied } from '../aws-error.ts';
import { mintId } from '../iam/identifiers.ts';
import { useMfaCode } from '../iam/mfa.ts';
import { userOfCaller } from '../iam/role-policies.ts';
import type { Operation, Sandbox } from '../kernel.ts';
import type { UserCaller } from '../user-caller.ts';
import { durationViolations, lengthViolations, requireNone, textViolations } from './constraints.ts';
import { mintCredentials } from './mint-session.ts';
import { shownCredentials } from './role-session.ts';

type Answer = Pick<GetSessionTokenCommandOutput, 'Credentials'>;

/**
 * A session of an IAM user with the user's own rights, 900–129,600 s, twelve hours unless asked otherwise. It needs no permission; with the
 * code of an MFA device the session carries the second factor (STS API Reference, GetSessionToken).
 */
export const getSessionToken: Operation<GetSessionTokenCommandInput, Answer> = {
  permissions: () => [],
  run({ sandbox, input, caller }) {
    requireValid(input);
    if (caller.kind !== 'user' || caller.expiresAt !== undefined) {
      throw accessDenied('Cannot call GetSessionToken with session credentials');
    }
    const factored = requireFactor(sandbox, input, caller);
    const session = {
      ...caller,
      accessKeyId: mintId(sandbox, 'ASIA'),
      expiresAt: sandbox.now() + (input.DurationSeconds ?? 43_200) * 1000,
      ...(factored ? { mfaAuthenticatedAt: sandbox.now() } : {}),
    };
    return { Credentials: shownCredentials(mintCredentials(sandbox, { caller: session, chained: false })) };
  },
};

function requireValid({ DurationSeconds, SerialNumber, TokenCode }: GetSessionTokenCommandInput): void {
  requireNone([
    ...durationViolations(DurationSeconds, 129_600),
    ...(SerialNumber === undefined
      ? []
      : textViolations('serialNumber', SerialNumber, { length: [9, 256], pattern: '[\\w+=/:,.@-]*' })),
    ...(TokenCode === undefined ? [] : lengthViolations('tokenCode', TokenCode, [6, 6])),
    ...(TokenCode === undefined ? [] : textViolations('tokenCode', TokenCode, { length: [0, 6], pattern: '[\\d]*' })),
  ]);
}

/** Whether there was a second factor. Throws AccessDenied for one that is not right. */
function requireFactor(sandbox: Sandbox, input: GetSessionTokenCommandInput, caller: UserCaller): boolean {
  const { SerialNumber, TokenCode } = input;
  if (SerialNumber === undefined && TokenCode === undefined) return false;
  if (SerialNumber === undefined || TokenCode === undefined) {
    throw accessDenied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.');
  }
  const devices = userOfCaller(sandbox.world, caller)?.mfaDevices ?? [];
  const device = devices.find(({ serialNumber }) => serialNumber === SerialNumber);
  if (!device) {
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
  }
  if (useMfaCode(device, TokenCode, sandbox.now())) return true;
  throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ');
}
