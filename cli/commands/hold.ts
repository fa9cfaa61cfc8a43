/** `drawbridge hold`: automation promotes nothing there. */
import type { CliCommand } from '../command.ts';
import { restrict, withRestriction } from '../restrict.ts';

export const hold: CliCommand = {
  name: 'hold',
  declare: (command) =>
    withRestriction(command, 'hold')
      .summary('keep schedules and webhooks from promoting somewhere')
      .description('Promotions of schedules and webhooks are rejected there; people go on promoting by hand.')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge hold --pipeline orders --environment production --reason "1.4 is being looked at"\n' +
          '  drawbridge hold --list\n  drawbridge hold --lift hold-0123456789abcdef --reason "1.4 is fine"',
      ),
  run: (invocation) => restrict('hold', invocation),
};
