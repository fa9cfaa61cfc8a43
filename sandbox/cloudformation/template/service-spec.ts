/** AWS's own resource specification, as the CDK publishes it. Loaded on first use: it takes a moment and much memory. */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

type Specification = ReturnType<typeof loadAwsServiceSpecSync>;
type SpecifiedProperty = NonNullable<ReturnType<typeof specifiedResource>>['properties'][string];
type PropertyType = SpecifiedProperty['type'];

let loaded: Specification | undefined;

const specification = (): Specification => {
  loaded ??= loadAwsServiceSpecSync();
  return loaded;
};

/** Every resource type of the specification. */
export function specifiedTypes(): string[] {
  return [...specification().all('resource')].map(({ cloudFormationType }) => cloudFormationType);
}

/** The specification of a resource type, for example `AWS::SQS::Queue`; undefined if there is none. */
export function specifiedResource(type: string) {
  return specification().lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

/** The members of an object type; undefined for anything else. Lists and maps stand for their elements. */
export function specifiedMembers(type: PropertyType): Readonly<Record<string, SpecifiedProperty>> | undefined {
  if (type.type === 'ref') return specification().get('typeDefinition', type.reference).properties;
  if (type.type === 'array' || type.type === 'map') return specifiedMembers(type.element);
  if (type.type !== 'union') return undefined;
  return type.types.map(specifiedMembers).find((members) => members !== undefined);
}
