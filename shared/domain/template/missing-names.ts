/** Names that a template uses and does not have. */
import { closest } from '../config/did-you-mean.ts';
import { dependsOn, type Named, namedIn } from './named.ts';
import { isObject, type Json, type Template, transformsOf } from './template.ts';

interface MissingName extends Pick<Named, 'via' | 'name' | 'path'> {
  readonly suggestion: string | undefined;
}

/** CloudFormation User Guide, "Pseudo parameters reference". */
const pseudoParameters = [
  'AWS::AccountId',
  'AWS::NotificationARNs',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

/**
 * What Ref, Fn::GetAtt, Fn::Sub and DependsOn name in Resources and Outputs, in branches that are not taken as well: CloudFormation refuses
 * the template for any of them. Nothing is said of a template with a transform, which may bring what is named.
 */
export function missingNames(template: Template): MissingName[] {
  if (isTransformed(template)) return [];
  const resources = Object.keys(template.Resources);
  const all = [...resources, ...Object.keys(template.Parameters ?? {}), ...pseudoParameters];
  // What a module brings has names that begin with the module's (User Guide, "Reference resources in CloudFormation modules").
  const modules = resources.filter((id) => template.Resources[id]?.Type.endsWith('::MODULE'));
  return namesOf(template).flatMap(({ via, name, attribute, path }) => {
    const known = attribute ? resources : all;
    if (known.includes(name) || modules.some((id) => name.startsWith(id))) return [];
    return [{ via, name, path, suggestion: closest(name, known) }];
  });
}

/** Whether something else than the template says what is in it. */
export function isTransformed(template: Template): boolean {
  return transformsOf(template).length > 0 || holds(template.Resources as unknown as Json, 'Fn::Transform');
}

function namesOf({ Resources, Outputs = {} }: Template): Named[] {
  const own = Object.entries(Resources).flatMap(([id, resource]) =>
    dependsOn(resource.DependsOn as Json | undefined, ['Resources', id, 'DependsOn']),
  );
  return [
    ...own,
    ...namedIn(Resources as unknown as Json, ['Resources']),
    ...namedIn(Outputs as unknown as Json, ['Outputs']),
  ];
}

function holds(value: Json, key: string): boolean {
  if (Array.isArray(value)) return value.some((item) => holds(item, key));
  if (!isObject(value)) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((member) => holds(member, key));
}
