import type { Service } from '../kernel.ts';
import {
  createOidcProvider,
  createSamlProvider,
  listOidcProviders,
  listSamlProviders,
} from './identity-provider-operations.ts';
import { oidcProviderProvider, samlProviderProvider } from './identity-provider-providers.ts';
import { inlinePolicyProvider } from './inline-policy-provider.ts';
import { managedPolicyProvider } from './managed-policy-provider.ts';
import { getAccountSummary, listAccessKeys, listUsers } from './read-account.ts';
import { getPolicy, getPolicyVersion } from './read-policies.ts';
import { getRole, getRolePolicy, listAttachedRolePolicies, listRolePolicies, listRoles } from './read-roles.ts';
import { roleProvider } from './role-provider.ts';
import { serviceControlPolicyProvider } from './service-control-policy-provider.ts';
import { accessKeyProvider, userProvider } from './user-providers.ts';
import { createPolicyVersion } from './write-policies.ts';
import {
  attachRolePolicy,
  createRole,
  deleteRolePermissionsBoundary,
  putRolePermissionsBoundary,
  putRolePolicy,
  updateAssumeRolePolicy,
} from './write-roles.ts';
import { createAccessKey, createLoginProfile, createUser } from './write-users.ts';

/** IAM: read over the wire, written through CloudFormation, and over the wire as far as code at run time would try to get more rights. */
export const iamService: Service = {
  name: 'iam',
  operations: {
    AttachRolePolicy: attachRolePolicy,
    CreateAccessKey: createAccessKey,
    CreateLoginProfile: createLoginProfile,
    CreateOpenIDConnectProvider: createOidcProvider,
    CreatePolicyVersion: createPolicyVersion,
    CreateRole: createRole,
    CreateSAMLProvider: createSamlProvider,
    CreateUser: createUser,
    DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
    GetAccountSummary: getAccountSummary,
    GetPolicy: getPolicy,
    GetPolicyVersion: getPolicyVersion,
    GetRole: getRole,
    GetRolePolicy: getRolePolicy,
    ListAccessKeys: listAccessKeys,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListOpenIDConnectProviders: listOidcProviders,
    ListRolePolicies: listRolePolicies,
    ListRoles: listRoles,
    ListSAMLProviders: listSamlProviders,
    ListUsers: listUsers,
    PutRolePermissionsBoundary: putRolePermissionsBoundary,
    PutRolePolicy: putRolePolicy,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  },
  jobs: {},
  providers: {
    'AWS::IAM::AccessKey': accessKeyProvider,
    'AWS::IAM::ManagedPolicy': managedPolicyProvider,
    'AWS::IAM::OIDCProvider': oidcProviderProvider,
    'AWS::IAM::Policy': inlinePolicyProvider,
    'AWS::IAM::Role': roleProvider,
    'AWS::IAM::SAMLProvider': samlProviderProvider,
    'AWS::IAM::User': userProvider,
    'AWS::Organizations::Policy': serviceControlPolicyProvider,
  },
};
