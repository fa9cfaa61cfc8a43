/** `drawbridge promote`: asks for a promotion and follows it to its end. */
import { Option } from 'commander';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Mode, Override } from '#shared/domain/promotion/records.ts';
import { followPromotion } from '../client/follow.ts';
import { planTexts } from '../client/plans.ts';
import { exitOfPromotion, promotionJson, promotionText } from '../client/promotion-report.ts';
import { getPromotion, requestPromotion } from '../client/promotions.ts';
import type { CliCommand } from '../command.ts';
import { connect, withConnection } from '../connection.ts';
import { printedCommand } from '../printed-command.ts';

export const promote: CliCommand = {
  name: 'promote',
  declare: (command) =>
    withConnection(command)
      .summary('promote a release through its environments')
      .description('Asks for the promotion of a release and waits for its end. It goes on if you stop waiting.')
      .argument('<release>', 'id or digest of the release')
      .option('--to <environments...>', 'only these environments; all of them when left out')
      .option('--targets <targets...>', 'only these targets of the environments; all of them when left out')
      .addOption(
        new Option('--override <gates...>', 'what a policy lets you overrule; needs --reason').choices([
          'eligibility',
          'windows',
          'drift',
        ]),
      )
      .option('--reason <text>', 'why it is overruled; it stays on the promotion')
      .addOption(
        new Option(
          '--mode <mode>',
          'verify: only verify again what runs; drift: only compare it with its templates',
        ).choices(['promote', 'verify', 'drift']),
      )
      .option('--no-wait', 'answer as soon as the promotion is accepted')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge promote orders-0123456789ab --sandbox\n  drawbridge promote orders-0123456789ab --to pre-production --no-wait',
      ),
  run: async ({ args: [release = ''], options, terminal }) => {
    const connection = await connect(options);
    try {
      const environments = options['to'] as string[] | undefined;
      const wish = {
        release,
        idempotencyKey: connection.newKey(),
        ...(environments === undefined ? {} : { environments }),
        ...choicesIn(options),
      };
      const { id } = await requestPromotion(connection.api, wish);
      terminal.progress(
        `promotion ${id} goes on whether you wait or not; see it with: ${printedCommand(`status ${id}`, connection.options)}`,
      );
      const record =
        options['wait'] === false ? await getPromotion(connection.api, id) : await followPromotion(connection, id);
      const json = { simulated: connection.simulated, ...promotionJson(record) };
      const text = promotionText(record, connection.options, await planTexts(connection.api, record));
      return { kind: 'done', exit: exitOfPromotion(record), text, json };
    } finally {
      await connection.close();
    }
  },
};

/** How, which targets, and what is overruled. */
function choicesIn(options: Readonly<Record<string, unknown>>): {
  mode?: Mode;
  targets?: string[];
  override?: Override;
} {
  const {
    mode,
    targets,
    override: of,
    reason,
  } = options as { mode?: Mode; targets?: string[]; override?: Override['of']; reason?: string };
  if ((of === undefined) !== (reason === undefined))
    throw failure('USAGE', { detail: '--override and --reason go together.', hint: 'Give both, or neither.' });
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(targets === undefined ? {} : { targets }),
    ...(of === undefined || reason === undefined ? {} : { override: { of, reason } }),
  };
}
