/** Who can assume a role and under which conditions, confirmed by the policy evaluator. */
import { evaluateAssumeRole } from '../iam/assume-role.ts';
import { type Decision, evaluate } from '../iam/evaluate.ts';
import type { Condition, NamedPolicy, PrincipalPattern } from '../iam/policy.ts';
import type { Requester } from '../iam/principal.ts';
import type { RequestContext } from '../iam/request-context.ts';
import { covers, principalText, type TrustStatement, type TrustView } from './trust-view.ts';

export interface Admission {
  readonly principal: string;
  /** `sts:AssumeRole`, `sts:AssumeRoleWithWebIdentity` or `sts:AssumeRoleWithSAML`. */
  readonly action: string;
  /** The statement that lets the principal in. */
  readonly statement: string;
  readonly conditions: readonly string[];
  /**
   * What the evaluator says of a request that brings what the conditions ask for. Not told of principals that are no role, service or
   * provider: they are a finding anyhow.
   */
  readonly decision?: Decision;
}

/** Every principal that an Allow statement lets assume the role, in the order of the document. */
export function admissions(view: TrustView): Admission[] {
  return view.allows.flatMap((statement) =>
    statement.principals.flatMap((principal) =>
      actionsFor(principal)
        .filter((action) => covers(statement, action))
        .map((action) => {
          const { label, conditions } = statement;
          const decision = decisionOn(view, statement, { principal, action });
          const told = { principal: principalText(principal), action, statement: label };
          return { ...told, conditions: conditions.map(conditionText), ...(decision && { decision }) };
        }),
    ),
  );
}

function actionsFor(principal: PrincipalPattern): string[] {
  const federated = ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'];
  if (principal.kind === 'everyone') return ['sts:AssumeRole', ...federated];
  if (principal.kind !== 'federated') return ['sts:AssumeRole'];
  return federated.slice(...(principal.name.includes(':saml-provider/') ? [1] : [0, 1]));
}

interface Asked {
  readonly principal: PrincipalPattern;
  readonly action: string;
}

/** The caller's own policies are taken to allow everything: what a trust policy lets in is asked, not what callers may try. */
function decisionOn(view: TrustView, statement: TrustStatement, { principal, action }: Asked): Decision | undefined {
  const requester = requesterOf(principal);
  if (requester === undefined) return undefined;
  const account = view.role.account ?? '000000000000';
  const request = {
    requester,
    resource: `arn:aws:iam::${account}:role/${view.role.name ?? 'role'}`,
    resourceAccount: account,
    context: witness(view, statement),
  };
  const policies = { identity: [anything], trust: { name: 'the trust policy', policy: view.policy } };
  if (requester.kind !== 'session') return evaluate({ ...request, action }, policies);
  const decisions = evaluateAssumeRole(request, policies).map(({ decision }) => decision);
  return decisions.find(({ kind }) => kind === 'denied') ?? decisions[0];
}

const anything: NamedPolicy = {
  name: 'the policies of the caller',
  policy: {
    version: '2012-10-17',
    statements: [
      {
        label: 'statement 1',
        effect: 'Allow',
        action: { except: false, patterns: ['*'] },
        resource: { except: false, patterns: ['*'] },
        conditions: [],
      },
    ],
  },
};

/** Somebody the principal stands for. */
function requesterOf(principal: PrincipalPattern): Requester | undefined {
  switch (principal.kind) {
    case 'service':
      return { kind: 'service', service: principal.name };
    case 'federated':
      return { kind: 'federated', provider: principal.name };
    case 'role':
      return sessionOf(principal.name);
    case 'account':
      return sessionOf(`arn:aws:iam::${principal.name}:role/anyone`);
    case 'everyone':
      return sessionOf('arn:aws:iam::999999999999:role/anyone');
    case 'role-id':
    case 'session':
    case 'session-id':
    case 'user':
      return undefined;
  }
}

function sessionOf(roleArn: string): Requester {
  const [, partition, , , account = '', role = ''] = roleArn.split(':');
  const sessionName = 'session';
  const sessionArn = `arn:${partition}:sts::${account}:assumed-role/${role.replace(/^.*\//, '')}/${sessionName}`;
  return { kind: 'session', account, roleArn, roleId: 'AROAEXAMPLEEXAMPLE001', sessionArn, sessionName };
}

/** A request that brings what the statement and those for source identity and tags ask for; the first condition on a key decides. */
function witness(view: TrustView, statement: TrustStatement): RequestContext {
  const context: Record<string, string | readonly string[]> = {};
  for (const { conditions } of [statement, ...view.allows]) {
    for (const condition of conditions) {
      const value = satisfying(condition);
      if (value !== undefined && context[condition.key] === undefined) context[condition.key] = value;
    }
  }
  const tags = Object.keys(context).flatMap((key) => /^aws:RequestTag\/(.+)$/i.exec(key)?.[1] ?? []);
  return tags.length > 0 ? { ...context, 'aws:TagKeys': tags } : context;
}

/** A value that meets the condition: wildcards are filled in; negated conditions and Null 'true' are met by an absent key. */
function satisfying({ operator, quantifier, values }: Condition): string | readonly string[] | undefined {
  const [first = ''] = values;
  if (operator.includes('Not') || (operator === 'Null' && first === 'true')) return undefined;
  if (operator === 'Null') return 'something';
  const filled = /Like$|^ArnEquals$/.test(operator) ? first.replaceAll(/[*?]/g, 'x') : first;
  return quantifier === undefined ? filled : [filled];
}

/** The external id is an identifier between two parties and shown to no third. */
function conditionText({ operator, ifExists, quantifier, key, values }: Condition): string {
  const name = `${quantifier === undefined ? '' : `${quantifier}:`}${operator}${ifExists ? 'IfExists' : ''}`;
  const shown = key.toLowerCase() === 'sts:externalid' ? '(not shown)' : values.join(' or ');
  return `${name} ${key} ${shown}`;
}
