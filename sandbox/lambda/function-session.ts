import type { Sandbox } from '../kernel.ts';
import type { FunctionSession, StoredFunction } from './state.ts';

/** Twelve hours. A role's own maximum binds callers of AssumeRole, not the services it trusts. */
const sessionSeconds = 43_200;

/**
 * The session of the function's role, named after the function as Lambda does. It is kept with the function, so a reloaded world goes on
 * with the same credentials, and renewed before an invocation could outlive it.
 *
 * @throws AwsError when the role cannot be assumed by Lambda.
 */
export function functionSession(sandbox: Sandbox, stored: StoredFunction): FunctionSession {
  const kept = stored.session;
  const needed = sandbox.now() + stored.timeoutSeconds * 1000;
  if (kept && kept.revisionId === stored.revisionId && kept.expiresAt > needed) return kept;
  const opened = sandbox.openSession({
    roleArn: stored.role,
    service: 'lambda.amazonaws.com',
    sessionName: stored.name,
    sourceArn: stored.arn,
    durationSeconds: sessionSeconds,
  });
  stored.session = {
    revisionId: stored.revisionId,
    accessKeyId: opened.accessKeyId,
    secretAccessKey: opened.secretAccessKey,
    sessionToken: opened.sessionToken,
    expiresAt: opened.expiresAt,
  };
  return stored.session;
}
