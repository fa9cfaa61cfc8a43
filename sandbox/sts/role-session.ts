import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { AwsError } from '../aws-error.ts';
import { malformedPolicy, parseStored } from '../iam/policy-documents.ts';
import type { RoleRecord } from '../iam/state.ts';
import type { Sandbox } from '../kernel.ts';
import type { SessionCredentials } from '../open-session.ts';
import { mintSession, type SessionRequest } from './mint-session.ts';
import { packedPolicySize } from './packed-policy.ts';

/** What every operation that assumes a role answers. */
export type RoleSessionAnswer = Pick<
  AssumeRoleCommandOutput,
  'Credentials' | 'AssumedRoleUser' | 'PackedPolicySize' | 'SourceIdentity'
>;

/** Opens the session and answers with it. Whether it may be opened is decided before. Throws PackedPolicyTooLarge. */
export function answerWithSession(sandbox: Sandbox, request: SessionRequest): RoleSessionAnswer {
  const { role, sessionName, sourceIdentity, tags = {}, sessionPolicy } = request;
  const PackedPolicySize = packedPolicySize(sessionPolicy, tags);
  const credentials = mintSession(sandbox, request);
  return {
    Credentials: shownCredentials(credentials),
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: credentials.caller.arn },
    ...(PackedPolicySize === undefined ? {} : { PackedPolicySize }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}

export const shownCredentials = (issued: Omit<SessionCredentials, 'caller'>) => ({
  AccessKeyId: issued.accessKeyId,
  SecretAccessKey: issued.secretAccessKey,
  SessionToken: issued.sessionToken,
  Expiration: new Date(issued.expiresAt),
});

/** Throws MalformedPolicyDocument for a session policy that is none. */
export function requireSupportedPolicy(text: string | undefined): void {
  if (text === undefined) return;
  const parsed = parseStored(text, 'identity');
  if (parsed.kind === 'unsupported') throw malformedPolicy(parsed.problems);
}

/** Seconds a session may last: the role's maximum, and one hour when a role session asks (STS API Reference, AssumeRole). */
export function allowedDuration(seconds: number, { role, chained }: { role: RoleRecord; chained: boolean }): number {
  if (seconds > role.maxSessionDuration) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  if (chained && seconds > 3600) {
    const message =
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';
    throw new AwsError('ValidationError', message);
  }
  return seconds;
}
