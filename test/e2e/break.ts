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
