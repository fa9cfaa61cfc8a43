/**
 * Verify: do the deployed stacks run what the release says, does the account still hold no static credential, and, once the target is complete, what
 * do the environment's probes say? Nothing is changed but by the probes themselves.
 */
import { auditTarget } from '#shared/aws/audit-target.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { readTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { readStack } from '#shared/aws/stacks.ts';
import { readUpstreamOutputs } from '#shared/aws/upstream-outputs.ts';
import { verifyTarget } from '#shared/aws/verify-target.ts';
import { verificationOf } from '#shared/domain/plan/verification.ts';
import { desiredStacks } from '#shared/domain/release/desired-stacks.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('verify', async (input, { ledger, documents, artifacts, outside }) => {
  const { promotion, environment, at, polls, complete } = input;
  // Probes may run for longer than a lease lasts, and whoever comes next must not change the target under them.
  await confirmLease(ledger, input, at);
  const target = await readTarget(ledger, input.target);
  const release = await readRelease(documents, input.release);
  // Who comes back to look at probes has read the stacks before.
  if (polls === 0) {
    const wanted = { promotion, environment, step: 'verify' };
    const outputs = await readUpstreamOutputs({ ledger, release, target, for: wanted });
    const desired = desiredStacks(release, { environment, target, artifacts, outputs });
    // A target that is complete is read back as a whole: some of its stacks may have been as they should be before.
    const deployed = desired.filter((stack) => complete || input.stacks.includes(stack.stack));
    const what = { kind: 'read', stacks: deployed.map((stack) => stack.stackName) } as const;
    const purpose = { target, role: 'preview', promotion, environment, step: 'verify', ...what } as const;
    // By name alone: stack policies are not verified, so they are not read, and the session may not.
    const live = await inTarget(purpose, (session) =>
      Promise.all(deployed.map(({ stackName }) => readStack(session, { stackName }))),
    );
    const audit = await auditTarget(ledger, { promotion, environment, target, moment: 'after', at });
    const found = verificationOf(target, { promotion, deployed, live, audit });
    if (found.kind === 'not-verified' || !complete) return found;
  }
  const series = (await readTargetProgress(ledger, input))?.round ?? 0;
  return verifyTarget({ ledger, documents, outside }, { promotion, environment, target, release, at, polls, series });
});
