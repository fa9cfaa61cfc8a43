/** What was told of one promotion, for logs and metrics. */
import type { PromotionId } from '../identifiers.ts';
import type { PromotionEvent } from './event.ts';
import type { Measure } from './metrics.ts';

export interface Told {
  readonly promotion: PromotionId;
  readonly pipeline?: string;
  readonly executionArn?: string;
  /** Events that are on record since then. */
  readonly events: readonly PromotionEvent[];
  readonly measures: readonly Measure[];
  /** Why not all of it was published. Reconcile does so later. */
  readonly trouble?: unknown;
}

/** What was told of a freeze, an emergency stop or a hold. */
export interface ToldRestriction {
  readonly restriction: string;
  /** Why it was not published. Reconcile does so later. */
  readonly trouble?: unknown;
}
