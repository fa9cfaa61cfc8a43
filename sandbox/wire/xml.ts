import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaReference } from './models.ts';

const STRUCTURE = 3;
/** The simple schema of a string. */
export const TEXT = 0;
const DATE_TIME = 5;

/** A structure no AWS model has, such as the envelope of an answer. Its member names become the element names. */
export function structure(name: string, members: Readonly<Record<string, SchemaReference>>): SchemaReference {
  return [STRUCTURE, 'sandbox', name, 0, Object.keys(members), Object.values(members)] as SchemaReference;
}

/** The value as an XML document; members the value lacks are left out. Times are ISO 8601 unless the schema says otherwise. */
export function writeXml(schema: SchemaReference | NormalizedSchema, value: object, xmlNamespace?: string): string {
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: DATE_TIME },
    httpBindings: false,
    xmlNamespace: xmlNamespace ?? '',
    serviceNamespace: 'sandbox',
  });
  serializer.write(schema as Parameters<typeof serializer.write>[0], value);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serializer.flush()}`;
}
