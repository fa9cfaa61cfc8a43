/** `drawbridge status`: one promotion, or what runs where. */

import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Whereabouts } from '#shared/domain/promotion/running.ts';
import { planTexts } from '../client/plans.ts';
import { promotionJson, promotionText } from '../client/promotion-report.ts';
import { getPromotion, listRunning } from '../client/promotions.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { type Connection, connect, withConnection } from '../connection.ts';

export const status: CliCommand = {
  name: 'status',
  declare: (command) =>
    withConnection(command)
      .summary('show a promotion, or which release runs where')
      .argument('[promotion]', 'id of a promotion')
      .option('--pipeline <name>', 'show which release each target of this pipeline runs')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge status prm-0123456789abcdef --sandbox\n  drawbridge status --pipeline orders --sandbox',
      ),
  run: async ({ args: [id], options }) => {
    const pipeline = options['pipeline'] as string | undefined;
    if (id === undefined && pipeline === undefined) {
      const hint = 'Give the id of a promotion, or --pipeline to see what runs where.';
      return { kind: 'problems', problems: [problem('USAGE', { detail: 'Nothing to show is named.', hint })] };
    }
    if (id !== undefined && pipeline !== undefined) {
      const hint = 'Leave one of the two out.';
      const detail = `The promotion ${id} and --pipeline ${pipeline} are two questions.`;
      return { kind: 'problems', problems: [problem('USAGE', { detail, hint })] };
    }
    const connection = await connect(options);
    try {
      return id === undefined ? await running(connection, `${pipeline}`) : await promotion(connection, id);
    } finally {
      await connection.close();
    }
  },
};

async function promotion({ api, simulated, options }: Connection, id: string): Promise<Outcome> {
  const record = await getPromotion(api, id);
  const text = promotionText(record, options, await planTexts(api, record));
  return { kind: 'done', exit: 0, text, json: { simulated, ...promotionJson(record) } };
}

async function running({ api, simulated }: Connection, pipeline: string): Promise<Outcome> {
  const targets = await listRunning(api, pipeline);
  const lines = targets.flatMap(targetLines);
  const text = lines.length === 0 ? `Nothing of pipeline ${pipeline} was promoted yet.` : lines.join('\n');
  return { kind: 'done', exit: 0, text, json: { simulated, pipeline, targets } };
}

/** What it runs, since when, whether that is verified, what is in the way, and why it differs from the others. */
function targetLines({ environment, target, releaseId, since, verifiedAt, why, ...here }: Whereabouts): string[] {
  const found = here.mixed === undefined && verifiedAt !== undefined ? 'verified' : 'not verified';
  const inTheWay = (['held', 'frozen', 'stopped'] as const).flatMap((word) =>
    here[word] === undefined ? [] : [`${word} by ${here[word].join(', ')}`],
  );
  const drift = here.drifted === undefined ? [] : [`${here.drifted.join(' and ')} drifted`];
  const line = `${environment.padEnd(16)} ${target.padEnd(20)} ${releaseId}  since ${since}  ${[found, ...inTheWay, ...drift].join(', ')}`;
  return why === undefined ? [line] : [line, `  because ${why}`];
}
