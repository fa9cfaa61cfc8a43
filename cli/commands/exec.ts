/** `drawbridge exec`: runs a program with an audit-role session and no other credentials. */
import { childEnvironment } from '#shared/domain/broker/hand-over.ts';
import { handOver, openSession } from '../client/sessions.ts';
import type { CliCommand } from '../command.ts';
import { connect } from '../connection.ts';
import { runProgram } from '../run-program.ts';
import { wishOf, withSession } from '../session-options.ts';

export const exec: CliCommand = {
  name: 'exec',
  declare: (command) =>
    withSession(command)
      .summary('run a program with a session of the audit role of a target')
      .description(
        'Runs a program whose environment holds the credentials of an audit-role session and its region, and no other credentials, profile or endpoint. ' +
          'Its output and exit code are the result. Who asked, why and until when is recorded.',
      )
      .argument('<program...>', 'the program and its arguments, after --')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge exec --target production --reason INC-7 -- aws cloudformation list-stacks\n' +
          '  drawbridge exec --target production --reason INC-7 --sandbox -- aws sts get-caller-identity',
      ),
  run: async ({ args: [program], options }) => {
    const connection = await connect(options);
    try {
      const opened = await openSession(connection.api, wishOf(options, 'exec'));
      // biome-ignore lint/style/noProcessEnv: the program gets the environment of this very process, less what is of AWS.
      const environment = childEnvironment(process.env, handOver(connection, opened));
      return { kind: 'ended', exit: await runProgram(program as unknown as string[], environment) };
    } finally {
      await connection.close();
    }
  },
};
