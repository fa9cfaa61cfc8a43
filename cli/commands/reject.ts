/** `drawbridge reject`: says no to the plan that a promotion waits with. */
import type { CliCommand } from '../command.ts';
import { decideOn, withDecision } from '../decide.ts';

export const reject: CliCommand = {
  name: 'reject',
  declare: (command) =>
    withDecision(command)
      .summary('reject the plan that a promotion waits with')
      .description('Shows the plan and records your no. The promotion ends, and nothing of the plan is executed.')
      .addHelpText('after', '\nExample:\n  drawbridge reject prm-0123456789abcdef --reason too-risky'),
  run: (invocation) => decideOn('reject', invocation),
};
