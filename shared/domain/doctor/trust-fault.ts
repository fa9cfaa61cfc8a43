/** What in a role's trust policy keeps the orchestrator out: the policy as it is, held against the request as it was. */
import { evaluateAssumeRole } from '../iam/assume-role.ts';
import { conditionTruth } from '../iam/condition.ts';
import { parsePolicy } from '../iam/parse-policy.ts';
import type { NamedPolicy, Policy, PrincipalPattern, Statement } from '../iam/policy.ts';
import { matchPrincipal, type Requester } from '../iam/principal.ts';
import { indexContext, type RequestContext } from '../iam/request-context.ts';
import { matchesWildcard } from '../iam/wildcard.ts';
import { visitRequest } from '../trust/role-request.ts';
import { type DoctorFacts, doctorVisit, type LiveRole, type Orchestrator } from './facts.ts';

/** The fault in words, or undefined when the trust policy would let us in. ExternalIds are compared and never shown. */
export function trustFault(role: LiveRole, facts: DoctorFacts, orchestrator: Orchestrator): string | undefined {
  const parsed = parsePolicy(role.trust, 'trust');
  if (parsed.kind === 'unsupported')
    return `its trust policy cannot be judged: ${parsed.problems.map(({ message }) => message).join('; ')}`;
  const { policy } = parsed;
  const requester = requesterOf(orchestrator);
  const context = { ...organizationOf(policy), ...contextOf(facts, orchestrator) };
  const [, , , , resourceAccount = ''] = role.arn.split(':');
  const request = { requester, resource: role.arn, resourceAccount, context };
  const trust = { name: 'the trust policy', policy };
  const refused = evaluateAssumeRole(request, { identity: [anything], trust }).find(
    ({ decision }) => decision.kind === 'denied',
  );
  if (refused === undefined || refused.decision.kind === 'allowed') return undefined;
  if (refused.decision.explicit) return `${refused.action}: ${refused.decision.because}`;
  return `${refused.action}: ${faultIn(policy, refused.action, { requester, context })}`;
}

/** The orchestrator as policies see it. */
export function requesterOf({ account, arn, roleId }: Orchestrator): Extract<Requester, { kind: 'session' }> {
  const [, partition, , , , session = ''] = arn.split(':');
  const [, name = '', sessionName = ''] = session.split('/');
  const roleArn = `arn:${partition}:iam::${account}:role/${name}`;
  return { kind: 'session', account, roleArn, roleId, sessionArn: arn, sessionName };
}

function contextOf({ target, subject }: DoctorFacts, orchestrator: Orchestrator): RequestContext {
  const request = visitRequest(target, doctorVisit('preview', subject));
  const tags = Object.entries(request.tags);
  return {
    'sts:ExternalId': request.externalId,
    'sts:SourceIdentity': request.sourceIdentity,
    'sts:RoleSessionName': request.sessionName,
    'aws:PrincipalArn': requesterOf(orchestrator).roleArn,
    'aws:PrincipalAccount': orchestrator.account,
    'aws:PrincipalType': 'AssumedRole',
    'aws:SecureTransport': 'true',
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(([key]) => key),
  };
}

/** Nobody told us our organization, so the one the policy asks for is given the benefit of the doubt. */
function organizationOf({ statements }: Policy): RequestContext {
  const wanted = statements
    .flatMap(({ conditions }) => conditions)
    .find(({ key }) => key.toLowerCase() === 'aws:principalorgid');
  return wanted === undefined ? {} : { 'aws:PrincipalOrgID': String(wanted.values[0]) };
}

interface Asking {
  readonly requester: Requester;
  readonly context: RequestContext;
}

function faultIn({ statements }: Policy, action: string, { requester, context }: Asking): string {
  const allowing = statements.filter((statement) => statement.effect === 'Allow' && covers(statement, action));
  if (allowing.length === 0) return 'no statement of its trust policy allows it';
  const naming = allowing.filter(({ principals = [] }) => matchPrincipal(principals, requester) !== undefined);
  if (naming.length === 0) {
    const names = allowing.flatMap(({ principals = [] }) => principals.map(nameOf));
    return `its trust policy names ${[...new Set(names)].join(', ')} instead of the orchestrator role`;
  }
  const index = indexContext(context);
  const unmet = naming.flatMap(({ conditions }) =>
    conditions.filter((condition) => conditionTruth(condition, index) !== 'met').map(({ key }) => key),
  );
  return `its trust policy asks for another ${[...new Set(unmet)].join(', ')}`;
}

function covers({ action: { except, patterns } }: Statement, action: string): boolean {
  const listed = patterns.some((pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase()));
  return listed !== except;
}

/** A unique id in place of an ARN is a principal that was deleted (IAM User Guide, "AWS JSON policy elements: Principal"). */
function nameOf(principal: PrincipalPattern): string {
  // Never everyone: that would have named us.
  const { kind, name } = principal as Exclude<PrincipalPattern, { kind: 'everyone' }>;
  return kind === 'role-id' ? `${name} (a role that was deleted)` : name;
}

const anything: NamedPolicy = {
  name: 'anything',
  policy: {
    version: '2012-10-17',
    statements: [
      {
        label: 'anything',
        effect: 'Allow',
        action: { except: false, patterns: ['*'] },
        resource: { except: false, patterns: ['*'] },
        conditions: [],
      },
    ],
  },
};
