/** `drawbridge freeze`: no rollout starts for a time. */
import type { CliCommand } from '../command.ts';
import { restrict, withRestriction } from '../restrict.ts';

export const freeze: CliCommand = {
  name: 'freeze',
  declare: (command) =>
    withRestriction(command, 'freeze')
      .summary('let no rollout start for a time')
      .description('Rollouts that come during a freeze wait, or are refused where a policy says so. What runs goes on.')
      .option('--from <instant>', 'when it begins, such as 2026-12-20T18:00:00Z; at once when left out')
      .option('--until <instant>', 'when it ends; when it is lifted, if left out')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge freeze --environment production --until 2027-01-04T06:00:00+01:00 --reason "year end"\n' +
          '  drawbridge freeze --list\n  drawbridge freeze --lift freeze-0123456789abcdef --reason "books are closed"',
      ),
  run: (invocation) => restrict('freeze', invocation),
};
