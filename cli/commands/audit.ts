/** `drawbridge audit`: the evidence of a promotion. */
import { foundCredentials } from '#shared/domain/audit/evidence.ts';
import { getEvidence } from '../client/audits.ts';
import { evidenceText } from '../client/evidence-report.ts';
import type { CliCommand } from '../command.ts';
import { connect, withConnection } from '../connection.ts';

export const audit: CliCommand = {
  name: 'audit',
  declare: (command) =>
    withConnection(command)
      .summary('show the evidence of a promotion')
      .description(
        'Shows what a promotion changed, under which sessions, and what the audits of the accounts found before and after. ' +
          'The exit code is 3 when an audit found a static credential.',
      )
      .argument('<promotion>', 'id of a promotion')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge audit prm-0123456789abcdef --sandbox\n  drawbridge audit prm-0123456789abcdef --output json',
      ),
  run: async ({ args: [id = ''], options }) => {
    const connection = await connect(options);
    try {
      const evidence = await getEvidence(connection.api, id);
      const json = { simulated: connection.simulated, ...evidence };
      return { kind: 'done', exit: foundCredentials(evidence) ? 3 : 0, text: evidenceText(evidence), json };
    } finally {
      await connection.close();
    }
  },
};
