/** `drawbridge approve` and `drawbridge reject`: the plan is shown, and the decision is about just that plan. */
import type { Command } from 'commander';
import type { ApprovalRequest } from '#shared/domain/approval/records.ts';
import type { ApprovalWish } from '#shared/domain/approval/wish.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Digest } from '#shared/domain/identifiers.ts';
import { renderText } from '#shared/domain/plan/render-text.ts';
import { canonicalJson, digestOf } from '#shared/domain/release/canonical-json.ts';
import { agreed } from './agreed.ts';
import { openRequest, requestLines, sendDecision } from './client/approvals.ts';
import { followPromotion } from './client/follow.ts';
import { getPlan } from './client/plans.ts';
import { exitOfPromotion, promotionJson, promotionText } from './client/promotion-report.ts';
import { getPromotion } from './client/promotions.ts';
import type { Invocation, Outcome } from './command.ts';
import { type Connection, connect, withConnection } from './connection.ts';

export function withDecision(command: Command): Command {
  return withConnection(command)
    .argument('<promotion>', 'id of the promotion')
    .requiredOption('--reason <text>', 'why, in one line; it is recorded with your name')
    .option('--environment <name>', 'which environment, if several wait')
    .option('--digest <digest>', 'the plan you looked at; without it, it is shown and you are asked')
    .option('--yes', 'decide without being asked')
    .option('--no-wait', 'answer as soon as the decision is recorded');
}

/** Sends the decision and, if somebody waits, follows the promotion from there. */
export async function decideOn(
  decision: ApprovalWish['decision'],
  { args: [promotion = ''], options, terminal }: Invocation,
): Promise<Outcome> {
  const digest = digestIn(options, promotion);
  const connection = await connect(options);
  try {
    const record = await getPromotion(connection.api, promotion);
    const open = openRequest(record, options['environment'] as string | undefined);
    if (digest === undefined) {
      terminal.progress((await shown(connection, open)).join('\n'));
      const question = `${decision === 'approve' ? 'Approve' : 'Reject'} this plan?`;
      if (!(await agreed({ question, subject: 'There is a plan to decide on' }, { options, terminal })))
        return { kind: 'done', exit: 1, text: 'nothing was decided', json: { simulated: connection.simulated } };
    }
    const { environment } = open;
    const wish = { environment, decision, digest: digest ?? open.digest, reason: options['reason'] as string };
    await sendDecision(connection.api, promotion, wish);
    return await outcome(connection, promotion, options['wait'] !== false);
  } finally {
    await connection.close();
  }
}

/** Throws USAGE for what is no digest, before anybody is asked. */
function digestIn(options: Invocation['options'], promotion: string): string | undefined {
  const digest = options['digest'] as string | undefined;
  if (digest === undefined || Digest.safeParse(digest).success) return digest;
  throw failure('USAGE', {
    detail: `--digest ${digest} is no digest, which is sha256: and 64 hexadecimal digits.`,
    hint: `See with \`drawbridge status ${promotion}\` which plan is waited with, or leave --digest out to be shown it.`,
  });
}

/** Throws DIGEST_CHANGED where the plan is by now another one than the request is about: nobody decides on what they did not see. */
async function shown({ api }: Connection, open: ApprovalRequest): Promise<string[]> {
  const plan = await getPlan(api, open.promotion, open.environment);
  const now = digestOf(canonicalJson(plan));
  if (now !== open.digest) throw failure('DIGEST_CHANGED', { seen: open.digest, now });
  return [renderText(plan, []), ...requestLines(open)];
}

async function outcome(connection: Connection, promotion: string, wait: boolean): Promise<Outcome> {
  const record = wait ? await followPromotion(connection, promotion) : await getPromotion(connection.api, promotion);
  const json = { simulated: connection.simulated, ...promotionJson(record) };
  return {
    kind: 'done',
    exit: wait ? exitOfPromotion(record) : 0,
    text: promotionText(record, connection.options),
    json,
  };
}
