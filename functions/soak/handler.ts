/** Soak: look whether the alarms of a target are good, as often as it takes, unless something more urgent ends it. */
import { reasonToStopWatching } from '#shared/aws/giving-way.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { listPolicies } from '#shared/aws/ledger/policies.ts';
import { concludeSoak, readTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { orRefused } from '#shared/aws/refuse-target.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { soakTarget } from '#shared/aws/soak.ts';
import { applicablePolicies } from '#shared/domain/policy/applicable.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import { soakSettings } from '#shared/domain/verification/soak-settings.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput, StepOutput } from '#shared/steps.ts';

export const handler = task('soak', async (input, resources) => {
  const answer = await orRefused(resources.ledger, input, () => soak(input, resources));
  return answer.kind === 'refused' ? { kind: 'failed' } : answer;
});

async function soak(input: StepInput<'soak'>, { ledger, documents }: Resources): Promise<StepOutput<'soak'>> {
  const { promotion, environment, pipeline, since: startedAt, until: endsAt, at, polls } = input;
  await confirmLease(ledger, input, at);
  const target = await readTarget(ledger, input.target);
  const release = await readRelease(documents, input.release);
  const policies = (await listPolicies(ledger)).map(({ policy }) => policy);
  const strict = applicablePolicies(policies, { pipeline, environment, targets: [target] });
  const settings = soakSettings(environmentOf(release, environment), strict);
  const targetStartedAt = (await readTargetProgress(ledger, input))?.startedAt ?? startedAt;
  const watching = { promotion, environment, target, settings, targetStartedAt, startedAt, endsAt, at };
  const answer = await soakTarget(watching);
  if (answer.kind !== 'pending') {
    await concludeSoak(ledger, { ...input, reasons: answer.kind === 'failed' ? [answer.reason] : [] });
    return { kind: answer.kind };
  }
  const reason = await reasonToStopWatching(ledger, input);
  if (reason === undefined) return { kind: 'pending', polls: polls + 1, next: answer.until };
  await concludeSoak(ledger, { ...input, reasons: [{ ...reason, target: target.name }] });
  return { kind: 'failed' };
}
