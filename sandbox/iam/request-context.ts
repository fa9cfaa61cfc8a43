import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import type { Caller, Sandbox, ServiceCaller, SessionCaller } from '../kernel.ts';
import { roleOfSession } from './role-policies.ts';

/**
 * The global condition keys of a request (IAM User Guide, "AWS global condition context keys"). Loopback stands for TLS, so
 * aws:SecureTransport is true.
 */
export function globalContext(sandbox: Sandbox, caller: Caller, resourceAccount: string): RequestContext {
  const { organization } = sandbox.world;
  return {
    'aws:CurrentTime': new Date(sandbox.now()).toISOString(),
    'aws:EpochTime': String(Math.floor(sandbox.now() / 1000)),
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
    'aws:ResourceAccount': resourceAccount,
    ...(organization.accounts[resourceAccount] ? { 'aws:ResourceOrgID': organization.id } : {}),
    ...(caller.kind === 'session' ? sessionContext(sandbox, caller) : serviceContext(sandbox, caller)),
  };
}

function sessionContext(sandbox: Sandbox, caller: SessionCaller): RequestContext {
  const { organization, sts } = sandbox.world;
  const issuedAt = sts.sessions[caller.accessKeyId]?.issuedAt;
  // Session tags override the tags of the role.
  const tags = { ...roleOfSession(sandbox.world, caller)?.tags, ...caller.tags };
  return {
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalArn': caller.roleArn,
    'aws:PrincipalAccount': caller.account,
    'aws:userid': `${caller.roleId}:${caller.sessionName}`,
    ...(organization.accounts[caller.account] ? { 'aws:PrincipalOrgID': organization.id } : {}),
    ...(caller.sourceIdentity === undefined ? {} : { 'aws:SourceIdentity': caller.sourceIdentity }),
    ...(issuedAt === undefined ? {} : { 'aws:TokenIssueTime': new Date(issuedAt).toISOString() }),
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
