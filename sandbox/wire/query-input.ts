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
  const holder = schema.getMergedTraits().xmlFlattened ? node : onlyChild(node, wireName(item, 'member'), path);
  return numbered(holder, path).map(([number, child]) => readNode(item, child, join(path, number)));
}

function readMap(schema: NormalizedSchema, node: Node, path: string): Record<string, unknown> {
  const [key, value] = [schema.getKeySchema(), schema.getValueSchema()];
  const holder = schema.getMergedTraits().xmlFlattened ? node : onlyChild(node, 'entry', path);
  const entries = numbered(holder, path).map(([number, entry]) => {
    const keyNode = entry.children.get(wireName(key, 'key'));
    const valueNode = entry.children.get(wireName(value, 'value')) ?? emptyNode();
    return [keyNode?.text ?? '', readNode(value, valueNode, join(path, number))] as const;
  });
  return Object.fromEntries(entries);
}

/** The children `1`, `2`, … in numeric order. An empty list is sent as `Name=`. */
function numbered(node: Node | undefined, path: string): (readonly [number: string, child: Node])[] {
  const children = [...(node?.children ?? [])];
  const stranger = children.find(([part]) => !/^[1-9]\d*$/.test(part));
  if (stranger) throw unknownParameter(join(path, stranger[0]));
  return children.sort(([left], [right]) => Number(left) - Number(right));
}

function onlyChild(node: Node, name: string, path: string): Node | undefined {
  const stranger = [...node.children.keys()].find((part) => part !== name);
  if (stranger !== undefined) throw unknownParameter(join(path, stranger));
  return node.children.get(name);
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
