/** `drawbridge rollback`: targets go back to what was last verified on them. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { RollbackRequest } from '#shared/domain/promotion/request.ts';
import { followPromotion } from '../client/follow.ts';
import { planTexts } from '../client/plans.ts';
import { exitOfPromotion, promotionJson, promotionText } from '../client/promotion-report.ts';
import { getPromotion } from '../client/promotions.ts';
import { requestRollback } from '../client/rollbacks.ts';
import type { CliCommand } from '../command.ts';
import { type Connection, connect, withConnection } from '../connection.ts';
import { printedCommand } from '../printed-command.ts';

export const rollback: CliCommand = {
  name: 'rollback',
  declare: (command) =>
    withConnection(command)
      .summary('roll targets back to what was last verified on them')
      .description(
        'Promotes the last release that was verified on the targets, other than the one they run, and waits for its end. It passes windows and freezes, and a hold follows: schedules and webhooks promote nothing there until it is lifted.',
      )
      .argument('<pipeline>', 'name of the pipeline')
      .option('--environment <name>', 'in this environment; must be given')
      .option('--targets <targets...>', 'only these targets of it; all of them when left out')
      .option('--reason <text>', 'why, in one line; must be given, and stays on the promotion')
      .option('--no-wait', 'answer as soon as the promotion is accepted')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge rollback orders --environment production --reason "customers cannot pay"\n' +
          '  drawbridge rollback orders --environment production --targets eu-1 eu-2 --reason "only there"',
      ),
  run: async ({ args: [pipeline = ''], options, terminal }) => {
    const wish = wishIn(pipeline, options);
    const connection = await connect(options);
    try {
      const asked = { wish, idempotencyKey: connection.newKey() };
      const { id, releaseId, rollback: { from = [] } = {} } = await requestRollback(connection.api, asked);
      for (const ran of from)
        for (const target of ran.targets) terminal.progress(`${target}  from ${ran.releaseId} back to ${releaseId}`);
      return await followed(connection, id, { wait: options['wait'] !== false, progress: terminal.progress });
    } finally {
      await connection.close();
    }
  },
};

async function followed(
  connection: Connection,
  id: string,
  { wait, progress }: { readonly wait: boolean; readonly progress: (line: string) => void },
) {
  const { api, options, simulated } = connection;
  progress(`promotion ${id} goes on whether you wait or not; see it with: ${printedCommand(`status ${id}`, options)}`);
  const record = wait ? await followPromotion(connection, id) : await getPromotion(api, id);
  const text = promotionText(record, options, await planTexts(api, record));
  return { kind: 'done', exit: exitOfPromotion(record), text, json: { simulated, ...promotionJson(record) } } as const;
}

/** Throws USAGE where nothing says where or why. */
function wishIn(pipeline: string, options: Readonly<Record<string, unknown>>): RollbackRequest {
  const { environment, reason, targets } = options as Partial<Record<string, string>> & { targets?: string[] };
  if (environment === undefined || reason === undefined)
    throw failure('USAGE', {
      detail: `No ${environment === undefined ? 'environment' : 'reason'} is given.`,
      hint: 'Say where with --environment, and why with --reason.',
    });
  return { pipeline, environment, reason, ...(targets && { targets: targets.flatMap((names) => names.split(',')) }) };
}
