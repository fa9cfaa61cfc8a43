/** Asking for a promotion: what every way in hands to admission, and what it answers. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { failure, problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';
import { canonicalJson } from '../release/canonical-json.ts';
import { Why } from '../restriction/restriction.ts';
import { type ExecutionInput, Mode, Override, Promotion, RecoveryWish, Rollback, Trigger } from './records.ts';

const ReleaseId = z.string().regex(/^[a-z][a-z0-9-]{0,62}-[0-9a-f]{12}$/, 'a release id or its digest');

/** What a caller may choose. It names a release; it can never name a role, an account or a template. */
export const PromotionRequest = z.strictObject({
  release: z.union([Digest, ReleaseId], 'expected a release id, for example orders-0123456789ab, or its digest'),
  /** In the release's order; all of them when left out. */
  environments: z.array(Name).min(1).optional(),
  /** `plan`: show what would be done, execute nothing, clean up. */
  mode: Mode.optional(),
  /** Only these targets of the environments. */
  targets: z.array(Name).min(1).max(1000).optional(),
  override: Override.optional(),
});
export type PromotionRequest = z.infer<typeof PromotionRequest>;

const IdempotencyKey = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$/);

/** The key of a request, so that sending it again is the same request. Throws IDEMPOTENCY_KEY when it is missing or malformed. */
export function idempotencyKeyOf(header: string | undefined): string {
  if (header === undefined) throw failure('IDEMPOTENCY_KEY', { detail: 'is missing' });
  const key = IdempotencyKey.safeParse(header);
  if (!key.success) throw failure('IDEMPOTENCY_KEY', { detail: 'is malformed' });
  return key.data;
}

/** What a retry may choose beside the promotion it takes up again. */
export const RetryRequest = z.strictObject({ recovery: RecoveryWish.optional() });
export type RetryRequest = z.infer<typeof RetryRequest>;

/** What a person may choose of a rollback: where and why. The release is what was last verified there. */
export const RollbackRequest = z.strictObject({
  pipeline: Name,
  environment: Name,
  /** All targets of the environment that run anything of the pipeline where nothing is said. */
  targets: z.array(Name).min(1).max(1000).exactOptional(),
  reason: Why,
});
export type RollbackRequest = z.infer<typeof RollbackRequest>;

export const AdmissionRequest = z.strictObject({
  request: PromotionRequest,
  retryOf: PromotionId.optional(),
  recovery: RecoveryWish.optional(),
  rollback: Rollback.optional(),
  /** The only pipeline whose releases may be asked for; any where not said. */
  pipeline: Name.optional(),
  actor: z.string().min(1),
  idempotencyKey: IdempotencyKey,
  trigger: Trigger,
  at: Instant,
});
export type AdmissionRequest = z.infer<typeof AdmissionRequest>;

export const AdmissionAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accepted'), promotion: Promotion, replayed: z.boolean() }),
  z.strictObject({ kind: z.literal('refused'), problem: z.custom<Problem>() }),
]);
export type AdmissionAnswer = z.infer<typeof AdmissionAnswer>;

/** The same actor with the same key always means the same promotion, so repeating a request cannot start a second one. */
export function promotionIdOf(request: Pick<AdmissionRequest, 'actor' | 'idempotencyKey'>): PromotionId {
  const hash = createHash('sha256')
    .update(JSON.stringify([request.actor, request.idempotencyKey]))
    .digest('hex');
  return `prm-${hash.slice(0, 16)}`;
}

/** The promotion a request asks for: the named environments in the release's order, or all of them. */
export function promotionOf(
  asked: AdmissionRequest,
  release: {
    readonly id: string;
    readonly digest: string;
    readonly pipeline: string;
    readonly environments: readonly { readonly name: string }[];
  },
): { kind: 'promotion'; promotion: Promotion } | { kind: 'refused'; problem: Problem } {
  if (asked.pipeline !== undefined && asked.pipeline !== release.pipeline) {
    const facts = { release: asked.request.release, pipeline: asked.pipeline };
    return { kind: 'refused', problem: problem('RELEASE_NOT_ALLOWED', facts) };
  }
  const known = release.environments.map((environment) => environment.name);
  const wanted = asked.request.environments ?? known;
  const unknown = wanted.find((environment) => !known.includes(environment));
  if (unknown !== undefined)
    return { kind: 'refused', problem: problem('ENVIRONMENT_UNKNOWN', { environment: unknown, known }) };
  const promotion: Promotion = {
    id: promotionIdOf(asked),
    pipeline: release.pipeline,
    release: release.digest,
    releaseId: release.id,
    environments: known.filter((environment) => wanted.includes(environment)),
    mode: asked.request.mode ?? 'promote',
    ...(asked.retryOf === undefined ? {} : { retryOf: asked.retryOf }),
    ...(asked.recovery === undefined ? {} : { recovery: asked.recovery }),
    ...(asked.request.targets === undefined ? {} : { targets: asked.request.targets }),
    ...(asked.request.override === undefined ? {} : { override: asked.request.override }),
    ...(asked.rollback === undefined ? {} : { rollback: asked.rollback }),
    requestedBy: asked.actor,
    requestedAt: asked.at,
    trigger: asked.trigger,
    status: 'accepted',
  };
  return { kind: 'promotion', promotion };
}

/** The answer to a request whose promotion exists: the first result again, or a refusal when the key was used for something else. */
export function replayOf(wanted: Promotion, recorded: Promotion | undefined): AdmissionAnswer {
  const same =
    recorded?.release === wanted.release &&
    recorded.mode === wanted.mode &&
    recorded.environments.join() === wanted.environments.join() &&
    recorded.retryOf === wanted.retryOf &&
    canonicalJson(choicesOf(recorded)) === canonicalJson(choicesOf(wanted));
  if (recorded !== undefined && same) return { kind: 'accepted', promotion: recorded, replayed: true };
  return { kind: 'refused', problem: problem('IDEMPOTENCY_CONFLICT', { earlier: `promotion ${wanted.id}` }) };
}

function choicesOf({ recovery, targets, override, rollback }: Promotion) {
  return { recovery: recovery ?? {}, targets: targets ?? [], override: override ?? {}, rollback: rollback ?? {} };
}

/**
 * The answer to a retry whose promotion exists. It asks for nothing that has come since: what the promotion it takes up has become, or
 * what runs where, was another question.
 */
export function retryReplayOf(
  recorded: Promotion,
  asked: Required<Pick<AdmissionRequest, 'retryOf'>> & Pick<AdmissionRequest, 'recovery'>,
): AdmissionAnswer {
  const { recovery: _, ...rest } = recorded;
  return replayOf({ ...rest, ...asked }, recorded);
}

/** The frozen input of the promotion's execution: the same promotion always gives the same bytes. */
export function executionInputOf(promotion: Promotion): ExecutionInput {
  const { id, pipeline, release, environments, mode } = promotion;
  return { promotion: id, pipeline, release, environments, mode };
}

const overdueMilliseconds = 60_000;

/** Whether an accepted promotion should have started by now. */
export function isOverdue(promotion: Promotion, now: string): boolean {
  return promotion.status === 'accepted' && Date.parse(now) - Date.parse(promotion.requestedAt) > overdueMilliseconds;
}
