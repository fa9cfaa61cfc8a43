/** `drawbridge credentials`: an audit-role session for other programs. */
import { Option } from 'commander';
import { credentialProcess, exportLines } from '#shared/domain/broker/hand-over.ts';
import { handOver, openSession } from '../client/sessions.ts';
import type { CliCommand } from '../command.ts';
import { connect } from '../connection.ts';
import { wishOf, withSession } from '../session-options.ts';

export const credentials: CliCommand = {
  name: 'credentials',
  declare: (command) =>
    withSession(command)
      .summary('print credentials of the audit role of a target')
      .description(
        'Opens a session of the audit role, which only reads, and prints its credentials: as credential_process wants them, or as export lines. ' +
          'Who asked, why and until when is recorded. Credentials from a sandbox are of use while it is served (rehearse --serve).',
      )
      .addOption(
        new Option('--format <format>', 'how to print the credentials').choices(['process', 'env']).default('process'),
      )
      .addHelpText(
        'after',
        '\nExamples:\n  eval "$(drawbridge credentials --target production --reason "INC-7" --format env)"\n' +
          '  in ~/.aws/config: credential_process = drawbridge credentials --target production --reason dashboards',
      ),
  run: async ({ options }) => {
    const connection = await connect(options);
    try {
      const opened = await openSession(connection.api, wishOf(options, 'credentials'));
      const handed = handOver(connection, opened);
      const json = credentialProcess(handed);
      const text = options['format'] === 'env' ? exportLines(handed) : JSON.stringify(json);
      return { kind: 'done', exit: 0, text, json };
    } finally {
      await connection.close();
    }
  },
};
