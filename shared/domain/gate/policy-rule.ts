/** GATE_POLICY: what the policies of a template's roles allow. */
import type { Statement } from '../iam/policy.ts';
import { isObject } from '../template/template.ts';
import { type Located, listAlternatives, memberAlternatives } from './alternatives.ts';
import type { Scope } from './computed-text.ts';
import { credentialActions, outsiderActions } from './credential-actions.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { attachmentObjections, managedObjections } from './managed-policies.ts';
import { asWritten, readStatements } from './policy-statements.ts';
import { allowsAction, reachesAllOf, reachesEverything, reachesIam, reachesOpenRoles } from './statement-reach.ts';

/**
 * Statements that allow everything, any role to be handed on or assumed, or the making of static credentials; and policies of AWS that
 * say no less. Denies and conditions only narrow and are not looked at. What cannot be read is refused.
 */
export function policyObjections(resource: DeclaredResource, scope: Scope): Objection[] {
  if (!attachesPolicies(resource)) return [];
  const properties = { value: resource.properties, path: [...resource.path, 'Properties'] };
  const inline = memberAlternatives(properties, 'Policies').flatMap(listAlternatives);
  if (isServerless(resource))
    return [...computedProperties(resource), ...inline.flatMap((policy) => serverlessPolicy(policy, scope))];
  return [
    ...computedProperties(resource),
    ...inline.flatMap((policy) => ownDocument(policy, scope)),
    ...(resource.type === 'AWS::IAM::Role' ? [] : ownDocument(properties, scope)),
    ...memberAlternatives(properties, 'ManagedPolicyArns').flatMap((list) => managedObjections(list, scope)),
    ...attachmentObjections(resource, scope),
  ];
}

const holders = ['AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy'];

const attachesPolicies = (resource: DeclaredResource): boolean =>
  isServerless(resource) || (resource.type !== undefined && holders.includes(resource.type));

const isServerless = ({ type = '' }: DeclaredResource): boolean =>
  /^AWS::Serverless::(Function|StateMachine)$/.test(type);

/** A document, the name or ARN of a managed policy, or a policy template of AWS (AWS SAM, "SAM policy templates"). */
function serverlessPolicy(policy: Located, scope: Scope): Objection[] {
  const { value, path } = policy;
  if (isObject(value) && 'Statement' in value) return documentObjections([policy], scope);
  const [name = '', ...others] = isObject(value) ? Object.keys(value) : [];
  if (others.length === 0 && /^[A-Z]\w+Policy(_v\d)?$/.test(name)) return [];
  return managedObjections({ value, path }, scope);
}

const writeOut = 'Write the policy out in the template, with the actions and resources it needs.';

function objection(path: Objection['path'], what: string, next = writeOut): Objection {
  return { code: 'GATE_POLICY', path, what, next };
}

/** Fn::ForEach and Fn::Transform can add properties under names that are not written anywhere. */
function computedProperties({ properties, path }: DeclaredResource): Objection[] {
  return Object.keys(properties)
    .filter((name) => name.startsWith('Fn::'))
    .map((name) => objection([...path, 'Properties', name], `${name} computes properties of the resource.`));
}

/** The PolicyDocument of a policy: a member of `Policies`, or the resource's properties. */
function ownDocument(policy: Located, scope: Scope): Objection[] {
  const documents = memberAlternatives(policy, 'PolicyDocument');
  if (documents.length > 0) return documentObjections(documents, scope);
  return [objection(policy.path, `The policy has no document that can be read: ${asWritten(policy.value)}.`)];
}

function documentObjections(documents: readonly Located[], scope: Scope): Objection[] {
  return documents
    .flatMap((document) => readStatements(document, 'identity', scope))
    .flatMap((read) => {
      if (read.kind === 'unreadable') return [objection(read.path, `The policy cannot be judged: ${read.why}.`)];
      const { statement, undecided, path } = read;
      const given =
        undecided.length === 0 ? '' : ` (${undecided.join(', ')} is not decided by the template and counts as *)`;
      return statementFaults(statement).map(({ what, next }) =>
        objection(path, `The policy allows ${what}${given}.`, next),
      );
    });
}

interface Fault {
  readonly what: string;
  readonly next: string;
}

const nameRoles = 'Name the roles by their ARNs, or by a beginning of their names such as ${AWS::StackName}-*.';

function statementFaults(statement: Statement): Fault[] {
  if (statement.effect === 'Deny') return [];
  if (statement.action.except)
    return [{ what: 'every action but a few (NotAction)', next: 'List the actions that are needed under Action.' }];
  if (statement.action.patterns.includes('*') && reachesEverything(statement))
    return [{ what: 'every action on every resource', next: 'List the actions and resources that are needed.' }];
  const credential = credentialActions.find((action) => allowsAction(statement, action));
  const outsider = outsiderActions.find(
    (action) => allowsAction(statement, action) && reachesAllOf(statement, action.split(':')[0] as string),
  );
  return [
    ...(allowsAction(statement, 'iam:PassRole') && reachesOpenRoles(statement)
      ? [{ what: 'any role to be passed to a service (iam:PassRole)', next: nameRoles }]
      : []),
    ...(allowsAction(statement, 'sts:AssumeRole') && reachesOpenRoles(statement)
      ? [{ what: 'any role to be assumed (sts:AssumeRole)', next: nameRoles }]
      : []),
    ...(credential !== undefined && reachesIam(statement)
      ? [
          {
            what: `static credentials to be made (${credential})`,
            next: 'Take the action out; nothing in a target account may make users, keys or identity providers.',
          },
        ]
      : []),
    ...(outsider === undefined
      ? []
      : [
          {
            what: `a key or another way in to be made for outsiders (${outsider})`,
            next: 'List the actions that are needed; nothing in a target account may make keys or ways in from outside.',
          },
        ]),
  ];
}
