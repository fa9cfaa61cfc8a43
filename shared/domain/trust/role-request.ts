/** What AssumeRole is asked for a session in a target: one of a promotion (purpose.ts), of a person, or of a diagnosis. */
import { createHash } from 'node:crypto';
import { type Placed, roleArn, type TargetRole } from '../names.ts';

export interface RoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Seconds. */
  readonly durationSeconds: number;
  readonly externalId: string;
  readonly sourceIdentity: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Inline session policy as JSON text. */
  readonly policy?: string;
}

/** A target as far as its trust policies ask for it. */
export interface TrustedTarget extends Placed {
  readonly name: string;
  /** Issued by us, one per account; an identifier against confused deputies, not a secret, yet never printed. */
  readonly externalId: string;
}

export interface Visit {
  readonly role: TargetRole;
  /** Session name and source identity. */
  readonly subject: string;
  readonly durationSeconds: number;
  readonly policy: string;
}

/** Longest session name and source identity (STS API reference, AssumeRole). */
const longestSubject = 64;

/** The request for a visit. The trust policies require both tags; `none` says that no promotion is behind it. */
export function visitRequest(target: TrustedTarget, { role, subject, durationSeconds, policy }: Visit): RoleRequest {
  return {
    roleArn: roleArn(target, role),
    sessionName: subject,
    durationSeconds,
    externalId: target.externalId,
    sourceIdentity: subject,
    tags: { 'drawbridge:promotion': 'none', 'drawbridge:environment': target.name },
    policy,
  };
}

/**
 * `<prefix><actor>` in the characters STS takes for session names and source identities (`[\w+=,.@-]`, 64 at most). An actor that has to
 * be changed for it gets a part of its hash, so that two of them do not share a subject.
 */
export function subjectOf(prefix: string, actor: string): string {
  const name = actor.replaceAll(/[^\w+=,.@-]/g, '-');
  const subject = `${prefix}${name}`;
  if (name === actor && subject.length <= longestSubject) return subject;
  const hash = createHash('sha256').update(actor).digest('hex').slice(0, 8);
  return `${subject.slice(0, longestSubject - hash.length - 1)}-${hash}`;
}

/** Whether GetCallerIdentity's answer is the session that was asked for: account, role and session name. */
export function isSessionOf(request: RoleRequest, identity: { account: string; arn: string }): boolean {
  const [, , , , account = '', role = ''] = request.roleArn.split(':');
  const session = `${role.slice(role.lastIndexOf('/') + 1)}/${request.sessionName}`;
  return identity.account === account && identity.arn.endsWith(`::${account}:assumed-role/${session}`);
}
