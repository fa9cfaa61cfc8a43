/** Things that somebody does to an account behind Drawbridge's back. */
import type { Sandbox } from '#sandbox/kernel.ts';
import { homeRegion } from '#sandbox/organization.ts';

/** Makes an IAM user with an access key, as a template would. */
export function makeUser(sandbox: Sandbox, account: string, name: string): void {
  const place = { sandbox, account, region: homeRegion, stackId: 'arn:none', stackName: 'somebody' };
  const make = (type: string) =>
    sandbox.provider(type)!.create({ ...place, logicalId: 'Made', type, properties: { UserName: name } });
  make('AWS::IAM::User');
  make('AWS::IAM::AccessKey');
}

/** A role of an account, to be changed in place. */
export function roleIn(sandbox: Sandbox, account: string, name: string) {
  const role = sandbox.world.iam.accounts[account]?.roles[name];
  if (role === undefined) throw new Error(`${account} has no role ${name}`);
  return role;
}

/** Edits one inline policy of a role. The text must be there. */
export function editPolicy(inlinePolicies: Record<string, string>, edit: readonly [from: string, to: string]): void {
  const [from, to] = edit;
  for (const [name, text] of Object.entries(inlinePolicies)) {
    if (text.includes(from)) {
      inlinePolicies[name] = text.replaceAll(from, to);
      return;
    }
  }
  throw new Error(`no policy has ${from}`);
}

/** Takes statements out of drawbridge-boundary, by their Sid. They must be there. */
export function weakenBoundary(sandbox: Sandbox, account: string, sids: readonly string[]): void {
  const boundary = `arn:aws:iam::${account}:policy/drawbridge/drawbridge-boundary`;
  const record = sandbox.world.iam.accounts[account]?.policies[boundary];
  if (record === undefined) throw new Error(`${account} has no ${boundary}`);
  const { Statement, ...rest } = JSON.parse(record.document) as { Statement: { Sid: string }[] };
  const missing = sids.filter((sid) => !Statement.some(({ Sid }) => Sid === sid));
  if (missing.length > 0) throw new Error(`${boundary} has no ${missing.join(', ')}`);
  record.document = JSON.stringify({ ...rest, Statement: Statement.filter(({ Sid }) => !sids.includes(Sid)) });
}
