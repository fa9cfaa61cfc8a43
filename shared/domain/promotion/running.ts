/** What targets run, and what is said of it. */
import * as z from 'zod';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';

/** Which release one target of an environment runs, and since when. */
export const Running = z.strictObject({
  pipeline: Name,
  environment: Name,
  target: Name,
  release: Digest,
  releaseId: z.string(),
  promotion: PromotionId,
  since: Instant,
  /** When it was last found good there; absent while it was not, or is not any more. */
  verifiedAt: Instant.optional(),
  /** The promotion that changed some of its stacks since, and did not finish. */
  mixed: z.strictObject({ promotion: PromotionId, releaseId: z.string(), at: Instant }).optional(),
});
export type Running = z.infer<typeof Running>;

/** The same with what is in the way there, by the ids of the restrictions, and why it runs something else than the others. */
export const Whereabouts = Running.extend({
  held: z.array(z.string()).min(1).optional(),
  frozen: z.array(z.string()).min(1).optional(),
  stopped: z.array(z.string()).min(1).optional(),
  /** Its stacks that were found drifted since the release arrived. */
  drifted: z.array(Name).min(1).optional(),
  why: z.string().optional(),
});
export type Whereabouts = z.infer<typeof Whereabouts>;
