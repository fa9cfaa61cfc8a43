/** `drawbridge retry`: takes up a promotion that did not go well. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import { followPromotion } from '../client/follow.ts';
import { exitOfPromotion, promotionJson, promotionText } from '../client/promotion-report.ts';
import { getPromotion, retryPromotion } from '../client/promotions.ts';
import type { CliCommand } from '../command.ts';
import { connect, withConnection } from '../connection.ts';
import { printedCommand } from '../printed-command.ts';

export const retry: CliCommand = {
  name: 'retry',
  declare: (command) =>
    withConnection(command)
      .summary('take up a promotion that did not go well')
      .description(
        'Promotes the same release again, from the environment in which the promotion stopped. Every stack is planned anew: what is done stays untouched, and what failed gets a fresh change set.',
      )
      .argument('<promotion>', 'id of the promotion')
      .option('--skip <resources...>', 'resources that a continued rollback leaves as they are: <stack>:<logical id>')
      .option('--no-wait', 'answer as soon as the new promotion is accepted')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge retry prm-0123456789abcdef\n  drawbridge retry prm-0123456789abcdef --skip api:Queue',
      ),
  run: async ({ args: [promotion = ''], options, terminal }) => {
    const skip = skipped((options['skip'] ?? []) as string[]);
    const connection = await connect(options);
    try {
      const wish = { idempotencyKey: connection.newKey(), ...(skip && { recovery: { skip } }) };
      const { id } = await retryPromotion(connection.api, promotion, wish);
      terminal.progress(
        `promotion ${id} takes up ${promotion}; see it with: ${printedCommand(`status ${id}`, connection.options)}`,
      );
      const record =
        options['wait'] === false ? await getPromotion(connection.api, id) : await followPromotion(connection, id);
      const json = { simulated: connection.simulated, ...promotionJson(record) };
      return { kind: 'done', exit: exitOfPromotion(record), text: promotionText(record, connection.options), json };
    } finally {
      await connection.close();
    }
  },
};

/** Logical ids by stack. Throws USAGE. */
function skipped(words: readonly string[]): Record<string, string[]> | undefined {
  if (words.length === 0) return undefined;
  const pairs = words.map((word) => {
    const [, stack, resource] = /^([a-z][a-z0-9-]*):(.+)$/.exec(word) ?? [];
    if (stack !== undefined && resource !== undefined) return { stack, resource };
    throw failure('USAGE', { detail: `${word} is not STACK:LOGICALID.`, hint: 'Write it as --skip api:Queue.' });
  });
  const groups = Map.groupBy(pairs, ({ stack }) => stack);
  return Object.fromEntries([...groups].map(([stack, list]) => [stack, list.map(({ resource }) => resource)]));
}
