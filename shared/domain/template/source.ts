/** Template text read into plain data, strictly, with the position of every member. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Tags } from 'yaml';
import { longForm, longName } from './short-tags.ts';
import type { Json, TemplatePath } from './template.ts';

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Source =
  | { readonly kind: 'source'; readonly data: Json; positionOf(path: TemplatePath): Position | undefined }
  | { readonly kind: 'malformed'; readonly message: string; readonly position?: Position };

/** Deeper than any template needs; keeps hostile input from exhausting the stack. */
const maxDepth = 200;

/**
 * Reads JSON or YAML 1.1 with CloudFormation's exceptions (User Guide, "Template formats"): no binary, omap, pairs, set or timestamp
 * tags, no aliases, no merge keys. Duplicate keys are refused: which of the two wins must never decide what is deployed.
 */
export function readSource(text: string): Source {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const json = text.trimStart().startsWith('{') ? readJson(text) : undefined;
  const format = json ? 'JSON' : 'YAML';
  const root = composed(text, lines);
  if (root.kind === 'too-deep') return { kind: 'malformed', message: 'Template format error: nested too deeply.' };
  if (root.kind === 'error') return notWellFormed(format, positionAt(root.offset));
  if (json?.kind === 'invalid') return notWellFormed(format);
  const reader: Reader = { faults: [], depth: 0 };
  const data = readNode(root.node, reader);
  const [fault] = reader.faults;
  if (fault) return located(fault.message, positionAt(fault.offset));
  const positionOf = (path: TemplatePath): Position | undefined => {
    const offset = offsetOf(root.node, path);
    return offset === undefined ? undefined : positionAt(offset);
  };
  return { kind: 'source', data: json ? json.data : data, positionOf };
}

function readJson(text: string): { kind: 'json'; data: Json } | { kind: 'invalid' } {
  try {
    return { kind: 'json', data: JSON.parse(text) as Json };
  } catch {
    return { kind: 'invalid' };
  }
}

type Composed = { kind: 'node'; node: Node | null } | { kind: 'error'; offset: number } | { kind: 'too-deep' };

function composed(text: string, lineCounter: LineCounter): Composed {
  const { errors, contents } = parseDocument(text, {
    version: '1.1',
    schema: 'yaml-1.1',
    customTags: supportedTags,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter,
  });
  const [error] = errors;
  if (!error) return { kind: 'node', node: contents };
  return error.code === 'RESOURCE_EXHAUSTION' ? { kind: 'too-deep' } : { kind: 'error', offset: error.pos[0] };
}

/** Sexagesimal numbers go as well: `22:22` in a template is a port mapping or a time, never 1342. */
function supportedTags(tags: Tags): Tags {
  return tags.filter(
    (tag) =>
      typeof tag === 'string' || !(/:(binary|omap|pairs|set|timestamp|merge)$/.test(tag.tag) || tag.format === 'TIME'),
  );
}

interface Reader {
  readonly faults: { message: string; offset: number }[];
  depth: number;
}

function readNode(node: Node | null, reader: Reader): Json {
  if (node === null) return null;
  if (isAlias(node))
    return fault(reader, node, 'Template error: YAML aliases are not allowed in CloudFormation templates');
  if (reader.depth > maxDepth) return fault(reader, node, 'Template format error: nested too deeply.');
  reader.depth += 1;
  const plain = isMap(node) ? mapOf(node, reader) : isSeq(node) ? listOf(node, reader) : scalarOf(node);
  reader.depth -= 1;
  return node.tag === undefined || standardTag.test(node.tag) ? plain : tagged(node, plain, reader);
}

const standardTag = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

function tagged(node: Node, plain: Json, reader: Reader): Json {
  const tag = String(node.tag);
  const result = longForm(tag, plain);
  switch (result.kind) {
    case 'function':
      return { [result.name]: result.argument };
    case 'misuse':
      return fault(reader, node, `Template format error: ${result.message}.`);
    case 'unknown-tag':
      return fault(reader, node, `Template format error: unsupported tag ${tag}.`);
  }
}

function mapOf(node: { items: Pair[] }, reader: Reader): Json {
  const entries = new Map<string, Json>();
  for (const pair of node.items) {
    const key = pair.key as Node;
    const name = keyText(pair);
    if (name === undefined) fault(reader, key, 'Template format error: keys must be plain text.');
    else if (entries.has(name)) fault(reader, key, `Template format error: duplicate key '${name}'.`);
    else entries.set(name, readNode(pair.value as Node | null, reader));
  }
  return Object.fromEntries(entries);
}

/** A key is the text as written: `012345678901:` is an account id, not an octal number. Merge keys and tagged keys are no text. */
function keyText(pair: Pair): string | undefined {
  const key = pair.key;
  if (!isScalar(key) || key.tag !== undefined) return undefined;
  const text = String(key.source);
  return text === '<<' ? undefined : text;
}

function listOf(node: { items: unknown[] }, reader: Reader): Json {
  return node.items.map((item) => readNode(item as Node | null, reader));
}

/** YAML 1.1 libraries read a lone `y` or `n` as text, as AWS does; numbers that JSON or a double cannot hold stay text. */
function scalarOf(node: Node): Json {
  const { value, source } = node as { value?: unknown; source?: string };
  const exact =
    typeof value !== 'number' || (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value));
  return exact && !/^[yn]$/i.test(String(source)) ? (value as Json) : String(source);
}

function fault(reader: Reader, node: Node, message: string): null {
  reader.faults.push({ message, offset: startOf(node) });
  return null;
}

/** Where the member at `path` starts: its key in an object, itself in a list. A short tag stands for its long name. */
function offsetOf(root: Node | null, path: TemplatePath): number | undefined {
  let node: unknown = root;
  let offset = startOf(root);
  for (const step of path) {
    const tag = tagOf(node);
    // `!GetAtt a.b` is one scalar, its long form a list: both parts are where the scalar is.
    if (longName(tag) === step || (tag === '!GetAtt' && isScalar(node))) continue;
    const found = memberOf(node, step);
    if (!found) return undefined;
    node = found.value;
    offset = startOf(found.at);
  }
  return offset;
}

function memberOf(node: unknown, step: string | number): { at: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => keyText(item) === String(step));
    return pair && { at: pair.key, value: pair.value };
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return item === undefined ? undefined : { at: item, value: item };
}

const tagOf = (node: unknown): string => String((node as { tag?: string } | null)?.tag);

const startOf = (node: unknown): number => (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;

function notWellFormed(format: 'JSON' | 'YAML', position?: Position): Source {
  return located(`Template format error: ${format} not well-formed.`, position);
}

function located(message: string, position?: Position): Source {
  if (!position) return { kind: 'malformed', message };
  return { kind: 'malformed', message: `${message} (line ${position.line}, column ${position.column})`, position };
}
