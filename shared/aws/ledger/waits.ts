/** Steps that wait for a stack: where the task token is kept until a confirming read answers it. Tokens never leave the ledger but to SFN. */
import * as z from 'zod';
import { AccountId, Digest, Instant, Name, PromotionId, Region } from '#shared/domain/identifiers.ts';
import { operationToken, type Placed, roleName, sessionName } from '#shared/domain/names.ts';
import { changeItem, getItem, type Ledger, putItem, withoutKeys } from './table.ts';

export const Wait = z.strictObject({
  promotion: PromotionId,
  pipeline: Name,
  release: Digest,
  environment: Name,
  target: Name,
  account: AccountId,
  region: Region,
  stack: Name,
  stackName: z.string(),
  stackId: z.string(),
  /** Absent where only settings change. */
  changeSetName: z.string().optional(),
  changeSetId: z.string().optional(),
  /** ClientRequestToken of the operation, by which its events are told from others'. */
  operation: z.string(),
  /** When the operation was asked for: events before are not its own. */
  since: z.string(),
  /** Role and session that executed, for the record. */
  role: z.string(),
  sessionName: z.string(),
  at: Instant,
  token: z.string(),
});
export type Wait = z.infer<typeof Wait>;

type Asked = Pick<Wait, 'promotion' | 'pipeline' | 'release' | 'environment' | 'stack' | 'token' | 'at'>;
type Planned = Pick<Wait, 'stackName' | 'stackId'> & {
  readonly changeSetName?: string | undefined;
  readonly changeSetId?: string | undefined;
  readonly preparedAt: string;
};

/** The wait of one execution: everything that whoever hears of the stack's end needs to know. */
export function waitFor(asked: Asked, target: Placed & { readonly name: string }, planned: Planned): Wait {
  const { promotion, pipeline, release, environment, stack, token, at } = asked;
  const { stackName, stackId, changeSetName, changeSetId, preparedAt: since } = planned;
  return {
    ...{ promotion, pipeline, release, environment, stack, token, at },
    ...{ stackName, stackId, since },
    ...(changeSetName === undefined ? {} : { changeSetName, changeSetId }),
    target: target.name,
    account: target.account,
    region: target.region,
    // A stack is executed at most once with each change set; a later round has another one.
    operation: operationToken(promotion, { environment, stack, attempt: roundOf(changeSetName) }),
    role: roleName('deploy'),
    sessionName: sessionName(promotion, 'execute'),
  };
}

/** The round that made the change set, which is the last part of its name. */
function roundOf(changeSetName: string | undefined): number {
  return Number(/-(\d+)$/.exec(changeSetName ?? '-1')?.[1]);
}

/** Keeps the token of a waiting step. A newer attempt's token replaces the older one, which Step Functions no longer accepts. */
export async function recordWait(ledger: Ledger, wait: Wait): Promise<void> {
  await putItem(ledger, { ...keyOf(wait.stackId), ...wait });
}

/** Who waits for this stack, if anybody still does. */
export async function readWait(ledger: Ledger, stackId: string): Promise<Wait | undefined> {
  const item = await getItem(ledger, keyOf(stackId));
  if (item === undefined || item['answered'] === true) return undefined;
  const { answered: _answered, ...rest } = withoutKeys(item);
  return Wait.parse(rest);
}

/** Notes that the wait with this token was answered, so that later events of the stack wake nobody. */
export async function closeWait(ledger: Ledger, wait: Wait): Promise<void> {
  await changeItem(ledger, keyOf(wait.stackId), {
    UpdateExpression: 'SET answered = :yes',
    ConditionExpression: '#token = :token',
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: { ':yes': true, ':token': wait.token },
  });
}

function keyOf(stackId: string) {
  return { pk: `WAIT#${stackId}`, sk: 'WAIT' };
}
