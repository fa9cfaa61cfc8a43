/** One look at the alarms of a target that soaks. */
import { alarmUrl } from '#shared/domain/broker/console-links.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { type SoakAnswer, type SoakSettings, soakAnswer } from '#shared/domain/verification/soak.ts';
import { readAlarms } from './alarms.ts';
import type { TargetRecord } from './ledger/targets.ts';
import { inTarget } from './sessions.ts';

export interface Soaking {
  readonly promotion: PromotionId;
  readonly environment: string;
  readonly target: TargetRecord;
  readonly settings: SoakSettings;
  readonly startedAt: string;
  readonly endsAt: string;
  readonly at: string;
  /** How often somebody looked before; the first look asks whether the soak may begin. */
  readonly polls: number;
}

/**
 * Reads the alarms as the audit role. `failed` with SOAK_NOT_READY on the first look, and SOAK_FAILED later, also where an alarm went off and came
 * back between two looks. Throws what assuming the role and CloudWatch may bring.
 */
export async function soakTarget(soaking: Soaking): Promise<SoakAnswer> {
  const { promotion, environment, target, settings, startedAt, endsAt, at, polls } = soaking;
  const purpose = { target, role: 'audit', promotion, environment, step: 'soak', kind: 'watch', stacks: [] } as const;
  const seen =
    settings.alarms.length === 0
      ? []
      : await inTarget(purpose, (session) => readAlarms(session, settings.alarms, startedAt));
  const { name, account, region } = target;
  return soakAnswer({
    ...{ settings, seen, startedAt, endsAt, at },
    first: polls === 0,
    linkOf: (alarm) => alarmUrl({ region, alarm }),
    target: { name, account, region },
  });
}
