/** `drawbridge history`: the promotions of a pipeline, newest first. */
import { listPromotions } from '../client/promotions.ts';
import type { CliCommand } from '../command.ts';
import { connect, withConnection } from '../connection.ts';

export const history: CliCommand = {
  name: 'history',
  declare: (command) =>
    withConnection(command)
      .summary('list the promotions of a pipeline')
      .description(
        'Lists the promotions of a pipeline, newest first. `plan only` is one of which nothing was to be executed.',
      )
      .argument('<pipeline>', 'name of the pipeline')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge history orders --sandbox\n  drawbridge history orders --sandbox --output json',
      ),
  run: async ({ args: [pipeline = ''], options }) => {
    const connection = await connect(options);
    try {
      const promotions = await listPromotions(connection.api, pipeline);
      const lines = promotions.map(
        ({ requestedAt, id, status, releaseId, requestedBy, mode, rollback }) =>
          `${requestedAt}  ${id}  ${status.padEnd(10)} ${releaseId}  ${requestedBy}${mode === 'plan' ? '  plan only' : mode === 'promote' ? '' : `  ${mode} only`}${rollback === undefined ? '' : '  rollback'}`,
      );
      const text = lines.length === 0 ? `Nothing of pipeline ${pipeline} was promoted yet.` : lines.join('\n');
      return { kind: 'done', exit: 0, text, json: { simulated: connection.simulated, pipeline, promotions } };
    } finally {
      await connection.close();
    }
  },
};
