/** What a role's live policies grant, held against what the steps need. */
import { evaluate } from '../iam/evaluate.ts';
import { parsePolicy } from '../iam/parse-policy.ts';
import type { NamedPolicy } from '../iam/policy.ts';
import type { Requester } from '../iam/principal.ts';
import { roleName, type TargetRole } from '../names.ts';
import { type Check, type DoctorFacts, failed, type LivePolicy, type LiveRole, ok, unknown } from './facts.ts';
import { type Need, needsOf, type Where } from './needs.ts';

/** The check of one role: every missing action by name. Service control policies are not seen here. */
export function permissionCheck(facts: DoctorFacts, role: TargetRole): Check {
  const check = `permissions ${role}`;
  const { target, orchestrator } = facts;
  const live = facts.roles[role];
  if (live.kind !== 'read' || orchestrator.kind !== 'read') return unknown(check, 'the role could not be read');
  const redeploy = `eploy accounts/account.yml again in account ${target.account}.`;
  const granted = readGrants(role, live.value);
  if (granted.kind === 'unreadable')
    return unknown(check, `the policy ${granted.name} cannot be judged: ${granted.why}`, `Look at it, or d${redeploy}`);
  const { account, region } = target;
  const { missing, count, stacks } = missingFrom(granted, role, {
    ...{ account, region, orchestratorAccount: orchestrator.value.account, stack: '' },
  });
  if (missing.length === 0) {
    const where = role === 'audit' ? '' : `, for stacks called ${stacks}`;
    return ok(check, `all ${count} calls of the steps are granted${where}`);
  }
  return failed(
    check,
    `missing: ${missing.map(({ action, step }) => `${action} (${step})`).join(', ')}`,
    `D${redeploy}`,
  );
}

interface Grants {
  readonly kind: 'grants';
  readonly requester: Extract<Requester, { kind: 'session' }>;
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
}

interface Unreadable {
  readonly kind: 'unreadable';
  readonly name: string;
  readonly why: string;
}

/** One policy that cannot be read leaves the whole role unjudged: it may hold a denial. */
function readGrants(role: TargetRole, { arn, policies, boundary }: LiveRole): Grants | Unreadable {
  const identity = policies.map(readPolicy);
  const limit = boundary === undefined ? undefined : readPolicy(boundary);
  const unreadable = [...identity, limit].find((one) => one !== undefined && 'kind' in one);
  if (unreadable !== undefined) return unreadable as Unreadable;
  const [, partition, , , account = ''] = arn.split(':');
  const sessionArn = `arn:${partition}:sts::${account}:assumed-role/${roleName(role)}/any`;
  return {
    kind: 'grants',
    requester: { kind: 'session', account, roleArn: arn, roleId: 'any', sessionArn, sessionName: 'any' },
    identity: identity as NamedPolicy[],
    ...(limit === undefined ? {} : { boundary: limit as NamedPolicy }),
  };
}

function readPolicy({ name, document }: LivePolicy): NamedPolicy | Unreadable {
  const parsed = parsePolicy(document, 'identity');
  if (parsed.kind === 'policy') return { name, policy: parsed.policy };
  return { kind: 'unreadable', name, why: parsed.problems.map(({ message }) => message).join('; ') };
}

interface Missing {
  readonly missing: readonly Need[];
  readonly count: number;
  readonly stacks: string;
}

/** A role may be limited to the stacks of a prefix, so the needs are looked at on those stacks for which it has most. */
function missingFrom(grants: Grants, role: TargetRole, where: Where): Missing {
  return stackPatterns(grants)
    .map((stacks) => {
      const needs = needsOf(role, { ...where, stack: `${stacks.replaceAll('*', 'any')}/0` });
      return { stacks, count: needs.length, missing: needs.filter((need) => !isGranted(grants, need)) };
    })
    .reduce((best, other) => (other.missing.length < best.missing.length ? other : best));
}

/** The names in the stack ARNs that the policies speak of, `*` always among them. */
function stackPatterns({ identity }: Grants): string[] {
  const named = JSON.stringify(identity).matchAll(/:stack\/([^/"]+)/g);
  return [...new Set(['*', ...[...named].map(([, name]) => String(name))])];
}

function isGranted({ requester, identity, boundary }: Grants, { action, resource, context }: Need): boolean {
  const { account: resourceAccount, roleArn } = requester;
  const request = {
    ...{ requester, action, resource, resourceAccount },
    context: {
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalAccount': resourceAccount,
      'aws:ResourceAccount': resourceAccount,
      'aws:SecureTransport': 'true',
      ...context,
    },
  };
  return evaluate(request, { identity, ...(boundary === undefined ? {} : { boundary }) }).kind === 'allowed';
}
