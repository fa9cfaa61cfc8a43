/** The code of an MFA device in a request (STS API Reference, GetSessionToken and AssumeRole). */
import { accessDenied } from '../aws-error.ts';
import { useMfaCode } from '../iam/mfa.ts';
import { userOfCaller } from '../iam/role-policies.ts';
import type { Sandbox, SigningCaller } from '../kernel.ts';
import { lengthViolations, textViolations } from './constraints.ts';

interface Factor {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

export function factorViolations({ SerialNumber, TokenCode }: Factor): string[] {
  return [
    ...(SerialNumber === undefined
      ? []
      : textViolations('serialNumber', SerialNumber, { length: [9, 256], pattern: '[\\w+=/:,.@-]*' })),
    ...(TokenCode === undefined ? [] : lengthViolations('tokenCode', TokenCode, [6, 6])),
    ...(TokenCode === undefined ? [] : textViolations('tokenCode', TokenCode, { length: [0, 6], pattern: '[\\d]*' })),
  ];
}

/** Whether there was a second factor. Throws AccessDenied for one that is not right, or not the caller's own. */
export function requireFactor(sandbox: Sandbox, { SerialNumber, TokenCode }: Factor, caller: SigningCaller): boolean {
  if (SerialNumber === undefined && TokenCode === undefined) return false;
  if (SerialNumber === undefined || TokenCode === undefined) {
    throw accessDenied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.');
  }
  const devices = (caller.kind === 'user' ? userOfCaller(sandbox.world, caller)?.mfaDevices : undefined) ?? [];
  const device = devices.find(({ serialNumber }) => serialNumber === SerialNumber);
  if (!device) {
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
  }
  if (useMfaCode(device, TokenCode, sandbox.now())) return true;
  throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ');
}
