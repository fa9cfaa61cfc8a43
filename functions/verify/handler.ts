/** Verify: do the deployed stacks run what the release says, and does the account still hold no static credential? Reads only. */
import { auditTarget } from '#shared/aws/audit-target.ts';
import { listTargets, readTarget } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { readStack } from '#shared/aws/stacks.ts';
import { readUpstreamOutputs } from '#shared/aws/upstream-outputs.ts';
import { verificationOf } from '#shared/domain/plan/verification.ts';
import { desiredStacks } from '#shared/domain/release/desired-stacks.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('verify', async (input, { ledger, documents, artifacts }) => {
  const { promotion, environment } = input;
  const target = await readTarget(ledger, input.target);
  const release = await readRelease(documents, input.release);
  const wanted = { promotion, environment, step: 'verify' };
  const outputs = await readUpstreamOutputs({ release, target, targets: await listTargets(ledger), for: wanted });
  const desired = desiredStacks(release, { environment, target, artifacts, outputs });
  const deployed = desired.filter((stack) => input.stacks.includes(stack.stack));

  const what = { kind: 'read', stacks: deployed.map((stack) => stack.stackName) } as const;
  const purpose = { target, role: 'preview', promotion, environment, step: 'verify', ...what } as const;
  // By name alone: stack policies are not verified, so they are not read, and the session may not.
  const live = await inTarget(purpose, (session) =>
    Promise.all(deployed.map(({ stackName }) => readStack(session, { stackName }))),
  );
  const audit = await auditTarget(ledger, { promotion, environment, target, moment: 'after', at: input.at });
  return verificationOf(target, { promotion, deployed, live, audit });
});
