/** `drawbridge stop`: the emergency stop. */
import type { CliCommand } from '../command.ts';
import { restrict, withRestriction } from '../restrict.ts';

export const stop: CliCommand = {
  name: 'stop',
  declare: (command) =>
    withRestriction(command, 'stop')
      .summary('stop everything, a pipeline or an environment at once')
      .description(
        'Nothing more is executed, by whomever it was asked for; what CloudFormation has begun it brings to its end. Promotions that come are rejected. Nobody can override it.',
      )
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge stop --reason "incident 4711"\n  drawbridge stop --pipeline orders --environment production --reason "incident 4711"\n' +
          '  drawbridge stop --lift stop-0123456789abcdef --reason "all is well"',
      ),
  run: (invocation) => restrict('stop', invocation),
};
