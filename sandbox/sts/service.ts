import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import { accessDenied } from '../aws-error.ts';
import type { Operation, Service } from '../kernel.ts';
import { assumeRole } from './assume-role.ts';
import { decodeAuthorizationMessage } from './decode-authorization-message.ts';
import { getSessionToken } from './get-session-token.ts';
import { assumeRoleWithSaml } from './saml/assume-role-with-saml.ts';
import { assumeRoleWithWebIdentity } from './web-identity/assume-role-with-web-identity.ts';

/** Needs no permission and works under an explicit deny (STS API Reference, GetCallerIdentity). */
const getCallerIdentity: Operation<GetCallerIdentityCommandInput, Omit<GetCallerIdentityCommandOutput, '$metadata'>> = {
  permissions: () => [],
  run({ caller }) {
    if (caller.kind === 'service') throw accessDenied('GetCallerIdentity needs the credentials of a session or user.');
    const UserId = caller.kind === 'user' ? caller.userId : `${caller.roleId}:${caller.sessionName}`;
    return { UserId, Account: caller.account, Arn: caller.arn };
  },
};

export const stsService: Service = {
  name: 'sts',
  operations: {
    AssumeRole: assumeRole,
    AssumeRoleWithSAML: assumeRoleWithSaml,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    DecodeAuthorizationMessage: decodeAuthorizationMessage,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken,
  },
  jobs: {},
  providers: {},
};
