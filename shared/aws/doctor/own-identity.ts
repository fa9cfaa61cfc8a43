/** Who the orchestrator is, and what time AWS STS has. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Orchestrator } from '#shared/domain/doctor/facts.ts';

export interface OwnIdentity {
  readonly orchestrator: Orchestrator;
  /** Our clock when the answer came, and the answer's Date. */
  readonly clock: { readonly ours: string; readonly theirs?: string };
}

/** Asks the regional endpoint. A client of its own: its clock must not be one that the SDK has corrected before. */
export async function readOwnIdentity(): Promise<OwnIdentity> {
  const client = new STSClient({});
  const dates: string[] = [];
  client.middlewareStack.add(
    (next) => async (asked) => {
      const answer = await next(asked);
      const { headers } = answer.response as { headers?: Record<string, string> };
      if (headers?.['date'] !== undefined) dates.push(headers['date']);
      return answer;
    },
    // Below the deserializer, where the answer still has its headers.
    { step: 'deserialize', priority: 'low' },
  );
  const { Account = '', Arn = '', UserId = '' } = await client.send(new GetCallerIdentityCommand({}));
  const ours = new Date().toISOString();
  const [date] = dates;
  const region = await client.config.region();
  return {
    orchestrator: { account: Account, arn: Arn, roleId: UserId.split(':')[0] ?? '', region },
    clock: { ours, ...(date === undefined ? {} : { theirs: new Date(date).toISOString() }) },
  };
}
