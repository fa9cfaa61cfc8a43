/** Reads YAML text into plain values while remembering where each of them stands. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
} from 'yaml';
import { problem } from '../errors/catalogue.ts';
import { pointerOf } from '../errors/pointer.ts';
import type { Place, Problem } from '../errors/problem.ts';

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export type Path = readonly PropertyKey[];

/** Where the value (or the key before it) at `path` stands; if it is not there, where the closest thing around it does. */
export type PlaceOf = (path: Path, part?: 'key' | 'value') => Place;

export interface YamlDocument {
  readonly value: unknown;
  readonly placeOf: PlaceOf;
}

export interface YamlSource {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

const maxFileLength = 1_000_000;

/**
 * Every document of one file. Anchors, aliases, tags, merge keys, directives and byte order marks are refused, so what is read is what is
 * written, and nothing can grow by repetition. Source: YAML 1.2.2; merge keys and numbers with leading zeros mean other things in 1.1.
 */
export function readYaml(file: ConfigFile): YamlSource {
  const place = { file: file.path, line: 1, column: 1 };
  if (file.text.length > maxFileLength) {
    const facts = { what: 'The file', actual: file.text.length, limit: maxFileLength, unit: 'characters' };
    return { documents: [], problems: [problem('LIMIT', facts, place)] };
  }
  if (file.text.startsWith('\uFEFF')) {
    return { documents: [], problems: [problem('YAML_FEATURE', { feature: 'a byte order mark' }, place)] };
  }
  const lines = new LineCounter();
  const parsed = parseAllDocuments(file.text, { lineCounter: lines, logLevel: 'silent', prettyErrors: false });
  const sources = [...parsed].map((document) => readDocument(document, { file, lines }));
  return {
    documents: sources.flatMap((source) => source.documents),
    problems: sources.flatMap((source) => source.problems),
  };
}

interface Reading {
  readonly file: ConfigFile;
  readonly lines: LineCounter;
}

function readDocument(document: Document.Parsed, reading: Reading): YamlSource {
  const syntax = syntaxProblems(document, reading);
  const problems = syntax.length > 0 ? syntax : featureProblems(document, reading);
  const fatal = problems.some((found) => found.code !== 'YAML_NUMBER');
  if (fatal || document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { documents: [], problems };
  }
  const placeOf: PlaceOf = (path, part = 'value') => ({
    ...placeAt(reading, offsetOf(document.contents, path, part)),
    ...(path.length > 0 && { pointer: pointerOf(path) }),
  });
  return { documents: [{ value: document.toJS(), placeOf }], problems };
}

function syntaxProblems(document: Document.Parsed, reading: Reading): Problem[] {
  const duplicates = document.errors.filter((error) => error.code === 'DUPLICATE_KEY');
  // After the first syntax error the parser guesses; what it says next would only confuse.
  const first = document.errors.find((error) => error.code !== 'DUPLICATE_KEY');
  return [
    ...duplicates.map((error) =>
      problem('DUPLICATE_KEY', { key: wordAt(reading, error.pos[0]) }, placeAt(reading, error.pos[0])),
    ),
    ...(first ? [problem('YAML_SYNTAX', { detail: lowerFirst(first.message) }, placeAt(reading, first.pos[0]))] : []),
  ];
}

function featureProblems(document: Document.Parsed, reading: Reading): Problem[] {
  const found: Problem[] = [];
  const refuse = (feature: string, node: unknown) =>
    found.push(problem('YAML_FEATURE', { feature }, placeAt(reading, startOf(node))));
  if (document.directives.yaml.explicit) refuse('a %YAML directive', document.contents);
  visit(document, {
    Pair: (_key, pair) => {
      const feature = keyFeature(pair);
      if (feature) refuse(feature, pair.key);
    },
    Node: (_key, node) => {
      if (isAlias(node)) refuse(`the alias *${node.source}`, node);
      else if (node.anchor) refuse(`the anchor &${node.anchor}`, node);
      else if (node.tag) refuse(`the tag ${node.tag}`, node);
      else found.push(...lossyNumber(node, reading));
    },
  });
  return found;
}

function keyFeature(pair: Pair): string | undefined {
  if (!isScalar(pair.key) || typeof pair.key.value !== 'string') return 'a key that is not text';
  if (pair.key.value === '<<') return 'the merge key <<';
  return pair.key.value === '__proto__' ? 'the key __proto__' : undefined;
}

/** A number that does not read back as it was written (007, 1.10, 0x1F, 20 digits) would change on its way to CloudFormation. */
function lossyNumber(node: Node, reading: Reading): Problem[] {
  if (!isScalar(node) || typeof node.value !== 'number' || String(node.value) === node.source) return [];
  const facts = { source: String(node.source), value: String(node.value) };
  return [problem('YAML_NUMBER', facts, placeAt(reading, startOf(node)))];
}

function offsetOf(root: unknown, path: Path, part: 'key' | 'value'): number {
  let node = root;
  let offset = startOf(root);
  for (const [index, segment] of path.entries()) {
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === segment) : undefined;
    const wantsKey = part === 'key' && index === path.length - 1;
    node = isSeq(node) ? node.items[Number(segment)] : pair?.value;
    const here = wantsKey || node === null ? pair?.key : node;
    if (here === undefined) return offset;
    offset = startOf(here);
  }
  return offset;
}

function startOf(node: unknown): number {
  return (isNode(node) && node.range?.[0]) || 0;
}

function placeAt({ file, lines }: Reading, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file: file.path, line, column: col };
}

function wordAt({ file }: Reading, offset: number): string {
  return file.text
    .slice(offset, offset + 100)
    .replace(/^["']/, '')
    .split(/["']?\s*[:\n]/, 1)[0] as string;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
