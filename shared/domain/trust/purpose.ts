/** What a session is for. Everything STS asks for is derived from it, so CloudTrail in the target tells the promotion behind each call. */
import type { PromotionId } from '../identifiers.ts';
import { roleArn, sessionName, type TargetRole } from '../names.ts';
import type { RoleRequest, TrustedTarget } from './role-request.ts';
import { type Artifacts, type StepKind, sessionPolicy } from './session-policy.ts';

/** The least STS grants (STS API reference, AssumeRole DurationSeconds). A step never needs more, and a stolen session soon ends. */
const shortestSession = 900;

/** A target as recorded in the ledger by `bootstrap` and `apply`. */
interface PromotedTarget extends TrustedTarget {
  /** Lifetime of sessions there, 900–3600 s: a role assumed by a role's session ends within the hour (IAM User Guide, role chaining). */
  readonly sessionSeconds?: number;
}

export interface Purpose {
  readonly target: PromotedTarget;
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
  /** Needed where a probe is asked with the session: the name of its function or state machine. */
  readonly probe?: string;
}

export interface SessionRequest extends RoleRequest {
  /** Wildcards of the session policy that stand for stacks which could not all be named. */
  readonly widenedTo: readonly string[];
}

/**
 * What AssumeRole is asked for a purpose. The trust policies of accounts/account.yml require every part of it but the session policy.
 * Throws SESSION_POLICY_TOO_LONG.
 */
export function sessionRequest(purpose: Purpose): SessionRequest {
  const { text, widenedTo } = sessionPolicy(purpose.kind, purpose);
  return {
    roleArn: roleArn(purpose.target, purpose.role),
    sessionName: sessionName(purpose.promotion, purpose.step),
    durationSeconds: purpose.target.sessionSeconds ?? shortestSession,
    externalId: purpose.target.externalId,
    sourceIdentity: purpose.promotion,
    tags: { 'drawbridge:promotion': purpose.promotion, 'drawbridge:environment': purpose.environment },
    policy: text,
    widenedTo,
  };
}
