/** One rehearsal: the user's own release travels through the simulated organization, exactly as it would on AWS. */
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Api } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Config } from '#shared/domain/config/config.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import type { Restriction } from '#shared/domain/restriction/restriction.ts';
import { planTexts } from '../client/plans.ts';
import type { PlanTexts } from '../client/promotion-report.ts';
import { getPromotion, requestPromotion } from '../client/promotions.ts';
import { publishRelease } from '../client/releases.ts';
import { listRestrictions } from '../client/restrictions.ts';
import type { Terminal } from '../command.ts';
import { waivedText } from '../gate-templates.ts';
import type { PackagedRelease } from '../package-release.ts';
import { runWithApprovals } from './approve-rehearsal.ts';
import { expectedPages } from './expected-pages.ts';
import { type OpenSandbox, openSandbox, type SandboxOptions } from './open-sandbox.ts';
import { progressLine } from './progress.ts';

export interface Rehearsal {
  readonly kind: 'rehearsal';
  readonly config: Config;
  readonly packaged: PackagedRelease;
}

export interface Rehearsed {
  readonly record: PromotionRecord;
  /** How often each operation of each service was called, from publishing the release to the end of the promotion. */
  readonly calls: Record<string, Record<string, number>>;
  /** States entered and retried: what Step Functions would bill. */
  readonly transitions: number;
  /** How long it took on the virtual clock. */
  readonly virtualMilliseconds: number;
  /** What each environment's plan says it changes, as lines. */
  readonly plans: PlanTexts;
  /** The promotions that failed verifications led to. */
  readonly rollbacks: readonly PromotionRecord[];
  /** What keeps automation away since. */
  readonly holds: readonly Restriction[];
  /** The injected faults that something ran into. */
  readonly struck: readonly string[];
}

/**
 * Opens the sandbox, publishes, promotes, and lets virtual time pass until nothing is left to happen, or a decision is waited for that the
 * rehearsal has nobody to make. The world is saved.
 */
export async function rehearse(
  { config, packaged }: Rehearsal,
  options: SandboxOptions,
  terminal: Terminal,
): Promise<Rehearsed> {
  const targets = config.targets.map(({ document }) => document);
  for (const finding of packaged.waived) terminal.progress(`waived   ${waivedText(finding)}`);
  const policies = config.policies.map(({ document }) => document);
  const webhooks = config.webhooks.map(({ document }) => document);
  const opened = await openSandbox({ ...options, policies, webhooks, pages: expectedPages(config) }, targets);
  const stopShowing = showProgress(opened, targets, terminal);
  try {
    return await promoteIn(opened, packaged, { approver: options.approver, terminal });
  } finally {
    stopShowing();
    await opened.close();
  }
}

async function promoteIn(
  opened: OpenSandbox,
  packaged: PackagedRelease,
  { approver, terminal }: { approver: string | undefined; terminal: Terminal },
): Promise<Rehearsed> {
  const { sandbox, api } = opened;
  const begun = { entries: sandbox.journal().length, at: sandbox.now() };
  sandbox.resetCalls();
  const { id: release, digest } = await publishRelease(api, packaged);
  terminal.progress(`release  ${release}  ${digest}`);
  const { id } = await requestPromotion(api, { release: digest, idempotencyKey: sandbox.mint('idempotency-key', 24) });
  await runWithApprovals(opened, { promotion: id, approver, terminal });
  const calls = sandbox.calls();
  const entries = sandbox.journal().slice(begun.entries);
  const record = await getPromotion(api, id);
  const rollbacks = await Promise.all(
    record.rollbacks.flatMap(({ rollback }) => (rollback === undefined ? [] : [getPromotion(api, rollback)])),
  );
  return {
    record,
    calls,
    plans: await planTexts(api, record),
    rollbacks,
    holds: rollbacks.length === 0 ? [] : await holdsOf(api, rollbacks),
    transitions: entries.filter(isTransition).length,
    virtualMilliseconds: sandbox.now() - begun.at,
    struck: entries.flatMap((entry) => (entry.kind === 'fault' ? [entry.fault] : [])),
  };
}

/** That follow these rollbacks. */
async function holdsOf(api: Api, rollbacks: readonly PromotionRecord[]): Promise<Restriction[]> {
  const ids = new Set(rollbacks.map(({ promotion }) => promotion.id));
  return (await listRestrictions(api, 'hold')).filter(({ promotion }) => promotion !== undefined && ids.has(promotion));
}

function showProgress({ sandbox }: OpenSandbox, targets: readonly Target[], terminal: Terminal): () => void {
  const places = targets.map(({ account, region, metadata }) => ({ account, region, name: metadata.name }));
  return sandbox.subscribe((entry) => {
    const line = progressLine(entry, places);
    if (line !== undefined) terminal.progress(line);
  });
}

function isTransition(entry: JournalEntry): boolean {
  return entry.kind === 'transition' && (entry.event === 'entered' || entry.event === 'retried');
}
