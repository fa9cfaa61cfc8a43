/** GATE_TRANSFORM: code and fragments that would write a template other than the one that was seen. */
import { isObject, type Json, type JsonObject, memberOf, type TemplatePath } from '../template/template.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { GateContext, Objection } from './finding.ts';

const writeOut = 'Write the resources out in the template.';

/** Transforms the template declares and none that is allowed; Fn::Transform wherever it stands (User Guide, "Template macros"). */
export function transformObjections(template: JsonObject, { transforms }: GateContext): Objection[] {
  const declared = template['Transform'] ?? [];
  const list = Array.isArray(declared) ? declared : [declared];
  return [
    ...list.flatMap((transform, index) => {
      const name = nameOf(transform);
      if (name !== 'AWS::Include' && transforms.includes(name)) return [];
      const path = Array.isArray(declared) ? ['Transform', index] : ['Transform'];
      return [objection(path, `The transform ${name} is not on the list of allowed transforms.`)];
    }),
    ...embedded(template, []),
  ];
}

/** Resources that define macros, or that bring templates no gate has seen. */
export function fragmentObjections({ type, path }: DeclaredResource): Objection[] {
  if (type === undefined) return [];
  const at = [...path, 'Type'];
  const what = memberOf(fragmentTypes, type) ?? fragmentFamilies.find(([pattern]) => pattern.test(type))?.[1];
  return what === undefined ? [] : [objection(at, `${type} ${what}.`)];
}

const unseen = 'deploys templates that no gate has seen';
const fragmentTypes: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::Macro': 'defines a macro, which may rewrite any template of the account',
  'AWS::CloudFormation::ModuleVersion': 'registers a module, whose resources are not in the template',
  'AWS::CloudFormation::ModuleDefaultVersion': 'changes what a module stands for',
  'AWS::CloudFormation::TypeActivation': 'activates an extension of somebody else, which may be a module or a hook',
  'AWS::CloudFormation::PublicTypeVersion': 'publishes an extension',
  'AWS::CloudFormation::StackSet': unseen,
  'AWS::Config::ConformancePack': unseen,
  'AWS::Config::OrganizationConformancePack': unseen,
  'AWS::Serverless::Application': unseen,
  'AWS::DataZone::Environment': unseen,
  'AWS::SageMaker::Project': unseen,
  'AWS::SSMQuickSetup::ConfigurationManager': unseen,
  'AWS::ServiceCatalog::CloudFormationProduct': unseen,
  'AWS::ServiceCatalog::CloudFormationProvisionedProduct': unseen,
};

const handler = 'registers code of its author that handles resources, with a role';
const fragmentFamilies: readonly (readonly [RegExp, string])[] = [
  [/::MODULE$/i, 'is a module, whose resources are not in the template'],
  [/^AWS::CloudFormation::Resource(Default)?Version$/, handler],
  [/^AWS::CloudFormation::(Hook\w+|\w+Hook)$/, 'changes what CloudFormation asks before it makes any resource'],
  [/^AWS::Proton::/, unseen],
  // Configuration files in the source bundle declare resources (AWS Elastic Beanstalk Developer Guide, ".Ebextensions").
  [/^AWS::ElasticBeanstalk::(ApplicationVersion|Environment)$/, unseen],
];

function nameOf(transform: Json): string {
  const name = isObject(transform) ? transform['Name'] : transform;
  return typeof name === 'string' ? name : JSON.stringify(transform);
}

function embedded(value: Json, path: TemplatePath): Objection[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, member]) => {
    const at = [...path, key];
    const own = key === 'Fn::Transform' ? [objection(at, `Fn::Transform puts in what ${nameOf(member)} answers.`)] : [];
    return [...own, ...embedded(member, at)];
  });
}

function objection(path: TemplatePath, what: string): Objection {
  return { code: 'GATE_TRANSFORM', path, what, next: writeOut };
}
