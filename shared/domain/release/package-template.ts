/** The pure half of packaging a template; reading and zipping files is the caller's. */
import { type Document, isMap, parseDocument, visit } from 'yaml';
import { isObject, type Json, type JsonObject, type Template, type TemplatePath } from '../template/template.ts';
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
 * ArtifactsBucket, added if need be, so the bytes are the same in every environment. Comments and short tags stay; a template without
 * local references stays byte for byte.
 */
export function packageTemplate(text: string, template: Template, packagedFileOf: PackagedFileOf): string {
  const references = localReferences(template);
  if (references.length === 0) return text;
  const declared = template.Parameters ?? {};
  const edits = [
    ...references.flatMap((reference) => editsOf(reference, packagedFileOf(reference))),
    ...(artifactsBucketParameter in declared ? [] : [declaration]),
  ];
  const document = parseDocument(text, { logLevel: 'silent' });
  return isJson(text) || hasAliases(document) ? editData(template, edits) : editYaml(document, edits);
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

function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** JSON templates, and YAML ones whose aliases would make one edit change two places, are written anew from their data. */
function editData(template: Template, edits: readonly Edit[]): string {
  const data = structuredClone(template) as unknown as JsonObject;
  for (const { path, value } of edits) {
    const owner = path.slice(0, -1).reduce((node, segment) => {
      const member = node[segment];
      const next = isObject(member) ? member : {};
      node[segment] = next;
      return next;
    }, data);
    owner[String(path.at(-1))] = value;
  }
  return `${JSON.stringify(data, null, 2)}\n`;
}

function editYaml(document: Document, edits: readonly Edit[]): string {
  for (const { path, value } of edits) {
    const owner = document.getIn(path.slice(0, -1));
    if (isMap(owner)) owner.set(path.at(-1), document.createNode(value));
    else document.setIn(path.slice(0, -1), document.createNode({ [String(path.at(-1))]: value }));
  }
  return document.toString({ lineWidth: 0 });
}

function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
