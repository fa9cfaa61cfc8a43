/** `drawbridge plan`: shows what a release would change in one environment, and executes nothing. */
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { approvalRemarks, type ForeseenApproval, foreseenApproval } from '#shared/domain/plan/foreseen-approval.ts';
import { renderHtml } from '#shared/domain/plan/render-html.ts';
import { renderMarkdown } from '#shared/domain/plan/render-markdown.ts';
import { renderText } from '#shared/domain/plan/render-text.ts';
import { isIdle } from '#shared/domain/plan/stack-plan.ts';
import { PromotionRequest } from '#shared/domain/promotion/request.ts';
import { followPromotion } from '../client/follow.ts';
import { getPlan } from '../client/plans.ts';
import { exitOfPromotion, promotionJson, promotionText } from '../client/promotion-report.ts';
import { requestPromotion } from '../client/promotions.ts';
import { publishRelease } from '../client/releases.ts';
import type { CliCommand, Invocation, Outcome } from '../command.ts';
import { type Connection, connect, withConnection } from '../connection.ts';
import { packageRelease } from '../package-release.ts';

export const plan: CliCommand = {
  name: 'plan',
  formats: ['markdown', 'html'],
  declare: (command) =>
    withConnection(command)
      .summary('show what a release would change in an environment')
      .description(
        'Makes the change sets of an environment, shows what they would do and whose approval that will need, and takes them away again. Executes nothing. ' +
          'A path is packaged and published first.',
      )
      .argument('[path-or-release]', 'folder or file of drawbridge.yml, or id or digest of a release', 'drawbridge.yml')
      .requiredOption('--to <environment>', 'environment to plan for')
      .option('--pipeline <name>', 'which pipeline, if there are several')
      .option('--expect-no-changes', 'exit with 3 if anything would change')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge plan examples/orders --to pre-production --sandbox\n' +
          '  drawbridge plan orders-0123456789ab --to production --output markdown',
      ),
  run: async ({ args: [source = 'drawbridge.yml'], options }) => {
    const packaged = await packagedAt(source, options);
    if (packaged?.kind === 'invalid') return { kind: 'problems', problems: packaged.problems };
    const connection = await connect(options, packaged?.targets);
    try {
      const release = packaged === undefined ? source : (await publishRelease(connection.api, packaged)).digest;
      return await planned(connection, release, options);
    } finally {
      await connection.close();
    }
  },
};

/** Nothing where a release is named: it is published already. */
async function packagedAt(source: string, options: Invocation['options']) {
  if (PromotionRequest.shape.release.safeParse(source).success) return undefined;
  return packageRelease(source, options['pipeline'] as string | undefined);
}

async function planned(connection: Connection, release: string, options: Invocation['options']): Promise<Outcome> {
  const environment = options['to'] as string;
  const wish = { release, environments: [environment], mode: 'plan', idempotencyKey: connection.newKey() } as const;
  const { id } = await requestPromotion(connection.api, wish);
  const record = await followPromotion(connection, id);
  const [rollout] = record.rollouts;
  const exit = exitOfPromotion(record);
  const json = { simulated: connection.simulated, ...promotionJson(record) };
  if (rollout?.planDigest === undefined)
    return {
      kind: 'done',
      exit,
      text: promotionText(record, connection.options),
      json: { ...json, changes: null, approval: null, plan: null },
    };

  const document = await getPlan(connection.api, id, environment);
  const changes = !document.targets.every(isIdle);
  const approval = foreseenApproval(rollout, document);
  const remarks = remarksOn(record, approval);
  return {
    kind: 'done',
    exit: exit === 0 && changes && options['expectNoChanges'] === true ? 3 : exit,
    text: renderText(document, remarks),
    json: { ...json, changes, approval, plan: document },
    forms: { markdown: renderMarkdown(document, remarks), html: renderHtml(document, remarks) },
  };
}

function remarksOn({ promotion, rollouts }: PromotionRecord, approval: ForeseenApproval): string[] {
  const reasons = rollouts.flatMap((rollout) =>
    rollout.reasons.flatMap(({ code, text, next }) => [
      `${code}: ${text}`,
      ...(next === undefined ? [] : [`next: ${next}`]),
    ]),
  );
  return [
    // Of the same width as the release's digest, which stands above: the two are easily taken for one another.
    ...rollouts.flatMap(({ planDigest }) => (planDigest === undefined ? [] : [`plan     ${planDigest}`])),
    `${promotion.releaseId}, ${promotion.status}; nothing was executed`,
    ...reasons,
    ...approvalRemarks(approval, promotion.requestedBy),
  ];
}
