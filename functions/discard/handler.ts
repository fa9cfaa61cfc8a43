/** Discard: take away the change sets that will not be executed, and the shells of stacks that only they made. */
import { discardChangeSets, removeShell } from '#shared/aws/discard.ts';
import { noted } from '#shared/aws/ledger/cleanups.ts';
import { checkLease } from '#shared/aws/ledger/leases.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { stacksOf } from '#shared/domain/release/desired-stacks.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput, StepOutput } from '#shared/steps.ts';

export const handler = task('discard', (input, resources) =>
  noted(resources.ledger, { ...input, step: 'discard' }, () => discard(input, resources)),
);

async function discard(input: StepInput<'discard'>, { ledger, documents }: Resources): Promise<StepOutput<'discard'>> {
  const { promotion, environment } = input;
  await checkLease(ledger, input);
  const target = await readTarget(ledger, input.target);
  const stacks = stacksOf(await readRelease(documents, input.release), target).map(({ stackName }) => stackName);
  const purpose = { target, promotion, environment, step: 'discard' } as const;

  const shells = await inTarget({ ...purpose, role: 'preview', kind: 'preview', stacks }, (session) =>
    discardChangeSets(session, promotion, stacks),
  );
  for (const stackId of shells) {
    await inTarget({ ...purpose, role: 'deploy', kind: 'recover', stacks: [stackId] }, (session) =>
      removeShell(session, stackId),
    );
  }
  return { kind: 'discarded' };
}
