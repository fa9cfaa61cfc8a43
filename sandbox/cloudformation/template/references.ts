/** Ref and Fn::GetAtt: parameters, pseudo parameters and resources. */
import { parameterMembers, parameterType } from '#shared/domain/template/parameter-types.ts';
import { memberOf } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import { knownAfterApply } from './evaluation.ts';
import { resourceFacts } from './resource-facts.ts';
import { invalid, type Resolved, type Scope, scalarText } from './scope.ts';

/** `Ref` of a parameter, pseudo parameter or resource (User Guide, "Ref", "Pseudo parameters reference"). */
export function ref(argument: Json, scope: Scope): Resolved {
  if (typeof argument !== 'string') throw invalid('Template error: every Ref object must have a single String value.');
  const pseudo = memberOf(pseudoParameters, argument);
  if (pseudo) return pseudo(scope);
  const parameter = memberOf(scope.template.Parameters, argument);
  if (parameter) return parameterValue(argument, parameter.Type, scope);
  const existing = existingResource(argument, scope);
  scope.record.references.add(argument);
  return existing === undefined ? knownAfterApply : existing.physicalId;
}

/** `Fn::GetAtt` as a list of two, or as text split at the first dot. The attribute itself may be computed, the logical id may not. */
export function getAtt(argument: Json, scope: Scope): Resolved {
  const [logicalId, ...rest] =
    typeof argument === 'string' ? splitOnce(argument) : Array.isArray(argument) ? argument : [];
  const attribute = rest.length === 1 ? scalarText(scope.resolve(rest[0] ?? null, scope)) : undefined;
  if (typeof logicalId !== 'string' || attribute === undefined || attribute === '') {
    throw invalid(
      'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    );
  }
  return attributeOf(logicalId, attribute, scope);
}

export function attributeOf(logicalId: string, attribute: string, scope: Scope): Resolved {
  const type = memberOf(scope.template.Resources, logicalId)?.Type;
  if (type === undefined) {
    throw invalid(`Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`);
  }
  if (!supportsAttribute(type, attribute)) {
    throw invalid(`Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`);
  }
  const existing = existingResource(logicalId, scope);
  scope.record.references.add(`${logicalId}.${attribute}`);
  if (existing === undefined || existing.outputsMove) return knownAfterApply;
  const value = memberOf(existing.attributes, attribute);
  if (value !== undefined) return value;
  if (type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) {
    throw invalid(`Output '${attribute.slice('Outputs.'.length)}' not found in stack '${existing.physicalId}'`);
  }
  throw invalid(
    type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'
      ? `Vendor response doesn't contain ${attribute} attribute in object`
      : `Attribute '${attribute}' of resource ${logicalId} does not exist`,
  );
}

const pseudoParameters: Readonly<Record<string, (scope: Scope) => Resolved>> = {
  'AWS::AccountId': ({ context }) => context.accountId,
  'AWS::Region': ({ context }) => context.region,
  'AWS::StackName': ({ context }) => context.stackName,
  'AWS::StackId': ({ context }) => context.stackId,
  'AWS::Partition': ({ context }) => context.partition,
  'AWS::URLSuffix': ({ context }) => context.urlSuffix,
  'AWS::NotificationARNs': ({ context }) => [...context.notificationArns],
  'AWS::NoValue': () => undefined,
};

export const isPseudoParameter = (name: string): boolean => Object.hasOwn(pseudoParameters, name);

function parameterValue(name: string, declared: string, scope: Scope): Resolved {
  scope.record.parameters.add(name);
  const given = memberOf(scope.context.parameters, name);
  const type = parameterType(declared);
  if (given === undefined || type === undefined) throw invalid(`Parameters: [${name}] must have values`);
  if (type.ssm !== 'value') return type.list ? parameterMembers(type, given) : given;
  const stored = scope.context.ssmParameter?.(given);
  if (stored === undefined)
    throw invalid(`Unable to fetch parameters [${given}] from parameter store for this account.`);
  return type.inner?.list ? parameterMembers(type.inner, stored) : stored;
}

function existingResource(logicalId: string, scope: Scope) {
  const { template, section } = scope;
  const resource = memberOf(template.Resources, logicalId);
  if (section === 'Conditions') {
    throw invalid(
      `Template format error: Unresolved dependencies [${logicalId}]. Cannot reference resources in the Conditions block of the template`,
    );
  }
  if (!resource || (resource.Condition !== undefined && !scope.condition(resource.Condition, 'the Resources block'))) {
    throw invalid(unresolved([logicalId], section));
  }
  return scope.context.resource(logicalId);
}

export const unresolved = (names: readonly string[], section: string): string =>
  `Template format error: Unresolved resource dependencies [${names.join(', ')}] in the ${section} block of the template`;

/** Types the specification does not know, custom resources and outputs of nested stacks have attributes only AWS can name. */
function supportsAttribute(type: string, attribute: string): boolean {
  if (type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) return true;
  if (type === 'AWS::CloudFormation::CustomResource') return true;
  const facts = resourceFacts(type);
  const [first = ''] = attribute.split('.');
  return (
    !facts.known ||
    facts.attributes.includes(attribute) ||
    facts.attributes.includes(first) ||
    facts.properties.includes(first)
  );
}

function splitOnce(text: string): string[] {
  const dot = text.indexOf('.');
  return dot < 1 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
