/** What planning one target takes: the stacks as they should be, gated, with the change sets of earlier rounds. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { artifactsBucket, changeSetName } from '#shared/domain/names.ts';
import type { DesiredStack } from '#shared/domain/plan/comparison.ts';
import { applicablePolicies, recoveryOf, templateGateOf } from '#shared/domain/policy/applicable.ts';
import { desiredStacks } from '#shared/domain/release/desired-stacks.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import type { Purpose } from '#shared/domain/trust/purpose.ts';
import type { SoakSettings } from '#shared/domain/verification/soak.ts';
import { soakSettings, withoutSoak } from '#shared/domain/verification/soak-settings.ts';
import type { Artifacts } from './artifacts.ts';
import type { Documents } from './documents.ts';
import { gateReleased } from './gate-release.ts';
import { readPlannedTarget } from './ledger/plans.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { readPromotion } from './ledger/promotions.ts';
import type { Ledger } from './ledger/table.ts';
import type { TargetRecord } from './ledger/targets.ts';
import type { Preparing } from './prepare-stack.ts';
import { readRelease } from './releases.ts';
import { readUpstreamOutputs } from './upstream-outputs.ts';

export interface TargetWork {
  readonly stacks: readonly { readonly desired: DesiredStack; readonly preparing: Preparing }[];
  /** Names of the stacks that nest others, or may. */
  readonly nesting: readonly string[];
  readonly artifacts: Artifacts;
  /** The alarms that will be watched, which is none of a rollback. */
  readonly soak: SoakSettings;
  /** The environment does not want to hear of drift. */
  readonly ignoresDrift: boolean;
}

interface Asked {
  readonly promotion: PromotionId;
  readonly pipeline: string;
  readonly release: string;
  readonly environment: string;
  readonly round: number;
  readonly polls: number;
  readonly target: TargetRecord;
}

interface Sources {
  readonly ledger: Ledger;
  readonly documents: Documents;
  readonly artifacts: Artifacts;
}

/** Reads and gates. A macro runs when a change set is asked for, so the gate comes before the first. Throws GATE_ errors. */
export async function targetWork({ ledger, documents, artifacts }: Sources, asked: Asked): Promise<TargetWork> {
  const { promotion, environment, target, round } = asked;
  const release = await readRelease(documents, asked.release);
  const [all, earlier, promoted] = await Promise.all([
    listPolicyDocuments(ledger),
    round === 1 ? undefined : readPlannedTarget(ledger, { promotion, environment, target: target.name }),
    readPromotion(ledger, promotion),
  ]);
  const outputs = await readUpstreamOutputs({
    ledger,
    release,
    target,
    for: { promotion, environment, step: 'plan' },
  });
  const desired = desiredStacks(release, { environment, target, artifacts, outputs });
  const policies = applicablePolicies(all, { pipeline: asked.pipeline, environment, targets: [target] });
  const gate = {
    ...templateGateOf(policies),
    account: target.account,
    artifactsBuckets: [artifactsBucket(artifacts.prefix, target.region)],
  };
  const gated = await Promise.all(
    desired.map((stack) => gateReleased({ ...artifacts, region: target.region }, stack, gate)),
  );
  const skipOf = (stack: string) => promoted?.recovery?.skip?.[stack] ?? [];
  const environmentIn = environmentOf(release, environment);
  return {
    artifacts,
    soak: soakSettings(promoted?.rollback === undefined ? environmentIn : withoutSoak(environmentIn), policies),
    ignoresDrift: environmentIn.drift === 'ignore',
    // What is to be skipped may be in a stack that only the template of before nests.
    nesting: desired
      .filter(({ stack }, index) => gated[index]?.nests || skipOf(stack).length > 0)
      .map(({ stackName }) => stackName),
    stacks: desired.map((stack) => ({
      desired: stack,
      preparing: {
        name: changeSetName(promotion, round),
        earlier: earlier?.stacks.find((planned) => planned.stack === stack.stack)?.changeSetName,
        gate,
        recovery: { allowed: recoveryOf(policies), skip: skipOf(stack.stack) },
      },
    })),
  };
}

/** Nested stacks are named after their parent, so with them the session is for all stacks whose names begin like it. */
export function previewPurpose({ stacks, nesting, artifacts }: TargetWork, asked: Asked): Purpose {
  const { promotion, environment, target } = asked;
  const names = stacks.map(({ desired }) => desired.stackName);
  const nested = nesting.map((name) => `${name}-*`);
  const what = { kind: 'preview', stacks: [...names, ...nested], artifacts } as const;
  return { target, role: 'preview', promotion, environment, step: 'plan', ...what };
}
