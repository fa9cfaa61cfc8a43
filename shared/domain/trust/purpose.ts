/** What a session is for. Everything STS asks for is derived from it, so CloudTrail in the target tells the promotion behind each call. */
import type { PromotionId } from '../identifiers.ts';
import { type Placed, roleArn, sessionName, type TargetRole } from '../names.ts';
import { type Artifacts, type SessionPolicy, type StepKind, sessionPolicy } from './session-policy.ts';

/** The least STS grants (STS API reference, AssumeRole DurationSeconds). A step never needs more, and a stolen session soon ends. */
const shortestSession = 900;

/** A target as recorded in the ledger by `bootstrap` and `apply`. */
interface TrustedTarget extends Placed {
  readonly name: string;
  /** Issued by us, one per account; an identifier against confused deputies, not a secret, yet never printed. */
  readonly externalId: string;
  /** Lifetime of sessions there, 900–3600 s: a role assumed by a role's session ends within the hour (IAM User Guide, role chaining). */
  readonly sessionSeconds?: number;
}

export interface Purpose {
  readonly target: TrustedTarget;
  readonly role: TargetRole;
  readonly promotion: PromotionId;
  readonly environment: string;
  /** The step that works, for the session name: `plan`, `execute`, `resume`, `verify`. */
  readonly step: string;
  /** What kind of work it is: the session may do that and nothing else the role may. */
  readonly kind: StepKind;
  /** The stacks it is about: their names, or ARNs where one certain stack is meant. */
  readonly stacks: readonly string[];
  /** Needed where CloudFormation fetches templates with the session. */
  readonly artifacts?: Artifacts;
}

export interface SessionRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly externalId: string;
  readonly sourceIdentity: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: SessionPolicy;
}

/**
 * What AssumeRole is asked for a purpose. The trust policies of accounts/account.yml require every part of it but the session policy.
 * Throws SESSION_POLICY_TOO_LONG.
 */
export function sessionRequest(purpose: Purpose): SessionRequest {
  return {
    roleArn: roleArn(purpose.target, purpose.role),
    sessionName: sessionName(purpose.promotion, purpose.step),
    durationSeconds: purpose.target.sessionSeconds ?? shortestSession,
    externalId: purpose.target.externalId,
    sourceIdentity: purpose.promotion,
    tags: { 'drawbridge:promotion': purpose.promotion, 'drawbridge:environment': purpose.environment },
    policy: sessionPolicy(purpose.kind, purpose),
  };
}

/** Whether GetCallerIdentity's answer is the session we asked for: account, role and session name. */
export function isExpectedIdentity(purpose: Purpose, identity: { account: string; arn: string }): boolean {
  const { account } = purpose.target;
  const role = `drawbridge-${purpose.role}/${sessionName(purpose.promotion, purpose.step)}`;
  return identity.account === account && identity.arn.endsWith(`::${account}:assumed-role/${role}`);
}
