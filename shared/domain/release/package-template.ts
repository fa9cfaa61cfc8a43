/** The pure half of packaging a template; reading and zipping files is the caller's. */
import { type ParsedNode, parseDocument, type YAMLMap } from 'yaml';
import type { Json, Template, TemplatePath } from '../template/template.ts';
import { type LocalReference, localReferences } from './local-references.ts';
import { artifactsBucketParameter } from './release.ts';

/** A local file once it is packaged. */
export interface PackagedFile {
  readonly key: string;
  /** A nested template that itself takes the artifacts bucket as a parameter. */
  readonly takesBucket: boolean;
}

/** Answers what became of a reference's file. */
export type PackagedFileOf = (reference: LocalReference) => PackagedFile;

/**
 * The template's text with every local reference replaced by its place in the artifacts bucket. The bucket is the parameter
 * ArtifactsBucket, added if need be, so the bytes are the same in every environment. Only these places of the text change: comments, short
 * tags and spelling stay, and a template without local references stays byte for byte. `template` is `text` parsed.
 */
export function packageTemplate(text: string, template: Template, packagedFileOf: PackagedFileOf): string {
  const references = localReferences(template);
  if (references.length === 0) return text;
  const declared = Object.hasOwn(template.Parameters ?? {}, artifactsBucketParameter);
  const edits = [
    ...references.flatMap((reference) => editsOf(reference, packagedFileOf(reference))),
    ...(declared ? [] : [declaration]),
  ];
  const root = parseDocument(text, { logLevel: 'silent' }).contents;
  return edits
    .map((edit) => spliceOf(text, root, edit))
    .sort((a, b) => b.at - a.at)
    .reduce(apply, text);
}

interface Edit {
  readonly path: TemplatePath;
  readonly value: Json;
}

const declaration: Edit = {
  path: ['Parameters', artifactsBucketParameter],
  value: { Type: 'String', Description: 'Bucket with the files of this release, in the region of the stack' },
};

function editsOf({ form, path }: LocalReference, file: PackagedFile): Edit[] {
  const bucket = { Ref: artifactsBucketParameter };
  switch (form.kind) {
    case 'members':
      return [{ path, value: { [form.bucket]: bucket, [form.key]: file.key } }];
    case 's3-url':
      return [{ path, value: { 'Fn::Sub': `s3://\${${artifactsBucketParameter}}/${file.key}` } }];
    case 'template': {
      // Virtual-hosted style; the suffix differs between partitions (amazonaws.com.cn).
      const host = `\${${artifactsBucketParameter}}.s3.\${AWS::Region}.\${AWS::URLSuffix}`;
      const handOn = [...path.slice(0, -1), 'Parameters', artifactsBucketParameter];
      return [
        { path, value: { 'Fn::Sub': `https://${host}/${file.key}` } },
        ...(file.takesBucket ? [{ path: handOn, value: bucket }] : []),
      ];
    }
  }
}

/** A part of the text, by offsets, and what comes in its place. JSON is valid where YAML expects a value, so one form serves both. */
interface Splice {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** Replaces what is at the path, or makes it the first member of the closest map that is there. */
function spliceOf(source: string, root: unknown, { path, value }: Edit): Splice {
  let node: unknown = root;
  for (const [index, segment] of path.entries()) {
    // The parser refuses null, and everything on these paths is a map.
    const next = (node as YAMLMap).get(segment, true);
    if (next === undefined) return insertion(source, node as YAMLMap.Parsed, { path: path.slice(index), value });
    node = next;
  }
  const { from, to } = rangeOf(node);
  // A block scalar ends with its last line break, which the next member still needs.
  const end = source.slice(from, to).endsWith('\n') ? to - 1 : to;
  return { at: from, length: end - from, text: JSON.stringify(value) };
}

function insertion(source: string, map: YAMLMap.Parsed, { path: [name, ...rest], value }: Edit): Splice {
  const nested = rest.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
  const member = `${JSON.stringify(name)}: ${JSON.stringify(nested)}`;
  const first = map.items[0]?.key;
  // Only `{}` has no first member.
  if (first === undefined) return { at: rangeOf(map).from + 1, length: 0, text: member };
  const { from: at } = rangeOf(first);
  const indent = ' '.repeat(at - (source.lastIndexOf('\n', at - 1) + 1));
  return { at, length: 0, text: map.flow ? `${member}, ` : `${member}\n${indent}` };
}

/** Where a node stands. Every parsed node has a range; a member without a value stands nowhere and is never asked for. */
function rangeOf(node: unknown): { from: number; to: number } {
  const [from, to] = (node as ParsedNode).range;
  return { from, to };
}

function apply(text: string, { at, length, text: replacement }: Splice): string {
  return text.slice(0, at) + replacement + text.slice(at + length);
}
