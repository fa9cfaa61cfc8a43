/** The lines of a recording. */
import type { AccessRequest } from '#shared/domain/iam/evaluate.ts';
import type { Policy } from '#shared/domain/iam/policy.ts';

export interface RecordedPolicy {
  readonly kind: 'policy';
  readonly id: string;
  readonly policy: Policy;
}

/** A request that was allowed. */
export interface RecordedRequest extends AccessRequest {
  readonly kind: 'request';
  /** The resource is a role to be assumed, and its trust policy was asked. */
  readonly assumes: boolean;
  /** The session policy. */
  readonly session?: string;
  /** The policy of the resource. */
  readonly attached?: string;
}
