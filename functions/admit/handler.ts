/** Admit: may this release enter the environment, and is it its turn? */
import { admit } from '#shared/aws/admit.ts';
import { tell } from '#shared/aws/tell.ts';
import { report } from '#shared/lambda/report.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('admit', async (input, { ledger, documents, bus }) => {
  const answer = await admit({ ledger, documents }, input);
  if (answer.kind !== 'wait') report(await tell({ ledger, bus }, input.promotion));
  switch (answer.kind) {
    case 'admitted':
      return { ...answer, waits: input.waits };
    case 'wait':
      return { ...answer, epoch: 0 };
    case 'rejected':
      return { ...answer, epoch: 0, waits: input.waits };
  }
});
