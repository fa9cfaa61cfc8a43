import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import type { Caller, Sandbox, ServiceCaller, SessionCaller, SigningCaller } from '../kernel.ts';
import type { UserCaller } from '../user-caller.ts';
import { roleOfSession, userOfCaller } from './role-policies.ts';

/**
 * The global condition keys of a request (IAM User Guide, "AWS global condition context keys"). Loopback stands for TLS, so
 * aws:SecureTransport is true.
 */
export function globalContext(sandbox: Sandbox, caller: Caller, resourceAccount: string): RequestContext {
  return { ...requestFacts(sandbox, resourceAccount), ...callerContext(sandbox, caller) };
}

/** The keys that do not depend on who asks. */
export function requestFacts(sandbox: Sandbox, resourceAccount: string): RequestContext {
  const { organization } = sandbox.world;
  return {
    'aws:CurrentTime': new Date(sandbox.now()).toISOString(),
    'aws:EpochTime': String(Math.floor(sandbox.now() / 1000)),
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
    'aws:ResourceAccount': resourceAccount,
    ...(organization.accounts[resourceAccount] ? { 'aws:ResourceOrgID': organization.id } : {}),
  };
}

function callerContext(sandbox: Sandbox, caller: Caller): RequestContext {
  if (caller.kind === 'service') return serviceContext(sandbox, caller);
  return {
    ...principalContext(sandbox, caller),
    ...(caller.kind === 'user' ? userContext(sandbox, caller) : sessionContext(sandbox, caller)),
  };
}

/** What every signed request tells about its principal. */
function principalContext(sandbox: Sandbox, caller: SigningCaller): RequestContext {
  const { organization, sts } = sandbox.world;
  const issuedAt = sts.sessions[caller.accessKeyId]?.issuedAt;
  return {
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalAccount': caller.account,
    ...(organization.accounts[caller.account] ? { 'aws:PrincipalOrgID': organization.id } : {}),
    ...(issuedAt === undefined ? {} : { 'aws:TokenIssueTime': new Date(issuedAt).toISOString() }),
  };
}

function sessionContext(sandbox: Sandbox, caller: SessionCaller): RequestContext {
  // Session tags override the tags of the role.
  const tags = { ...roleOfSession(sandbox.world, caller)?.tags, ...caller.tags };
  return {
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalArn': caller.roleArn,
    'aws:userid': `${caller.roleId}:${caller.sessionName}`,
    ...(caller.federatedProvider === undefined ? {} : { 'aws:FederatedProvider': caller.federatedProvider }),
    ...(caller.sourceIdentity === undefined ? {} : { 'aws:SourceIdentity': caller.sourceIdentity }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

/**
 * aws:MultiFactorAuthPresent is absent, not false, when a static key signs; with temporary credentials it is there, and the age with it
 * when there was a second factor (IAM User Guide, "AWS global condition context keys").
 */
function userContext(sandbox: Sandbox, caller: UserCaller): RequestContext {
  const tags = userOfCaller(sandbox.world, caller)?.tags ?? {};
  const { mfaAuthenticatedAt: factored } = caller;
  const age = factored === undefined ? undefined : Math.floor((sandbox.now() - factored) / 1000);
  return {
    'aws:PrincipalType': 'User',
    'aws:PrincipalArn': caller.arn,
    'aws:userid': caller.userId,
    'aws:username': caller.userName,
    ...(caller.expiresAt === undefined ? {} : { 'aws:MultiFactorAuthPresent': String(factored !== undefined) }),
    ...(age === undefined ? {} : { 'aws:MultiFactorAuthAge': String(age) }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

function serviceContext(sandbox: Sandbox, caller: ServiceCaller): RequestContext {
  const { organization } = sandbox.world;
  return {
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': caller.service,
    ...(caller.account ? { 'aws:SourceAccount': caller.account } : {}),
    ...(organization.accounts[caller.account] ? { 'aws:SourceOrgID': organization.id } : {}),
    ...(caller.sourceArn === undefined ? {} : { 'aws:SourceArn': caller.sourceArn }),
  };
}
