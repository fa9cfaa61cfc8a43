/** Reads the roles of one target and lets the trust linter judge them. Changes nothing. */
import { IAMClient } from '@aws-sdk/client-iam';
import { doctorVisit, type TargetTrust } from '#shared/domain/doctor/facts.ts';
import { judgedRoles, judgeRole } from '#shared/domain/doctor/judge-role.ts';
import { requesterOf } from '#shared/domain/doctor/trust-fault.ts';
import { roleName } from '#shared/domain/names.ts';
import { type TrustedTarget, visitRequest } from '#shared/domain/trust/role-request.ts';
import { openRole } from '../assume-role.ts';
import { asked } from '../translate-error.ts';
import { attempt } from './attempt.ts';
import { readLiveRole } from './live-roles.ts';
import { readOwnIdentity } from './own-identity.ts';

export interface TrustLook {
  readonly target: TrustedTarget;
  /** Session name and source identity. */
  readonly subject: string;
  readonly at: string;
}

/** The preview, deploy, audit and execution role as they are. Throws what `openRole` does when the audit role lets nobody look. */
export async function readTrust({ target, subject, at }: TrustLook): Promise<TargetTrust> {
  const { name, account, region } = target;
  const own = await asked('AWS STS', readOwnIdentity());
  const credentials = await openRole(visitRequest(target, doctorVisit('audit', subject)), target);
  const iam = new IAMClient({ region, credentials });
  const { roleArn: orchestrator } = requesterOf(own.orchestrator);
  const roles = await Promise.all(
    judgedRoles.map(async (role) =>
      judgeRole({ role, live: await attempt(readLiveRole(iam, roleName(role))), target, orchestrator }),
    ),
  );
  return { target: name, account, region, at, orchestrator, roles };
}
