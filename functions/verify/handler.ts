/** Verify: do the deployed stacks of a target run what the release says, in a good state? Reads only. */
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { readStack } from '#shared/aws/stacks.ts';
import { verificationOf } from '#shared/domain/plan/verification.ts';
import { desiredStacks } from '#shared/domain/release/desired-stacks.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('verify', async (input, { ledger, documents, artifacts }) => {
  const { promotion, environment } = input;
  const target = await readTarget(ledger, input.target);
  const desired = desiredStacks(await readRelease(documents, input.release), { environment, target, artifacts });
  const deployed = desired.filter((stack) => input.stacks.includes(stack.stack));

  const what = { kind: 'read', stacks: deployed.map((stack) => stack.stackName) } as const;
  return inTarget({ target, role: 'preview', promotion, environment, step: 'verify', ...what }, async (session) => {
    const live = await Promise.all(deployed.map((stack) => readStack(session, stack.stackName)));
    return verificationOf(target, deployed, live);
  });
});
