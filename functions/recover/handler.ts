/**
 * Recover: bring one stack back as the cleared plan says, and look until it is. The step may be run twice or resumed late, so it checks
 * lease, plan, the stack's own state and emergency stops before it changes anything. What was begun is followed to its end.
 */
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { readPlannedStack } from '#shared/aws/ledger/plans.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { requireNotStopped } from '#shared/aws/openness.ts';
import { beginRecovery } from '#shared/aws/recover-stack.ts';
import { orRefused } from '#shared/aws/refuse-target.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { readStackStatus } from '#shared/aws/stacks.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { recoveryToken } from '#shared/domain/names.ts';
import { recoveryProgress, recoveryWait } from '#shared/domain/recovery/progress.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput, StepOutput } from '#shared/steps.ts';

export const handler = task('recover', (input, resources) =>
  orRefused(resources.ledger, input, () => recover(input, resources)),
);

async function recover(input: StepInput<'recover'>, { ledger, artifacts }: Resources): Promise<StepOutput<'recover'>> {
  const { promotion, environment, stack, polls } = input;
  await confirmLease(ledger, input, input.at);
  const target = await readTarget(ledger, input.target);
  const { stackId, stackName, recovery } = await readPlannedStack(ledger, input);
  if (recovery === undefined) throw failure('PLAN_CHANGED', { stack, planned: input.digest, now: 'no recovery' });

  const what = { kind: 'recover', stacks: [stackId], artifacts } as const;
  const purpose = { target, role: 'deploy', promotion, environment, step: 'recover', ...what } as const;
  return inTarget(purpose, async (session) => {
    const status = (await readStackStatus(session, stackId))?.status ?? 'DELETE_COMPLETE';
    const progress = recoveryProgress({ before: recovery.status, action: recovery.action }, status, polls > 0);
    if (progress === 'done') return { kind: 'recovered' };
    const waitSeconds = recoveryWait(polls);
    if (progress === 'failed' || waitSeconds === undefined) {
      const place = { stack: stackName, account: target.account, region: target.region };
      throw failure('RECOVERY_FAILED', { stack, action: recovery.action, status }, place);
    }
    const token = recoveryToken(promotion, { environment, stack, digest: input.digest });
    if (progress === 'to-do') {
      await requireNotStopped(ledger, input);
      await recordTouched(ledger, input);
      await beginRecovery(session, { stackId, recovery, token });
    }
    return { kind: 'pending', polls: polls + 1, waitSeconds };
  });
}
