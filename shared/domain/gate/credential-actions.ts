/** Actions that make static credentials, or ways in for outsiders. */

/** Service Authorization Reference, "AWS Identity and Access Management": what makes or widens a user, a key or an identity provider. */
export const credentialActions = [
  'CreateUser',
  'CreateAccessKey',
  'CreateLoginProfile',
  'CreateServiceSpecificCredential',
  'UpdateUser',
  'UpdateAccessKey',
  'UpdateLoginProfile',
  'UpdateServiceSpecificCredential',
  'ResetServiceSpecificCredential',
  'UploadSSHPublicKey',
  'UploadSigningCertificate',
  'CreateGroup',
  'AddUserToGroup',
  'AttachUserPolicy',
  'AttachGroupPolicy',
  'PutUserPolicy',
  'PutGroupPolicy',
  'PutUserPermissionsBoundary',
  'DeleteUserPermissionsBoundary',
  'CreateVirtualMFADevice',
  'EnableMFADevice',
  'CreateOpenIDConnectProvider',
  'UpdateOpenIDConnectProviderThumbprint',
  'AddClientIDToOpenIDConnectProvider',
  'CreateSAMLProvider',
  'UpdateSAMLProvider',
].map((name) => `iam:${name}`);

/**
 * What the boundary denies as well, in the other services (accounts/account.yml, NoWaysInFromOutside; Amazon Lightsail API reference,
 * CreateBucketAccessKey: "Access keys consist of an access key ID and corresponding secret access key"). One of each kind is enough for
 * patterns, which are how policies reach them unseen.
 */
export const outsiderActions = [
  'lightsail:CreateBucketAccessKey',
  ...['CreateTrustAnchor', 'UpdateTrustAnchor', 'EnableTrustAnchor', 'CreateProfile', 'UpdateProfile'].map(
    (name) => `rolesanywhere:${name}`,
  ),
  ...[
    'CreateRoleAlias',
    'UpdateRoleAlias',
    'CreateKeysAndCertificate',
    'CreateCertificateFromCsr',
    'CreateProvisioningClaim',
    'RegisterCertificate',
    'RegisterCertificateWithoutCA',
    'RegisterCACertificate',
  ].map((name) => `iot:${name}`),
  'ssm:CreateActivation',
  ...['LeaveOrganization', 'AcceptHandshake', 'CreateAccount', 'PutResourcePolicy'].map(
    (name) => `organizations:${name}`,
  ),
  ...[
    'AttachManagedPolicyToPermissionSet',
    'CreateAccountAssignment',
    'ProvisionPermissionSet',
    'PutInlinePolicyToPermissionSet',
    'UpdatePermissionSet',
  ].map((name) => `sso:${name}`),
  'identitystore:CreateUser',
  'identitystore:CreateGroupMembership',
];
