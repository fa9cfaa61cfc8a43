import type { GetSessionTokenCommandInput, GetSessionTokenCommandOutput } from '@aws-sdk/client-sts';
import { accessDenied } from '../aws-error.ts';
import { mintId } from '../iam/identifiers.ts';
import type { Operation } from '../kernel.ts';
import { durationViolations, requireNone } from './constraints.ts';
import { mintCredentials } from './mint-session.ts';
import { shownCredentials } from './role-session.ts';
import { factorViolations, requireFactor } from './second-factor.ts';

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

function requireValid(input: GetSessionTokenCommandInput): void {
  requireNone([...durationViolations(input.DurationSeconds, 129_600), ...factorViolations(input)]);
}
