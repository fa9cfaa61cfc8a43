/** Why a role could not be assumed. AWS often does not say; what the doctor read besides narrows it down. */
import { signatureProblem } from '../errors/request-time.ts';
import { partitionOf, roleName, type TargetRole } from '../names.ts';
import { assumptionDenial, namedPolicy } from '../trust/assumption-denial.ts';
import { visitRequest } from '../trust/role-request.ts';
import { type Refusal, stsProblem } from '../trust/sts-refusal.ts';
import { type Check, type DoctorFacts, doctorVisit, failed, ok, targetRoles, unknown } from './facts.ts';
import { trustFault } from './trust-fault.ts';

/** The check of one role: assumed, or why not. */
export function assumptionCheck(facts: DoctorFacts, role: TargetRole): Check {
  const check = `assume ${role}`;
  const session = facts.sessions[role];
  switch (session.kind) {
    case 'read':
      return ok(check, `${roleName(role)} as ${facts.subject}`);
    case 'not-asked':
      return unknown(check, 'not tried');
    case 'refused': {
      const { code, message } = session;
      if (code === 'RegionDisabledException') return unknown(check, 'AWS STS is not active there');
      if (/^AccessDenied(Exception)?$/.test(code)) return denied(facts, role, message);
      const { says, next } = meaningOf(facts, role, session);
      return failed(check, says, next);
    }
  }
}

/** What a refusal other than AccessDenied means. The orchestrator's own session is nobody's but its own, so that is said of this side. */
function meaningOf({ target, subject }: DoctorFacts, role: TargetRole, { code, message }: Refusal) {
  if (/^(ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException)$/.test(code)) {
    const next = 'Ask again; if it stays so, look for a policy on the orchestrator role that denies older sessions.';
    return { says: `the orchestrator's own session is over or was revoked: ${code}: ${message}`, next };
  }
  if (/^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException)$/.test(code))
    return { says: `AWS STS is throttling: ${code}: ${message}`, next: 'Ask again later.' };
  const { account, region } = target;
  const { roleArn, durationSeconds } = visitRequest(target, doctorVisit(role, subject));
  const found =
    stsProblem({ code, message }, { operation: 'AssumeRole', role: roleArn, durationSeconds, account, region }) ??
    signatureProblem('AWS STS', { code, message });
  return found === undefined
    ? { says: `${code}: ${message}`, next: 'Look the code up in the STS API reference.' }
    : { says: found.cause, next: found.next };
}

function denied(facts: DoctorFacts, role: TargetRole, message: string): Check {
  const { target, roles, orchestrator } = facts;
  const check = `assume ${role}`;
  const redeploy = `Deploy accounts/account.yml again in account ${target.account}.`;
  const named = namedPolicy(message);
  if (named !== undefined) {
    const { account, region } = target;
    return failed(check, named.why, assumptionDenial(message, roleName(role), { account, region }).next);
  }
  const live = roles[role];
  if (live.kind === 'refused' && /^NoSuchEntity/.test(live.code))
    return failed(check, `the role ${roleName(role)} does not exist in ${target.account}`, redeploy);
  if (live.kind === 'read' && orchestrator.kind === 'read') {
    const fault = trustFault(live.value, facts, orchestrator.value);
    if (fault !== undefined) return failed(check, fault, redeploy);
    const says = 'its trust policy lets us in, so the refusal comes from our side or from the organization';
    return failed(check, says, ownSide(facts));
  }
  const action = /perform: (sts:\w+)/.exec(message)?.[1] ?? 'sts:AssumeRole';
  const others = targetRoles.some((other) => facts.sessions[other].kind === 'read');
  return others
    ? failed(check, `${action} is denied, while other roles let us in: it is missing, or its trust differs`, redeploy)
    : failed(check, `${action} is denied, and AWS does not say why`, sharedCauses(facts));
}

/** With all roles refused, it is something they share. */
function sharedCauses(facts: DoctorFacts): string {
  const { account } = facts.target;
  return `Compare what the roles share: the account on record (${account}), the ExternalId on record with the parameter of accounts/account.yml there, the organization. Or: ${ownSide(facts)}`;
}

function ownSide({ target }: DoctorFacts): string {
  const roles = `arn:${partitionOf(target.region)}:iam::${target.account}:role/drawbridge/*`;
  return `Let the orchestrator role assume ${roles} (parameter TargetAccounts or OrganizationId of the orchestrator stack), and look for a service control policy that denies it.`;
}
