/**
 * Audit: look at the account of a target once more, where the rollout ended before its stacks were verified. A stack that fails has run
 * code as well. Reads only, so it needs no lease: whoever has the environment now, this promotion answers for what it executed.
 */
import { auditTarget } from '#shared/aws/audit-target.ts';
import { noted } from '#shared/aws/ledger/cleanups.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { wasTouched } from '#shared/aws/ledger/touched-targets.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('audit', async (input, { ledger }) => {
  const { promotion, environment, at } = input;
  if (!(await wasTouched(ledger, input))) return { kind: 'untouched' };
  return noted(ledger, { ...input, step: 'audit' }, async () => {
    const target = await readTarget(ledger, input.target);
    await auditTarget(ledger, { promotion, environment, target, moment: 'after', at });
    return { kind: 'audited' };
  });
});
