import { beforeEach, describe, expect, it } from 'vitest';
import { createRole, defaultSettings } from '#sandbox/iam/roles.ts';
import { iamService } from '#sandbox/iam/service.ts';
import type { SessionCaller } from '#sandbox/kernel.ts';
import { type IamSandbox, iamSandbox, perform, sessionOfRole, thrown, trusting } from './sandbox-stub.ts';

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const nothing = 'arn:aws:iam::aws:policy/Nothing';

let sandbox: IamSandbox;
let auditor: SessionCaller;
beforeEach(() => {
  sandbox = iamSandbox();
  const trust = trusting({ Service: 'lambda.amazonaws.com' });
  const settings = { ...defaultSettings, attachedPolicies: [readOnly] };
  auditor = sessionOfRole(
    createRole(sandbox, { account: '111111111111', name: 'auditor', path: '/', trust, settings }),
  );
});
const ask = (operation: string, input: object) =>
  perform(sandbox, iamService.operations[operation]!, { input, caller: auditor }) as Record<string, never>;

describe('a managed policy', () => {
  it('is shown with its only version, and that with its document', () => {
    const { Policy } = ask('GetPolicy', { PolicyArn: readOnly });
    expect(Policy).toMatchObject({ Arn: readOnly, PolicyName: 'ReadOnlyAccess', DefaultVersionId: 'v1' });
    const { PolicyVersion } = ask('GetPolicyVersion', { PolicyArn: readOnly, VersionId: 'v1' });
    const { Document } = PolicyVersion as unknown as { Document: string };
    expect(JSON.parse(decodeURIComponent(Document))).toMatchObject({ Version: '2012-10-17' });
  });

  it.each([
    ['GetPolicy', { PolicyArn: nothing }, `NoSuchEntity: Policy ${nothing} was not found.`],
    ['GetPolicyVersion', { PolicyArn: nothing, VersionId: 'v1' }, `NoSuchEntity: Policy ${nothing} was not found.`],
    [
      ...(['GetPolicyVersion', { PolicyArn: readOnly, VersionId: 'v2' }] as const),
      `NoSuchEntity: Policy ${readOnly} version v2 does not exist.`,
    ],
  ])('%s of %j is not there', (operation, input, said) => {
    expect(thrown(() => ask(operation, input))).toBe(said);
  });
});
