/**
 * Who may read an artifact, asked of the shipped policies together: the bucket's, the key's, and those of whoever asks. S3 needs both its
 * own permission and, of the same caller, the key.
 */
import { describe, expect, it } from 'vitest';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { home, policiesOf, read } from './shipped.ts';
import { anything, parsed, policiesIn, sessionOf } from './target-policies.ts';

const owner = '111111111111';
const bucket = `arn:aws:s3:::drawbridge-artifacts-${owner}-eu-west-1`;
const artifact = `${bucket}/templates/9f`;
const key = `arn:aws:kms:eu-west-1:${owner}:key/0a`;
const region = read('infra/artifacts-region.yml');
const ofOrganization = { OrganizationId: 'o-drawbridge', TargetAccounts: [''] };

type Given = Readonly<Record<string, string | readonly string[]>>;
const policyOf = (logicalId: string, given: Given) => {
  const [found] = policiesOf(region, { ...home, ...given }).filter((policy) => policy.logicalId === logicalId);
  return parsed(logicalId, found?.document, 'resource');
};

interface Asking {
  /** Path and name of the role. */
  readonly role: string;
  readonly account?: string;
  /** Absent outside every organization. */
  readonly organization?: string;
}

/** As S3 and KMS see the caller. */
function callerContext({ role, account = '222222222222', organization }: Asking): RequestContext {
  return {
    'aws:PrincipalArn': `arn:aws:iam::${account}:role/${role}`,
    'aws:PrincipalAccount': account,
    'aws:ResourceAccount': owner,
    'aws:SecureTransport': 'true',
    ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization }),
  };
}

const viaS3 = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com', 'kms:EncryptionContext:aws:s3:arn': bucket };

function decrypts(asking: Asking, given: Given, context: RequestContext = viaS3, action = 'kms:Decrypt') {
  const requester = sessionOf(`arn:aws:iam::${asking.account ?? '222222222222'}:role/${asking.role}`);
  const request = { requester, action, resource: key, resourceAccount: owner };
  const decision = evaluate(
    { ...request, context: { ...callerContext(asking), ...context } },
    { identity: anything, key: policyOf('ArtifactsKey', given) },
  );
  return decision.kind === 'allowed' ? 'allowed' : decision.layer;
}

function reads(asking: Asking, given: Given) {
  const requester = sessionOf(`arn:aws:iam::${asking.account ?? '222222222222'}:role/${asking.role}`);
  const request = { requester, action: 's3:GetObject', resource: artifact, resourceAccount: owner };
  const decision = evaluate(
    { ...request, context: callerContext(asking) },
    { identity: anything, resource: policyOf('ArtifactsPolicy', given) },
  );
  return decision.kind === 'allowed' ? 'allowed' : decision.layer;
}

const preview = 'drawbridge/drawbridge-preview';
const member = { organization: 'o-drawbridge' };

describe.each<[string, Given, [string, Asking, 'allowed' | 'refused'][]]>([
  [
    'by organization',
    ofOrganization,
    [
      ['the preview role of a member account', { role: preview, ...member }, 'allowed'],
      ['the deploy role', { role: 'drawbridge/drawbridge-deploy', ...member }, 'allowed'],
      ['the execution role', { role: 'drawbridge/drawbridge-execution', ...member }, 'allowed'],
      ['the same in an account that joined later', { role: preview, account: '777777777777', ...member }, 'allowed'],
      ['the same name in a foreign organization', { role: preview, organization: 'o-somebodyelse' }, 'refused'],
      ['the same name outside every organization', { role: preview }, 'refused'],
      ['the audit role, which reads no artifacts', { role: 'drawbridge/drawbridge-audit', ...member }, 'refused'],
      ['the forwarding role', { role: 'drawbridge/drawbridge-event-forward', ...member }, 'refused'],
      ['another role of a member account', { role: 'Administrator', ...member }, 'refused'],
      ['the name without its path', { role: 'drawbridge-preview', ...member }, 'refused'],
      ['a name that begins the same', { role: `${preview}-2`, ...member }, 'refused'],
      ['the name below another path', { role: `mine/${preview}`, ...member }, 'refused'],
    ],
  ],
  [
    'by accounts',
    {},
    [
      ['the preview role of a listed account', { role: preview }, 'allowed'],
      [
        'the execution role of the other',
        { role: 'drawbridge/drawbridge-execution', account: '333333333333' },
        'allowed',
      ],
      ['the same name in an account that is not listed', { role: preview, account: '444444444444' }, 'refused'],
      ['even of one organization', { role: preview, account: '444444444444', ...member }, 'refused'],
      ['another role of a listed account', { role: 'Administrator' }, 'refused'],
    ],
  ],
  [
    'by both',
    { OrganizationId: 'o-drawbridge' },
    [
      ['a member account', { role: preview, account: '777777777777', ...member }, 'allowed'],
      ['a listed account outside', { role: preview, account: '333333333333' }, 'allowed'],
      ['neither', { role: preview, account: '444444444444' }, 'refused'],
    ],
  ],
  [
    'by neither',
    { TargetAccounts: [''] },
    [['nobody: a role with the right name', { role: preview, ...member }, 'refused']],
  ],
])('artifacts are open %s', (_, given, rows) => {
  it.each(rows)('%s', (_name, asking, expected) => {
    const refusedBy = (layer: string) => (expected === 'allowed' ? 'allowed' : layer);
    expect([reads(asking, given), decrypts(asking, given)]).toEqual([refusedBy('resource'), refusedBy('key')]);
  });
});

describe.each<[string, Given]>([
  ['of the organization', ofOrganization],
  ['of the accounts', {}],
])('the key, for a target role %s, is', (_, given) => {
  const asking = { role: preview, ...member };
  it.each<[string, RequestContext, string?]>([
    ['not for calls without S3', { 'kms:EncryptionContext:aws:s3:arn': bucket }],
    ['not for another service', { ...viaS3, 'kms:ViaService': 'sqs.eu-west-1.amazonaws.com' }],
    ['not for S3 of another region', { ...viaS3, 'kms:ViaService': 's3.us-east-1.amazonaws.com' }],
    ['not for another bucket', { ...viaS3, 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::somebody' }],
    ['not for a bucket whose name begins the same', { ...viaS3, 'kms:EncryptionContext:aws:s3:arn': `${bucket}-2` }],
    ['not without an encryption context', { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' }],
    ['not to encrypt', viaS3, 'kms:GenerateDataKey'],
    ['not to change its policy', viaS3, 'kms:PutKeyPolicy'],
    ['not to grant on', viaS3, 'kms:CreateGrant'],
  ])('%s', (_name, context, action) => {
    expect(decrypts(asking, given, context, action)).toBe('key');
  });

  it('for its bucket, also in China', () => {
    expect(decrypts(asking, given)).toBe('allowed');
    expect(decrypts(asking, given, { ...viaS3, 'kms:ViaService': 's3.eu-west-1.amazonaws.com.cn' })).toBe('allowed');
  });
});

describe('the roles of a target account', () => {
  const roles = { PreviewRole: 'preview', ExecutionRole: 'execution' };
  const decide = (logicalId: string, resource: string, context: RequestContext) => {
    const requester = sessionOf(`arn:aws:iam::222222222222:role/drawbridge/${logicalId}`);
    const request = { requester, action: 'kms:Decrypt', resource, resourceAccount: '222222222222', context };
    return evaluate(request, { identity: policiesIn(logicalId, 'identity') }).kind;
  };
  it.each(Object.keys(roles))('%s may decrypt artifacts, of any region, and nothing else', (role) => {
    const elsewhere = { region: 'us-east-1', context: { ...viaS3, 'kms:ViaService': 's3.us-east-1.amazonaws.com' } };
    const bucketThere = { 'kms:EncryptionContext:aws:s3:arn': bucket.replace('eu-west-1', elsewhere.region) };
    expect(decide(role, key, viaS3)).toBe('allowed');
    expect(decide(role, key.replace('eu-west-1', 'us-east-1'), { ...elsewhere.context, ...bucketThere })).toBe(
      'allowed',
    );
    expect(decide(role, key.replace(owner, '999999999999'), viaS3)).toBe('denied');
    expect(decide(role, key.replace(owner, '222222222222'), viaS3)).toBe('denied');
    expect(decide(role, key, {})).toBe('denied');
    expect(decide(role, key, { ...viaS3, 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::somebody' })).toBe('denied');
  });

  // What the deploy role executes, CloudFormation fetched when the change set was made.
  it.each(['DeployRole', 'AuditRole', 'EventForwardRole'])('%s may not', (role) => {
    expect(decide(role, key, viaS3)).toBe('denied');
  });
});

describe('an upload', () => {
  const put = (context: RequestContext) => {
    const requester = sessionOf(`arn:aws:iam::${owner}:role/drawbridge-api`);
    const request = { requester, action: 's3:PutObject', resource: artifact, resourceAccount: owner };
    const common = { 's3:if-none-match': '*', 'aws:SecureTransport': 'true' };
    const resource = policyOf('ArtifactsPolicy', {});
    return evaluate({ ...request, context: { ...common, ...context } }, { identity: anything, resource }).kind;
  };
  const header = 's3:x-amz-server-side-encryption';
  /** As the test's resolver writes the key's ARN. */
  const ours = 'arn:aws:test:eu-west-1:111111111111:ArtifactsKey';
  it.each<[string, RequestContext, string]>([
    ['that says nothing', {}, 'allowed'],
    ['that names the key', { [header]: 'aws:kms', [`${header}-aws-kms-key-id`]: ours }, 'allowed'],
    ['with S3’s own keys', { [header]: 'AES256' }, 'denied'],
    ['with the AWS managed key', { [header]: 'aws:kms' }, 'denied'],
    ['with another key', { [header]: 'aws:kms', [`${header}-aws-kms-key-id`]: `${ours}2` }, 'denied'],
    ['with two layers', { [header]: 'aws:kms:dsse', [`${header}-aws-kms-key-id`]: ours }, 'denied'],
    ['with a key of the customer', { [`${header}-customer-algorithm`]: 'AES256' }, 'denied'],
    ['over what is there', { 's3:if-none-match': [] }, 'denied'],
  ])('%s is %s', (_, context, expected) => {
    expect(put(context)).toBe(expected);
  });
});
