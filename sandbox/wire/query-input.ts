import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '#sandbox/aws-error.ts';

/** Reads single values; seconds-based or ISO times as the schema says, ISO where it does not (AWS Query protocol). */
const DATE_TIME = 5;
const values = new FromStringShapeDeserializer({ timestampFormat: { useTrait: true, default: DATE_TIME } });

interface Node {
  text: string | undefined;
  readonly children: Map<string, Node>;
}

/**
 * The input a Query request describes: `Tags.member.1.Key=team` and so on, read by walking the input's schema (Smithy specification, "AWS
 * query protocol"). Throws AwsError ValidationError for a parameter the operation does not have and for a value of the wrong type.
 */
export function readQueryInput(
  schema: NormalizedSchema,
  parameters: Iterable<readonly [name: string, value: string]>,
): Record<string, unknown> {
  const root = emptyNode();
  for (const [name, value] of parameters) place(root, name, value);
  if (schema.isUnitSchema()) {
    for (const name of root.children.keys()) throw unknownParameter(name);
    return {};
  }
  return readStructure(schema, root, '');
}

const emptyNode = (): Node => ({ text: undefined, children: new Map() });

function place(root: Node, name: string, value: string): void {
  let node = root;
  for (const part of name.split('.')) {
    const child = node.children.get(part) ?? emptyNode();
    node.children.set(part, child);
    node = child;
  }
  node.text = value;
}

function readStructure(schema: NormalizedSchema, node: Node, path: string): Record<string, unknown> {
  const members = new Map(
    [...schema.structIterator()].map(([name, member]) => [wireName(member, name), { name, member }]),
  );
  const structure: Record<string, unknown> = {};
  for (const [part, child] of node.children) {
    const found = members.get(part);
    if (!found) throw unknownParameter(join(path, part));
    structure[found.name] = readNode(found.member, child, join(path, part));
  }
  return structure;
}

function readNode(schema: NormalizedSchema, node: Node, path: string): unknown {
  if (schema.isStructSchema()) return readStructure(schema, node, path);
  if (schema.isListSchema()) return readList(schema, node, path);
  if (schema.isMapSchema()) return readMap(schema, node, path);
  if (node.children.size > 0) throw unknownParameter(join(path, [...node.children.keys()].join()));
  return readText(schema, node.text ?? '', path);
}

function readList(schema: NormalizedSchema, node: Node, path: string): unknown[] {
  const item = schema.getValueSchema();
  const elements = elementsOf({ schema, node, path, elementName: wireName(item, 'member') });
  return elements.map((element) => readNode(item, element.node, element.path));
}

function readMap(schema: NormalizedSchema, node: Node, path: string): Record<string, unknown> {
  const [keyName, valueSchema] = [wireName(schema.getKeySchema(), 'key'), schema.getValueSchema()];
  const valueName = wireName(valueSchema, 'value');
  const entries = elementsOf({ schema, node, path, elementName: 'entry' }).map((entry) => {
    const key = entry.node.children.get(keyName)?.text ?? '';
    return [key, readNode(valueSchema, entry.node.children.get(valueName) ?? emptyNode(), entry.path)] as const;
  });
  return Object.fromEntries(entries);
}

interface Collection {
  readonly schema: NormalizedSchema;
  readonly node: Node;
  readonly path: string;
  readonly elementName: string;
}

/** `Name.member.1`, `Name.member.2`, … in numeric order, or `Name.1` for a flattened collection. An empty list is sent as `Name=`. */
function elementsOf({ schema, node, path, elementName }: Collection): { readonly node: Node; readonly path: string }[] {
  const flat = Boolean(schema.getMergedTraits().xmlFlattened);
  const stranger = flat ? undefined : [...node.children.keys()].find((part) => part !== elementName);
  if (stranger !== undefined) throw unknownParameter(join(path, stranger));
  const holder = flat ? node : node.children.get(elementName);
  const holderPath = flat ? path : join(path, elementName);
  const children = [...(holder?.children ?? [])];
  const unnumbered = children.find(([part]) => !/^[1-9]\d*$/.test(part));
  if (unnumbered) throw unknownParameter(join(holderPath, unnumbered[0]));
  return children
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([number, child]) => ({ node: child, path: join(holderPath, number) }));
}

function readText(schema: NormalizedSchema, text: string, path: string): unknown {
  const wrongType = (type: string): AwsError =>
    new AwsError(
      'ValidationError',
      `Value '${text}' at '${path}' failed to satisfy constraint: Member must be ${type}`,
    );
  if (schema.isBooleanSchema() && !/^(true|false)$/i.test(text)) throw wrongType('a boolean');
  if (schema.isNumericSchema() && !/^-?\d+(\.\d+)?$/.test(text)) throw wrongType('a number');
  try {
    return values.read(schema, text);
  } catch {
    throw wrongType('a valid value of its type');
  }
}

const wireName = (schema: NormalizedSchema, otherwise: string): string =>
  String(schema.getMergedTraits().xmlName ?? otherwise);

const join = (path: string, part: string): string => (path === '' ? part : `${path}.${part}`);

const unknownParameter = (name: string): AwsError =>
  new AwsError('ValidationError', `The request has a parameter this operation does not have: ${name}`);
