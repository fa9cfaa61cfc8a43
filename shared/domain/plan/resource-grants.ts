/** The grants that the resources of a template carry. */
import { listAlternatives } from '../gate/alternatives.ts';
import { resourcePolicies } from '../gate/resource-policies.ts';
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';
import { type Grant, toPrincipal } from './grant.ts';
import { documentGrants, texts, wholeGrant } from './policy-grants.ts';
import { sharesWithoutPolicy, sharings } from './sharing-grants.ts';
import { below } from './template-sides.ts';
import { knownValue, presentEntries, propertyValues, type TemplateSide, valueText } from './template-values.ts';

/** Every grant of one template; `within` is the path of logical ids that leads to it. */
export function templateGrants(within: string, side: TemplateSide): Grant[] {
  return presentEntries(side, 'Resources').flatMap(([id, resource]) => {
    const type = valueText(resource['Type'] ?? '');
    const properties = knownValue(resource['Properties'] ?? {}, side);
    const reader = memberOf(readers, type) ?? policyReader(type) ?? sharingReader(type);
    if (reader === undefined) return [];
    if (isObject(properties)) return reader({ within, id, type, properties });
    return [wholeGrant(carriedBy({ within, id, type }, id), `what ${valueText(properties)} says`)];
  });
}

interface Holder {
  readonly within: string;
  readonly id: string;
  readonly type: string;
  readonly properties: JsonObject;
}

type Reader = (holder: Holder) => Grant[];

const readers: Readonly<Record<string, Reader>> = {
  'AWS::IAM::Role': roleGrants,
  'AWS::IAM::User': identityGrants,
  'AWS::IAM::Group': identityGrants,
  'AWS::IAM::Policy': attachedGrants,
  'AWS::IAM::RolePolicy': attachedGrants,
  'AWS::IAM::UserPolicy': attachedGrants,
  'AWS::IAM::GroupPolicy': attachedGrants,
  'AWS::IAM::ManagedPolicy': managedGrants,
  'AWS::Lambda::Permission': lambdaGrants,
  'AWS::EC2::SecurityGroup': groupGrants,
  'AWS::EC2::SecurityGroupIngress': ingressGrants,
};

function policyReader(type: string): Reader | undefined {
  const policy = memberOf(resourcePolicies, type);
  if (policy === undefined) return undefined;
  const [member, about] = policy;
  return (holder) => {
    const on = about === undefined ? self(holder) : texts(memberOf(holder.properties, about)).toSorted().join(', ');
    const documents = propertyValues(holder.properties, member);
    // An event bus policy is one statement, or its parts beside the bus (CloudFormation reference, AWS::Events::EventBusPolicy).
    const statements = documents.length > 0 ? documents : [flatStatement(holder.properties)];
    const whole = member === 'Statement' ? statements.map((one) => ({ Statement: [one] })) : documents;
    return whole.flatMap((document) => documentGrants(document, carriedBy(holder, `${type} ${on}`)));
  };
}

function flatStatement({ Principal = '', Action = '', Condition }: JsonObject): JsonObject {
  return { Effect: 'Allow', Principal, Action, ...(Condition === undefined ? {} : { Condition }) };
}

function sharingReader(type: string): Reader | undefined {
  if (!sharesWithoutPolicy(type)) return undefined;
  return (holder) =>
    sharings(type, holder.properties).map(({ action, who }) =>
      wholeGrant(carriedBy(holder, `${type} ${self(holder)}`), action, who),
    );
}

const self = ({ id }: Holder): string => `\${${id}}`;

function carriedBy({ within, id, type }: Omit<Holder, 'properties'>, scope: string) {
  return { carrier: below(within, id), type, scope: `${within}|${scope}` };
}

function roleGrants(role: Holder): Grant[] {
  const boundaries = propertyValues(role.properties, 'PermissionsBoundary').map((arn): Grant => {
    return { ...wholeGrant(carriedBy(role, `boundary ${role.id}`), valueText(arn)), effect: 'Limit' };
  });
  const trust = propertyValues(role.properties, 'AssumeRolePolicyDocument');
  return [
    ...trust.flatMap((document) => documentGrants(document, carriedBy(role, `trust ${role.id}`))),
    ...identityGrants(role),
    ...boundaries,
  ];
}

function identityGrants(identity: Holder): Grant[] {
  const who = `for ${self(identity)}`;
  const carried = carriedBy(identity, 'identity');
  const inline = propertyValues(identity.properties, 'Policies').flatMap((value) =>
    listAlternatives({ value, path: [] }),
  );
  return [
    ...inline.flatMap(({ value }) => documentsIn(value).flatMap((document) => documentGrants(document, carried, who))),
    ...texts(memberOf(identity.properties, 'ManagedPolicyArns')).map((arn) => wholeGrant(carried, whole(arn), who)),
  ];
}

/** A policy without a document that can be found stands for itself. */
function documentsIn(policy: Json): Json[] {
  const documents = propertyValues(policy, 'PolicyDocument');
  return documents.length > 0 ? documents : [policy];
}

const whole = (policy: string): string => `everything that the managed policy ${policy} allows`;

function holdersOf({ properties }: Holder): string[] {
  const lists = ['Roles', 'Users', 'Groups', 'RoleName', 'UserName', 'GroupName'];
  return lists.flatMap((name) => texts(memberOf(properties, name))).map((name) => `for ${name}`);
}

function attachedGrants(policy: Holder): Grant[] {
  const carried = carriedBy(policy, 'identity');
  return documentsIn(policy.properties).flatMap((document) =>
    holdersOf(policy).flatMap((who) => documentGrants(document, carried, who)),
  );
}

/** Whoever has it attached gets what it says, also outside the stack. */
function managedGrants(policy: Holder): Grant[] {
  const carried = carriedBy(policy, 'identity');
  return [
    ...documentsIn(policy.properties).flatMap((document) => documentGrants(document, carried, `for ${self(policy)}`)),
    ...holdersOf(policy).map((who) => wholeGrant(carried, whole(self(policy)), who)),
  ];
}

/** A function is named by Ref, which is its name, or by its ARN. */
function lambdaGrants(permission: Holder): Grant[] {
  const { properties } = permission;
  const [name = ''] = texts(memberOf(properties, 'FunctionName'));
  const carried = carriedBy(permission, `function ${name.replace(/\.Arn\}$/, '}')}`);
  const conditions = ['SourceArn', 'SourceAccount', 'PrincipalOrgID', 'EventSourceToken', 'FunctionUrlAuthType']
    .flatMap((key) => texts(memberOf(properties, key)).map((value) => `${key} ${value}`))
    .join(' and ');
  return texts(memberOf(properties, 'Principal')).flatMap((principal) =>
    texts(memberOf(properties, 'Action')).map((action) => ({
      ...wholeGrant(carried, action, toPrincipal(principal)),
      condition: conditions,
    })),
  );
}

function groupGrants(group: Holder): Grant[] {
  const rules = propertyValues(group.properties, 'SecurityGroupIngress').flatMap((value) =>
    listAlternatives({ value, path: [] }),
  );
  return rules.flatMap(({ value }) => ruleGrants(value, carriedBy(group, `group ${self(group)}`)));
}

function ingressGrants(ingress: Holder): Grant[] {
  const { GroupId: byId, GroupName: byName } = ingress.properties;
  const group = valueText(byId ?? byName ?? '').replace(/\.GroupId\}$/, '}');
  return ruleGrants(ingress.properties, carriedBy(ingress, `group ${group}`));
}

const sources = ['CidrIp', 'CidrIpv6', 'SourceSecurityGroupId', 'SourceSecurityGroupName', 'SourcePrefixListId'];

function ruleGrants(rule: Json, carried: Pick<Grant, 'carrier' | 'type' | 'scope'>): Grant[] {
  if (!isObject(rule)) return [wholeGrant(carried, `what ${valueText(rule)} says`)];
  const who = sources.flatMap((name) => texts(memberOf(rule, name))).map((source) => `from ${source}`);
  return (who.length > 0 ? who : ['from somewhere']).map((from) => wholeGrant(carried, trafficOf(rule), from));
}

/** -1 is every protocol on every port (EC2 API reference, IpPermission). */
function trafficOf({ IpProtocol: protocol = '-1', FromPort: from, ToPort: to }: JsonObject): string {
  const name = valueText(protocol);
  if (name === '-1') return 'all traffic';
  if (from === undefined || from === -1) return name;
  const [first, last] = [valueText(from), valueText(to ?? from)];
  return first === last ? `${name} ${first}` : `${name} ${first}-${last}`;
}
