/** Why a role could not be assumed. AWS often does not say; what the doctor read besides narrows it down. */
import { partitionOf, roleName, type TargetRole } from '../names.ts';
import { type Check, type DoctorFacts, failed, ok, targetRoles, unknown } from './facts.ts';
import { trustFault } from './trust-fault.ts';

/** What an STS error means (STS API reference, AssumeRole errors, and "Common errors"). AccessDenied is looked into further. */
const classes: readonly { readonly codes: RegExp; readonly means: string; readonly next: string }[] = [
  {
    codes: /^(ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException)$/,
    means: "the orchestrator's own session is over or was revoked",
    next: 'Ask again; if it stays so, look for a policy on the orchestrator role that denies older sessions.',
  },
  {
    codes: /^(RequestTimeTooSkewed|RequestExpired|SignatureDoesNotMatch)$/,
    means: 'the signature was refused, as it is when clocks differ',
    next: 'Compare the clock check.',
  },
  {
    codes: /^(ValidationError|ValidationException|InvalidParameterValue)$/,
    means: 'AWS STS refuses the request itself',
    next: 'Set MaxSessionDuration of the role to 3600 as accounts/account.yml does, and compare the ExternalId on record.',
  },
  {
    codes:
      /^(MalformedPolicyDocument|MalformedPolicyDocumentException|PackedPolicyTooLarge|PackedPolicyTooLargeException)$/,
    means: 'AWS STS refuses the session policy',
    next: 'This is a defect of Drawbridge; please report it.',
  },
  {
    codes: /^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException)$/,
    means: 'AWS STS is throttling',
    next: 'Ask again later.',
  },
];

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
      const found = classes.find(({ codes }) => codes.test(code));
      const means = found === undefined ? '' : `${found.means}: `;
      return failed(check, `${means}${code}: ${message}`, found?.next ?? 'Look the code up in the STS API reference.');
    }
  }
}

function denied(facts: DoctorFacts, role: TargetRole, message: string): Check {
  const { target, roles, orchestrator } = facts;
  const check = `assume ${role}`;
  const redeploy = `Deploy accounts/account.yml again in account ${target.account}.`;
  const policy = /explicit deny in an? ([a-z- ]*(?:policy|boundary))/.exec(message)?.[1];
  if (policy !== undefined)
    return failed(check, `an explicit deny in a ${policy}`, `Find the ${policy} that denies it and make an exception.`);
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
