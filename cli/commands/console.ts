/** `drawbridge console`: a link that signs in to the AWS console as the audit role of a target. */
import { consoleUrl } from '#shared/aws/federation.ts';
import { switchRoleUrl } from '#shared/domain/broker/console-links.ts';
import type { OpenedSession } from '#shared/domain/broker/person-session.ts';
import { openSession } from '../client/sessions.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { connect } from '../connection.ts';
import { wishOf, withSession } from '../session-options.ts';

export const console: CliCommand = {
  name: 'console',
  declare: (command) =>
    withSession(command)
      .summary('print a link that signs in to the AWS console of a target')
      .description(
        'Opens a session of the audit role, which only reads, and prints a link into the AWS console. ' +
          'Whoever opens the link within fifteen minutes is signed in, so it is for nobody else. Who asked, why and until when is recorded.',
      )
      .addHelpText('after', '\nExample:\n  drawbridge console --target production --reason INC-7'),
  run: async ({ options }) => {
    const connection = await connect(options);
    try {
      const opened = await openSession(connection.api, wishOf(options, 'console'));
      if (connection.simulated) return noConsole(opened);
      const url = await consoleUrl(opened.credentials, opened.session.region);
      return { kind: 'done', exit: 0, text: url, json: { simulated: false, ...opened.session, url } };
    } finally {
      await connection.close();
    }
  },
};

/** The link is shown for its form: the role trusts the orchestrator role alone, so nobody can switch to it. */
function noConsole({ session }: OpenedSession): Outcome {
  const { target: name, account, region, role, expiresAt } = session;
  const form = switchRoleUrl({ account, region, role: `drawbridge/${role}`, name });
  const text = [
    `The sandbox has no AWS console. On AWS this would sign in to account ${account} as ${role} until ${expiresAt}.`,
    `A switch-role link has this form, and would let nobody in, since the role trusts the orchestrator role alone: ${form}`,
  ].join('\n');
  return { kind: 'done', exit: 0, text, json: { simulated: true, ...session, url: null, switchRoleUrl: form } };
}
