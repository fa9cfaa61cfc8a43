/** The lines of a recording. None of them holds a secret. */
import type { AccessRequest } from '#shared/domain/iam/evaluate.ts';
import type { Policy } from '#shared/domain/iam/policy.ts';
import type { Leak } from '#test/canary/watch.ts';

export type Recorded = RecordedFile | RecordedPolicy | RecordedRequest | RecordedSearch | RecordedLeak;

/** A test file that ran, by its path in the project. */
interface RecordedFile {
  readonly kind: 'test-file';
  readonly path: string;
}

interface RecordedPolicy {
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
  /** The policy of the key, where the resource is one. */
  readonly key?: string;
}

/** A sandbox that was searched for its own secrets when it closed. */
interface RecordedSearch {
  readonly kind: 'search';
  readonly sandbox: number;
  readonly secrets: number;
}

export interface RecordedLeak extends Leak {
  readonly kind: 'leak';
}
