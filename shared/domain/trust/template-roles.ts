/** The roles of a CloudFormation template, each once for every way its conditions can go: whoever deploys decides about those. */
import { roleName } from '../names.ts';
import { isObject, type Json, type JsonObject, memberOf, type Template } from '../template/template.ts';
import { defaultSessionDuration, type PermissionPolicy, type RoleFacts } from './role-facts.ts';
import { roleNameOf } from './template-resources.ts';
import { type Assumed, referencesIn, resolveValue } from './template-values.ts';
import { unresolved } from './unreadable.ts';

export interface RoleVariant {
  /** Which way the conditions go that the role refers to; empty for one without conditions. */
  readonly when: Assumed['conditions'];
  readonly facts: RoleFacts;
}

/** More conditions than this in one role are not gone through: 64 ways to read it. */
const mostConditions = 6;

/** The logical ids of the roles. */
export function roleIds(template: Template): string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type === 'AWS::IAM::Role' ? [id] : []));
}

/** The variants of a role; undefined when its conditions are too many to go through. */
export function roleVariants(
  template: Template,
  id: string,
  assumed: Omit<Assumed, 'conditions'>,
): RoleVariant[] | undefined {
  const written = [id, ...attachedTo(template, id)].map((resource) => propertiesOf(template, resource));
  const names = [...referencesIn(written).conditions];
  if (names.length > mostConditions) return undefined;
  return waysOf(names).map((conditions) => ({
    when: conditions,
    facts: factsOf({ template, id, assumed: { ...assumed, conditions } }),
  }));
}

function waysOf([name, ...others]: readonly string[]): Record<string, boolean>[] {
  if (name === undefined) return [{}];
  return waysOf(others).flatMap((way) => [true, false].map((holds) => ({ [name]: holds, ...way })));
}

interface Reading {
  readonly template: Template;
  readonly id: string;
  readonly assumed: Assumed;
}

function factsOf(reading: Reading): RoleFacts {
  const { template, id, assumed } = reading;
  const { MaxSessionDuration, AssumeRolePolicyDocument } = resolved(reading, id);
  return {
    name: roleNameOf(template, id),
    isDeclared: true,
    account: `${assumed.values['AWS::AccountId']}`,
    trust: AssumeRolePolicyDocument,
    pointer: `/Resources/${id}/Properties/AssumeRolePolicyDocument`,
    boundary: boundaryOf(reading),
    maxSessionDuration: Number(MaxSessionDuration ?? defaultSessionDuration),
    permissions: [...inlinePolicies(reading), ...attachedPolicies(reading)],
  };
}

/**
 * Due on the execution role and on every role that is not Drawbridge's own: those are made by stacks. A boundary that a parameter names
 * may be any, until its value is given.
 */
function boundaryOf(reading: Reading): RoleFacts['boundary'] {
  const { template, id, assumed } = reading;
  const name = roleNameOf(template, id);
  if (name.startsWith('drawbridge-') && name !== roleName('execution')) return { kind: 'not-due' };
  const { PermissionsBoundary: boundary } = resolved(reading, id);
  if (boundary === undefined) return { kind: 'none', pointer: `/Resources/${id}` };
  const { names } = referencesIn(propertiesOf(template, id)['PermissionsBoundary']);
  const open = [...names].find((one) => memberOf(template.Parameters, one) && !assumed.given.has(one));
  const pointer = `/Resources/${id}/Properties/PermissionsBoundary`;
  return { kind: 'policy', arn: open === undefined ? String(boundary) : unresolved(open), pointer };
}

function inlinePolicies(reading: Reading): PermissionPolicy[] {
  const { Policies: policies } = resolved(reading, reading.id);
  return (Array.isArray(policies) ? policies : []).filter(isObject).map((policy, index) => ({
    name: String(policy['PolicyName']),
    document: policy['PolicyDocument'],
    pointer: `/Resources/${reading.id}/Properties/Policies/${index}/PolicyDocument`,
  }));
}

function attachedPolicies(reading: Reading): PermissionPolicy[] {
  return attachedTo(reading.template, reading.id).map((id) => ({
    name: id,
    document: resolved(reading, id)['PolicyDocument'],
    pointer: `/Resources/${id}/Properties/PolicyDocument`,
  }));
}

/** Policies of the template that name the role, or that the role names. */
function attachedTo(template: Template, role: string): string[] {
  const { names: own } = referencesIn(propertiesOf(template, role)['ManagedPolicyArns']);
  return Object.entries(template.Resources).flatMap(([id, { Type }]) => {
    if (!/^AWS::IAM::(Policy|RolePolicy|ManagedPolicy)$/.test(Type)) return [];
    const { Roles, RoleName } = propertiesOf(template, id);
    const named: Json = [Roles ?? null, RoleName ?? null];
    const isNamed = referencesIn(named).names.has(role) || named.flat().includes(roleNameOf(template, role));
    return isNamed || own.has(id) ? [id] : [];
  });
}

function resolved({ template, assumed }: Reading, id: string): JsonObject {
  const value = resolveValue(template, assumed, propertiesOf(template, id));
  return isObject(value) ? value : {};
}

function propertiesOf(template: Template, id: string): JsonObject {
  return memberOf(template.Resources, id)?.Properties ?? {};
}
