/** One rehearsal: the user's own release travels through the simulated organization, exactly as it would on AWS. */
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import { getPromotion, requestPromotion } from '../client/promotions.ts';
import { publishRelease } from '../client/releases.ts';
import type { Terminal } from '../command.ts';
import type { PackagedRelease } from '../package-release.ts';
import type { OpenSandbox } from './open-sandbox.ts';
import { progressLine } from './progress.ts';

export interface Rehearsed {
  readonly record: PromotionRecord;
  /** How often each operation of each service was called, from publishing the release to the end of the promotion. */
  readonly calls: Record<string, Record<string, number>>;
  /** States entered and retried: what Step Functions would bill. */
  readonly transitions: number;
  /** How long it took on the virtual clock. */
  readonly virtualMilliseconds: number;
}

/** Publishes, promotes and lets virtual time pass until nothing is left to happen. */
export async function rehearse(
  { sandbox, api }: OpenSandbox,
  packaged: PackagedRelease,
  show: { targets: readonly Target[]; terminal: Terminal },
): Promise<Rehearsed> {
  const stopShowing = showProgress(sandbox, show);
  const begun = { entries: sandbox.journal().length, at: sandbox.now() };
  sandbox.resetCalls();
  try {
    const { id: release, digest } = await publishRelease(api, packaged);
    show.terminal.progress(`release  ${release}  ${digest}`);
    const wish = { release: digest, idempotencyKey: sandbox.mint('idempotency-key', 24) };
    const { id } = await requestPromotion(api, wish);
    await sandbox.run();
    const calls = sandbox.calls();
    const counted = sandbox.journal().slice(begun.entries).filter(isTransition).length;
    return {
      record: await getPromotion(api, id),
      calls,
      transitions: counted,
      virtualMilliseconds: sandbox.now() - begun.at,
    };
  } finally {
    stopShowing();
  }
}

function showProgress(
  sandbox: RunningSandbox,
  { targets, terminal }: { targets: readonly Target[]; terminal: Terminal },
): () => void {
  const places = targets.map(({ account, metadata }) => ({ account, name: metadata.name }));
  return sandbox.subscribe((entry) => {
    const line = progressLine(entry, places);
    if (line !== undefined) terminal.progress(line);
  });
}

function isTransition(entry: { kind: string; event?: string }): boolean {
  return entry.kind === 'transition' && (entry.event === 'entered' || entry.event === 'retried');
}
