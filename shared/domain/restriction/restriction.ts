/**
 * What people put in the way of rollouts from one moment to the next: freezes, emergency stops and holds. Each is on record with who put it
 * and why, and so is its lifting; nothing of it is ever overwritten.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Fault } from '../errors/problem.ts';
import { Instant, Name, PromotionId } from '../identifiers.ts';

/**
 * `freeze`: no rollout starts. `stop`: nothing is executed any more, by whomever and whyever. `hold`: schedules and webhooks promote nothing
 * there.
 */
export const RestrictionKind = z.enum(['freeze', 'stop', 'hold']);
export type RestrictionKind = z.infer<typeof RestrictionKind>;

/** One line of text that stays on record. */
export const Why = z
  .string()
  .trim()
  .min(1, 'expected a reason')
  .max(1000)
  .regex(/^\P{Cc}*$/u, 'expected one line without control characters');

/** Everything where nothing is said. */
const scope = { pipeline: Name.exactOptional(), environment: Name.exactOptional() };

export const FreezeWish = z.strictObject({
  ...scope,
  /** At once where nothing is said. */
  from: Instant.exactOptional(),
  /** Until it is lifted where nothing is said. */
  until: Instant.exactOptional(),
  reason: Why,
});
export const StopWish = z.strictObject({ ...scope, reason: Why });
export const HoldWish = z.strictObject({ pipeline: Name, environment: Name, reason: Why });
export type RestrictionWish = z.infer<typeof FreezeWish> | z.infer<typeof StopWish> | z.infer<typeof HoldWish>;
export const LiftWish = z.strictObject({ reason: Why });

const RestrictionId = z.string().regex(/^(freeze|stop|hold)-[0-9a-f]{16}$/);

export const Restriction = z.strictObject({
  id: RestrictionId,
  kind: RestrictionKind,
  ...scope,
  from: Instant.exactOptional(),
  until: Instant.exactOptional(),
  reason: z.string(),
  /** The promotion that put it, where no person did: a hold after a rollback. */
  promotion: PromotionId.exactOptional(),
  by: z.string(),
  at: Instant,
  lifted: z.strictObject({ by: z.string(), at: Instant, reason: z.string() }).exactOptional(),
});
export type Restriction = z.infer<typeof Restriction>;

/** Who asks, under which key, when, and on behalf of which promotion. */
export interface Asking {
  readonly by: string;
  readonly key: string;
  readonly at: Instant;
  readonly promotion?: PromotionId;
}

/** The restriction somebody asks for. The same actor with the same key always means the same one. */
export function restrictionOf(kind: RestrictionKind, wish: RestrictionWish, asking: Asking): Restriction {
  const { by, key, at, promotion } = asking;
  const hash = createHash('sha256')
    .update(JSON.stringify([by, kind, key]))
    .digest('hex');
  const { from, until } = wish as z.infer<typeof FreezeWish>;
  return {
    ...{ id: `${kind}-${hash.slice(0, 16)}`, kind, ...wish },
    // In UTC, so that the order of texts is that of time.
    ...(from === undefined ? {} : { from: inUtc(from) }),
    ...(until === undefined ? {} : { until: inUtc(until) }),
    ...(promotion === undefined ? {} : { promotion }),
    ...{ by, at },
  };
}

/**
 * What is wrong with the times of a freeze that is asked for at an instant, where there are these others. Two freezes of the same scope at the same
 * time are refused: whoever lifts one of them would think that all is open.
 */
export function freezeFaults(wish: z.infer<typeof FreezeWish>, at: Instant, others: readonly Restriction[]): Fault[] {
  const { from, until } = wish;
  if (until !== undefined && inUtc(until) <= inUtc(at))
    return [fault('/until', 'is in the past, so the freeze would be over already')];
  if (from !== undefined && until !== undefined && inUtc(until) <= inUtc(from))
    return [fault('/until', 'is not after from')];
  const span = { from: inUtc(from ?? at), until: until === undefined ? endless : inUtc(until) };
  const other = others.find((one) => !isOver(one, at) && overlaps(one, wish, span));
  if (other === undefined) return [];
  const end = other.until === undefined ? 'until it is lifted' : `until ${other.until}`;
  return [
    fault('/from', `overlaps ${other.id} of ${scopeText(other)}, ${end}: begin when that ends, or lift it first`),
  ];
}

/** Later than every instant, as texts are ordered. */
const endless = '~';

function overlaps(
  { kind, from, until = endless, at, ...other }: Restriction,
  { pipeline, environment }: z.infer<typeof FreezeWish>,
  span: { readonly from: string; readonly until: string },
): boolean {
  if (kind !== 'freeze' || other.pipeline !== pipeline || other.environment !== environment) return false;
  return (from ?? at) < span.until && span.from < until;
}

function fault(pointer: string, detail: string): Fault {
  return { code: 'FIELD_INVALID', pointer, detail };
}

/** Where something is to happen. */
export interface Spot {
  readonly pipeline: string;
  readonly environment: string;
}

/** Whether a restriction is about a place. */
export function covers({ pipeline, environment }: Restriction, spot: Spot): boolean {
  return (
    (pipeline === undefined || pipeline === spot.pipeline) &&
    (environment === undefined || environment === spot.environment)
  );
}

/** Whether a restriction holds at an instant. */
export function isInForce(restriction: Restriction, at: Instant): boolean {
  return !isOver(restriction, at) && (restriction.from === undefined || restriction.from <= at);
}

/** Whether a restriction never holds again from an instant on. */
export function isOver({ lifted, until }: Restriction, at: Instant): boolean {
  return lifted !== undefined || (until !== undefined && until <= at);
}

/** `everything`, `pipeline orders`, `production`, `orders in production`. */
export function scopeText({ pipeline, environment }: Pick<Restriction, 'pipeline' | 'environment'>): string {
  if (pipeline === undefined) return environment ?? 'everything';
  return environment === undefined ? `pipeline ${pipeline}` : `${pipeline} in ${environment}`;
}

function inUtc(instant: Instant): string {
  return new Date(instant).toISOString();
}
