/** The alarms of a target: whether a rollout may begin there, and one look at them while it soaks. */
import { alarmUrl } from '#shared/domain/broker/console-links.ts';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { applicablePolicies } from '#shared/domain/policy/applicable.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import {
  type AlarmFacts,
  type SoakAnswer,
  type SoakSettings,
  soakAnswer,
  unreadiness,
} from '#shared/domain/verification/soak.ts';
import { soakSettings } from '#shared/domain/verification/soak-settings.ts';
import { readAlarms } from './alarms.ts';
import type { Documents } from './documents.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { readPromotion } from './ledger/promotions.ts';
import type { Ledger } from './ledger/table.ts';
import type { TargetRecord } from './ledger/targets.ts';
import { wasTouched } from './ledger/touched-targets.ts';
import { readRelease } from './releases.ts';
import { inTarget } from './sessions.ts';

interface Watching {
  readonly promotion: PromotionId;
  readonly environment: string;
  readonly target: TargetRecord;
  readonly settings: SoakSettings;
  readonly at: string;
}

export interface Soaking extends Watching {
  /** When the target was started. */
  readonly targetStartedAt: string;
  readonly startedAt: string;
  readonly endsAt: string;
}

/**
 * Before anything is started in a target its alarms have to be OK; what they do once something was executed there is for its soak. Reads as the
 * audit role, and nothing where nothing is watched. Throws SOAK_NOT_READY, and what assuming the role and CloudWatch may bring.
 */
export async function requireReady(ledger: Ledger, watching: Watching): Promise<void> {
  const { promotion, environment, target, settings } = watching;
  if (settings.alarms.length === 0) return;
  if (await wasTouched(ledger, { promotion, environment, target: target.name })) return;
  const found = unreadiness({ ...watching, seen: await seenIn(watching), linkOf: linksOf(target) });
  if (found !== undefined) throw new DrawbridgeError(found);
}

/**
 * The same right before a target is started, which may be days after it was planned. A rollback asks for no alarm. Throws SOAK_NOT_READY, and what
 * reading the release, assuming the role and CloudWatch may bring.
 */
export async function requireStillReady(
  { ledger, documents }: { readonly ledger: Ledger; readonly documents: Documents },
  starting: Omit<Watching, 'settings'> & { readonly pipeline: string; readonly release: string },
): Promise<void> {
  const { promotion, environment, pipeline, target } = starting;
  if (await wasTouched(ledger, { promotion, environment, target: target.name })) return;
  const [promoted, release, policies] = await Promise.all([
    readPromotion(ledger, promotion),
    readRelease(documents, starting.release),
    listPolicyDocuments(ledger),
  ]);
  if (promoted?.rollback !== undefined) return;
  const strict = applicablePolicies(policies, { pipeline, environment, targets: [target] });
  await requireReady(ledger, { ...starting, settings: soakSettings(environmentOf(release, environment), strict) });
}

/**
 * Reads the alarms as the audit role. `failed` with SOAK_FAILED for what they did since the target was started, also where one went off and came
 * back; with SOAK_NOT_READY where they say nothing about that. Throws what assuming the role and CloudWatch may bring.
 */
export async function soakTarget(soaking: Soaking): Promise<SoakAnswer> {
  const { target, settings, targetStartedAt } = soaking;
  const seen = settings.alarms.length === 0 ? [] : await seenIn(soaking, targetStartedAt);
  return soakAnswer({ ...soaking, seen, linkOf: linksOf(target) });
}

function seenIn({ target, promotion, environment, settings }: Watching, since?: string): Promise<AlarmFacts[]> {
  const purpose = { target, role: 'audit', promotion, environment, step: 'soak', kind: 'watch', stacks: [] } as const;
  return inTarget(purpose, (session) => readAlarms(session, settings.alarms, since));
}

function linksOf({ region }: TargetRecord): (alarm: string) => string {
  return (alarm) => alarmUrl({ region, alarm });
}
