/** Values as a change set shows them: secrets masked, what another resource's replacement will change marked as unknown. */
import { isObject } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import type { ComparedResource, ComparisonFacts } from './changes.ts';
import { type Causes, knownAfterApply } from './evaluation.ts';

/** What DescribeChangeSet prints instead of a NoEcho value. */
const mask = '****';

export interface Visibility {
  readonly causes: Readonly<Record<string, Causes>>;
  readonly facts: ComparisonFacts;
  /** JSON pointers of values that a replacement elsewhere will change. */
  readonly unknown?: ReadonlySet<string>;
}

/** The resource as JSON text, as BeforeContext and AfterContext carry it. */
export function contextText(resource: ComparedResource, visibility: Visibility): string {
  const { properties, metadata, deletionPolicy, updateReplacePolicy, creationPolicy, updatePolicy } = resource;
  return JSON.stringify({
    Properties: visible({ ...properties }, '/Properties', visibility),
    DeletionPolicy: deletionPolicy,
    UpdateReplacePolicy: updateReplacePolicy,
    Metadata: metadata === undefined ? undefined : visible(metadata, '/Metadata', visibility),
    CreationPolicy: creationPolicy,
    UpdatePolicy: updatePolicy,
  });
}

/** The value at a pointer, masked where it came from a parameter with NoEcho or contains the value of one. */
export function visible(value: Json, pointer: string, visibility: Visibility): Json {
  const { causes, facts, unknown } = visibility;
  if (causes[pointer]?.parameters.some((name) => facts.noEcho.includes(name))) return mask;
  if (unknown?.has(pointer)) return knownAfterApply;
  if (Array.isArray(value)) return value.map((item, index) => visible(item, `${pointer}/${index}`, visibility));
  if (isObject(value)) {
    const members = Object.entries(value);
    return Object.fromEntries(
      members.map(([name, member]) => [name, visible(member, `${pointer}/${name}`, visibility)]),
    );
  }
  const text = String(value);
  return facts.secrets?.some((secret) => secret !== '' && text.includes(secret)) ? mask : value;
}

/** A value as BeforeValue and AfterValue carry it: text as it is, anything else as JSON. */
export const valueText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
