import type {
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput,
  GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import { accessDenied } from '../aws-error.ts';
import type { Operation, Service } from '../kernel.ts';
import { assumeRole } from './assume-role.ts';

/** Needs no permission and works under an explicit deny (STS API Reference, GetCallerIdentity). */
const getCallerIdentity: Operation<GetCallerIdentityCommandInput, Omit<GetCallerIdentityCommandOutput, '$metadata'>> = {
  permissions: () => [],
  run({ caller }) {
    if (caller.kind === 'service') throw accessDenied('GetCallerIdentity needs the credentials of a session.');
    return { UserId: `${caller.roleId}:${caller.sessionName}`, Account: caller.account, Arn: caller.arn };
  },
};

/** For IAM users only, and there are none: a session may not call it. */
const getSessionToken: Operation<GetSessionTokenCommandInput, never> = {
  permissions: () => [],
  run() {
    throw accessDenied('Cannot call GetSessionToken with session credentials');
  },
};

export const stsService: Service = {
  name: 'sts',
  operations: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity, GetSessionToken: getSessionToken },
  jobs: {},
  providers: {},
};
