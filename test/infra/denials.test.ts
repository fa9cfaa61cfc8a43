/** The denials of the boundary and of the service control policy, word by word. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import { type Asked, applicationRole, boundaryArn, each, mutations, requestOf, unnoticed } from './denied-requests.ts';
import { resolveProperties } from './intrinsics.ts';
import { read, target } from './shipped.ts';
import { anything, parsed, policiesIn, targetAccount } from './target-policies.ts';

const arn = (resource: string) => `arn:aws:iam::${targetAccount}:${resource}`;
const user = { resource: arn('user/eve') };
const everywhere = { resource: '*' };
const inside = { 'iam:PermissionsBoundary': boundaryArn };

const keys: readonly Asked[] = [
  ...each(
    'iam',
    'CreateUser CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential UploadSigningCertificate UploadSSHPublicKey',
    user,
  ),
  ...each('lightsail', 'CreateBucketAccessKey', everywhere),
];

const outsiders: readonly Asked[] = [
  ...each('iam', 'CreateSAMLProvider UpdateSAMLProvider', { resource: arn('saml-provider/eve') }),
  ...each(
    'iam',
    'CreateOpenIDConnectProvider AddClientIDToOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint',
    { resource: arn('oidc-provider/eve.example') },
  ),
  ...each('rolesanywhere', 'CreateTrustAnchor UpdateTrustAnchor EnableTrustAnchor', everywhere),
  ...each('iot', 'CreateRoleAlias UpdateRoleAlias', everywhere),
  ...each('ssm', 'CreateActivation', everywhere),
  ...each('organizations', 'LeaveOrganization', everywhere),
];

const ownRoles = [
  'drawbridge/drawbridge-deploy',
  'aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0',
  'OrganizationAccountAccessRole',
  'AWSControlTowerExecution',
  'AWSCloudFormationStackSetExecutionRole',
  'stacksets-exec-0123456789abcdef',
];
const changesOfRoles = `CreateRole DeleteRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy AttachRolePolicy DetachRolePolicy
  PutRolePolicy DeleteRolePolicy PutRolePermissionsBoundary TagRole UntagRole`;
const stack = `arn:aws:cloudformation:eu-west-1:${targetAccount}:stack/orders/0`;

/** By the execution role where nobody else is named. */
const denied: readonly Asked[] = [
  ...keys,
  ...outsiders,
  ...each(
    'iam',
    `AddUserToGroup AttachUserPolicy PutUserPolicy PutUserPermissionsBoundary DeleteUserPermissionsBoundary UpdateAccessKey
     UpdateLoginProfile ResetServiceSpecificCredential UpdateServiceSpecificCredential`,
    user,
  ),
  ...each(
    'iam',
    'CreateRole AttachRolePolicy DetachRolePolicy PutRolePolicy DeleteRolePolicy PutRolePermissionsBoundary',
    { resource: applicationRole, context: { 'iam:PermissionsBoundary': `${boundaryArn}-2` } },
  ),
  ...each('iam', 'DeleteRolePermissionsBoundary', { resource: applicationRole, context: inside }),
  ...each('iam', 'CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion', {
    resource: boundaryArn,
  }),
  ...ownRoles.flatMap((role) => each('iam', changesOfRoles, { resource: arn(`role/${role}`), context: inside })),
  ...each('rolesanywhere', 'CreateProfile UpdateProfile', everywhere),
  ...each(
    'iot',
    `CreateKeysAndCertificate CreateCertificateFromCsr CreateProvisioningClaim RegisterCertificate
     RegisterCertificateWithoutCA RegisterCACertificate`,
    everywhere,
  ),
  ...each('organizations', 'AcceptHandshake CreateAccount PutResourcePolicy', everywhere),
  ...each(
    'sso',
    `AttachManagedPolicyToPermissionSet CreateAccountAssignment ProvisionPermissionSet PutInlinePolicyToPermissionSet
     UpdatePermissionSet`,
    everywhere,
  ),
  ...each('identitystore', 'CreateUser CreateGroupMembership', everywhere),
  ...each('iam', 'CreateRole UpdateAssumeRolePolicy', {
    resource: applicationRole,
    by: applicationRole,
    context: inside,
  }),
  ...each('cloudformation', 'UpdateStack CreateChangeSet ExecuteChangeSet', { resource: stack, by: applicationRole }),
  ...each('iam', 'PassRole', { resource: arn('role/drawbridge/drawbridge-execution'), by: applicationRole }),
  ...each('events', 'PutRule DisableRule DeleteRule PutTargets RemoveTargets', {
    resource: `arn:aws:events:eu-west-1:${targetAccount}:rule/drawbridge-stack-events`,
  }),
];

describe('the boundary', () => {
  const limit = policiesIn('Boundary', 'identity')[0]!;

  it.each(denied.map((one): [string, string, Asked] => [one.action, one.resource, one]))(
    'denies %s on %s',
    (_action, _resource, one) => {
      expect(evaluate(requestOf(one), { identity: anything, boundary: limit })).toMatchObject({
        kind: 'denied',
        explicit: true,
        layer: 'boundary',
      });
    },
  );

  it('has no action and no resource in a denial that could go without one of these being let through', () => {
    expect(mutations(limit).length).toBeGreaterThan(80);
    expect(unnoticed(limit, 'boundary', denied)).toEqual([]);
  });

  it('lets what only reads, and what only sounds alike, through', () => {
    const harmless = [
      ...each('organizations', 'DescribeOrganization', everywhere),
      ...each('sso', 'ListInstances', everywhere),
      ...each('identitystore', 'DescribeUser', everywhere),
      ...each('lightsail', 'GetBucketAccessKeys', everywhere),
    ];
    for (const one of harmless)
      expect(evaluate(requestOf(one), { identity: anything, boundary: limit }).kind).toBe('allowed');
  });
});

describe('the service control policy', () => {
  const { Content } = resolveProperties(read('accounts/guardrails/scp.yml'), 'NoStaticCredentials', target);
  const policy = parsed('scp', Content, 'identity');
  const refused = [...keys, ...outsiders].map((one): Asked => ({ ...one, by: arn('role/Administrator') }));

  it.each(refused.map((one): [string, Asked] => [one.action, one]))('denies %s to whoever asks', (_action, one) => {
    expect(evaluate(requestOf(one), { identity: anything, organization: [[policy, ...anything]] })).toMatchObject({
      kind: 'denied',
      explicit: true,
      layer: 'organization',
    });
  });

  it('has no action in a denial that could go without one of these being let through', () => {
    expect(mutations(policy).length).toBeGreaterThan(15);
    expect(unnoticed(policy, 'organization', refused)).toEqual([]);
  });

  it('fits the quota of a policy of an organization', () => {
    expect(JSON.stringify(Content).length).toBeLessThanOrEqual(5120);
  });
});
