import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import { AwsError, accessDenied } from '../aws-error.ts';
import { recordDecision } from '../iam/authorise.ts';
import { parseStored } from '../iam/policy-documents.ts';
import { globalContext } from '../iam/request-context.ts';
import { type RoleRecord, roleByArn } from '../iam/state.ts';
import type { Sandbox, ServiceCaller, SessionCaller, World } from '../kernel.ts';
import type { OpenSession, SessionCredentials } from '../open-session.ts';
import { mintSession } from './mint-session.ts';
import type { StoredSession } from './state.ts';
import { staticKey } from './static-key.ts';

/** What was issued under an access key id, expired or not; undefined if it never was. */
export function sessionOf(world: World, accessKeyId: string): StoredSession | undefined {
  return Object.hasOwn(world.sts.sessions, accessKeyId) ? world.sts.sessions[accessKeyId] : undefined;
}

type IssuedCredentials = Pick<StoredSession, 'secretAccessKey' | 'sessionToken' | 'caller'>;

/** What a signature with an access key id is held against: a session, or the static key of a user. */
export function issuedCredentials(world: World, accessKeyId: string): IssuedCredentials | undefined {
  return sessionOf(world, accessKeyId) ?? staticKey(world, accessKeyId);
}

/** The role session behind an access key id. */
export function callerOf(sandbox: Sandbox, accessKeyId: string): SessionCaller | undefined {
  const caller = sessionOf(sandbox.world, accessKeyId)?.caller;
  return caller?.kind === 'session' ? caller : undefined;
}

/**
 * Opens a session for an AWS service (Lambda, CloudFormation, Step Functions …). The role's trust policy must name the service; it sees
 * aws:SourceArn and aws:SourceAccount. Throws AccessDenied, also where there is no such role.
 */
export function openSession(sandbox: Sandbox, request: OpenSession): SessionCredentials {
  const { roleArn, service, sessionName, durationSeconds, sourceArn } = request;
  const role = roleByArn(sandbox.world, roleArn);
  const account = sourceArn?.split(':')[4] || String(roleArn.split(':')[4]);
  const caller: ServiceCaller = { kind: 'service', service, account, ...(sourceArn ? { sourceArn } : {}) };
  if (!role || !isTrusted(sandbox, caller, role)) {
    throw accessDenied(`${service} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`);
  }
  return mintSession(sandbox, { role, sessionName, durationSeconds, chained: false });
}

/** Signs a named person in: a session of eight hours of their single sign-on role, named after them. */
export function openPersonSession(sandbox: Sandbox, personName: string): SessionCredentials {
  const { people } = sandbox.world.organization;
  const person = Object.hasOwn(people, personName) ? people[personName] : undefined;
  if (!person) {
    const known = Object.keys(people).join(', ');
    throw new AwsError('NoSuchEntity', `There is no person ${personName}; there are ${known}.`, 404);
  }
  const role = sandbox.world.iam.accounts[person.account]?.roles[person.role];
  return openSession(sandbox, {
    roleArn: role?.arn ?? `arn:aws:iam::${person.account}:role/${person.role}`,
    sessionName: person.name,
    service: 'sso.amazonaws.com',
    durationSeconds: 8 * 3600,
  });
}

function isTrusted(sandbox: Sandbox, caller: ServiceCaller, role: RoleRecord): boolean {
  const trust = parseStored(role.trust, 'trust');
  if (trust.kind === 'unsupported') return false;
  const resourceAccount = String(role.arn.split(':')[4]);
  const request = {
    requester: { kind: 'service', service: caller.service } as const,
    resource: role.arn,
    resourceAccount,
    context: globalContext(sandbox, caller, resourceAccount),
  };
  const policies = { identity: [], trust: { name: `the trust policy of ${role.arn}`, policy: trust.policy } };
  return evaluateAssumeRole(request, policies).every(({ action, decision }) => {
    recordDecision(sandbox, caller.service, { request: { ...request, action }, policies, decision });
    return decision.kind === 'allowed';
  });
}
