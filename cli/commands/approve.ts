/** `drawbridge approve`: says yes to the plan that a promotion waits with. */
import type { CliCommand } from '../command.ts';
import { decideOn, withDecision } from '../decide.ts';

export const approve: CliCommand = {
  name: 'approve',
  declare: (command) =>
    withDecision(command)
      .summary('approve the plan that a promotion waits with')
      .description(
        'Shows the plan and records your approval of just this plan. Who asked for the promotion cannot approve it. If the plan changes before it is executed, the approval is void.',
      )
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge approve prm-0123456789abcdef --reason reviewed\n  drawbridge approve prm-0123456789abcdef --reason reviewed --yes --sandbox --as bob',
      ),
  run: (invocation) => decideOn('approve', invocation),
};
