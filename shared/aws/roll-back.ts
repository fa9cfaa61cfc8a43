/** Rolling targets back: what each would go back to by the ledger, and asking for it where a verification failed and nobody was asked. */
import { mapBounded } from '#shared/bounded.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import { reasonFor } from '#shared/domain/promotion/openness.ts';
import type { Outcome, Promotion, Reason } from '#shared/domain/promotion/records.ts';
import {
  type RollbackIntent,
  type Settling,
  type TargetHistory,
  targetsToRollBack,
  waysBack,
} from '#shared/domain/promotion/rollback.ts';
import { isVerificationFailure } from '#shared/domain/promotion/verified-targets.ts';
import { environmentOf, targetsOf } from '#shared/domain/release/journey.ts';
import { requestPromotion } from './admission.ts';
import type { Documents } from './documents.ts';
import { concludeIntent, recordIntent } from './ledger/rollback-intents.ts';
import type { Ledger } from './ledger/table.ts';
import { listRunning, listTargets } from './ledger/targets.ts';
import { listVerifiedTarget } from './ledger/verified.ts';
import { readRelease } from './releases.ts';

/** So many targets are looked up at once. */
const atOnce = 25;

/** What targets run and what was ever verified on them. */
export async function readHistories(
  ledger: Ledger,
  { pipeline, environment, targets }: { pipeline: string; environment: string; targets: readonly string[] },
): Promise<TargetHistory[]> {
  const here = (await listRunning(ledger, pipeline)).filter((one) => one.environment === environment);
  return mapBounded([...new Set(targets)], atOnce, async (target) => ({
    target,
    runs: here.find((one) => one.target === target),
    verified: await listVerifiedTarget(ledger, { pipeline, environment, target }),
  }));
}

/**
 * The targets of an environment that run something of a pipeline, by what they run: what one ran that has gone to another environment since is on
 * record as well. One whose release cannot be read counts: it may be what is to be gone back from.
 */
export async function listMembers(
  { ledger, documents }: { readonly ledger: Ledger; readonly documents: Documents },
  { pipeline, environment }: { readonly pipeline: string; readonly environment: string },
): Promise<string[]> {
  const [running, targets] = await Promise.all([listRunning(ledger, pipeline), listTargets(ledger)]);
  const here = running.filter((one) => one.environment === environment);
  const digests = [...new Set(here.map(({ release }) => release))];
  const members = await mapBounded(digests, atOnce, async (digest): Promise<[string, string[] | undefined]> => {
    const release = await readRelease(documents, digest).catch(() => undefined);
    return [digest, release && targetsOf(release, environment, targets).map(({ name }) => name)];
  });
  const byRelease = new Map(members);
  return here.filter((one) => byRelease.get(one.release)?.includes(one.target) !== false).map(({ target }) => target);
}

interface Ended extends Pick<Settling, 'progress' | 'running'> {
  readonly environment: string;
  readonly outcome: Outcome;
  readonly at: string;
}

/**
 * Writes down which rollbacks a settled rollout leads to: none but where its environment wants them and a verification said no. The same rollout
 * always leads to the same ones. Answers why targets that should go back cannot.
 */
export async function intendRollbacks(
  world: { readonly ledger: Ledger; readonly documents: Documents },
  promotion: Promotion,
  { environment, at, ...ended }: Ended,
): Promise<Reason[]> {
  if (!ended.progress.some(({ reasons }) => reasons.some(isVerificationFailure))) return [];
  const { ledger } = world;
  const release = await readRelease(world.documents, promotion.release);
  const bad = targetsToRollBack({ ...ended, promotion, environment: environmentOf(release, environment) });
  if (bad.length === 0) return [];
  const { pipeline, id } = promotion;
  const { back, nowhere } = waysBack(await readHistories(ledger, { pipeline, environment, targets: bad }));
  for (const way of back) {
    const codes = ended.progress
      .filter(({ target }) => way.targets.includes(target))
      .flatMap(({ reasons }) => reasons.map(({ code }) => code));
    const reason = `${promotion.releaseId} was found bad (${[...new Set(codes)].join(', ')})`;
    await recordIntent(ledger, { promotion: id, environment, at, ...way, reason });
  }
  return nowhere.length === 0 ? [] : [reasonFor(problem('ROLLBACK_NOWHERE', { environment, targets: nowhere }))];
}

/** Asks admission for a rollback that was intended. Asking again is the same promotion. */
export async function askForRollback(ledger: Ledger, admissionFunction: string, intent: RollbackIntent): Promise<void> {
  const { promotion, environment, release, targets, reason, from, at } = intent;
  const answer = await requestPromotion(admissionFunction, {
    request: { release, environments: [environment], targets },
    rollback: { of: promotion, automatic: true, reason, ...(from && { from }) },
    actor: `rollback:${promotion}`,
    idempotencyKey: `${promotion}/${environment}/${release}`,
    trigger: { kind: 'rollback', source: promotion },
    at,
  });
  const { code, cause: text } = answer.kind === 'refused' ? answer.problem : { code: '', cause: '' };
  await concludeIntent(
    ledger,
    intent,
    answer.kind === 'accepted' ? { rollback: answer.promotion.id } : { refused: { code, text } },
  );
}
