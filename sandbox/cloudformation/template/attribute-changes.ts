/** Details of a change to anything of a resource but its properties. */
import type { ResourceAttribute } from '@aws-sdk/client-cloudformation';
import type { Json } from '../../kernel.ts';
import type { Detail, ResourcePair, StackTags } from './changes.ts';
import { canonical } from './differences.ts';
import { resourceFacts } from './resource-facts.ts';
import { valueText } from './visible-values.ts';

export function attributeDetails({ old, resource }: ResourcePair): Detail[] {
  return [
    ...attributeDetail('Metadata', old.metadata, resource.metadata),
    ...attributeDetail('CreationPolicy', old.creationPolicy, resource.creationPolicy),
    ...attributeDetail('UpdatePolicy', old.updatePolicy, resource.updatePolicy),
    ...attributeDetail('DeletionPolicy', old.deletionPolicy, resource.deletionPolicy),
    ...attributeDetail('UpdateReplacePolicy', old.updateReplacePolicy, resource.updateReplacePolicy),
  ];
}

/** A nested stack is always listed: its own template may have changed (API Reference, `ResourceChangeDetail`, Automatic). */
export function nestedStackDetails(type: string): Detail[] {
  if (type !== 'AWS::CloudFormation::Stack') return [];
  return [
    {
      Target: { Attribute: 'Properties', RequiresRecreation: 'Never' },
      Evaluation: 'Dynamic',
      ChangeSource: 'Automatic',
    },
  ];
}

/** The stack's own tags go to every resource that can be tagged (User Guide, "Resource tags"). */
export function stackTagDetails(type: string, tags: StackTags | undefined): Detail[] {
  if (tags === undefined || resourceFacts(type).tagProperty === undefined) return [];
  const keys = [...new Set([...Object.keys(tags.before), ...Object.keys(tags.after)])];
  return keys.flatMap((key) => attributeDetail('Tags', tagOf(tags.before, key), tagOf(tags.after, key)));
}

const tagOf = (tags: Readonly<Record<string, string>>, key: string): Json | undefined =>
  tags[key] === undefined ? undefined : { Key: key, Value: tags[key] };

function attributeDetail(attribute: ResourceAttribute, before: Json | undefined, after: Json | undefined): Detail[] {
  if (canonical(before) === canonical(after)) return [];
  const target: Detail['Target'] = {
    Attribute: attribute,
    ...(attribute === 'Tags' ? {} : { Path: `/${attribute}` }),
    RequiresRecreation: 'Never',
    ...(before === undefined ? {} : { BeforeValue: valueText(before) }),
    ...(after === undefined ? {} : { AfterValue: valueText(after) }),
    AttributeChangeType: before === undefined ? 'Add' : after === undefined ? 'Remove' : 'Modify',
  };
  return [{ Target: target, Evaluation: 'Static', ChangeSource: 'DirectModification' }];
}
