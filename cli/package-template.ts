/** Packages one template with everything it takes from its folder. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { staticKeys } from '#shared/domain/config/secret-text.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Place } from '#shared/domain/errors/problem.ts';
import type { PackagedTemplate } from '#shared/domain/release/build-release.ts';
import { type LocalReference, localReferences } from '#shared/domain/release/local-references.ts';
import { type PackagedFile, packageTemplate } from '#shared/domain/release/package-template.ts';
import { artifactsBucketParameter } from '#shared/domain/release/release.ts';
import { type ParsedTemplate, parseTemplate, positions } from '#shared/domain/template/parse.ts';
import type { Template } from '#shared/domain/template/template.ts';
import { checkTemplate } from './check-template.ts';
import { packageAsset } from './package-asset.ts';
import { addFile, type Packing } from './packing.ts';
import { readText, unreadable } from './read-text.ts';
import { isInside } from './zip-files.ts';

// CloudFormation User Guide, "Understand CloudFormation quotas": 1 MB from S3; the service answers "may not exceed 1000000 bytes".
const maxTemplateBytes = 1_000_000;

/** A file to package, who names it, and the templates that contain it. */
export interface Source {
  readonly path: string;
  readonly place: Place;
  readonly within: readonly string[];
}

/** Packages the template and, depth first, what it refers to. Answers undefined once problems have been added to `packing`. */
export async function packageTemplateFile(packing: Packing, source: Source): Promise<PackagedTemplate | undefined> {
  const read = await readTemplate(packing, source);
  if (read === undefined) return undefined;
  const { text, template } = read;
  const packaged = await packageReferences(packing, source, read);
  if (packaged === undefined) return undefined;
  const result = packageTemplate(text, template, (reference) => packaged.get(pointerOf(reference)) as PackagedFile);
  const foreign = result.search(/[^\p{ASCII}]/u);
  if (foreign >= 0) {
    const before = result.slice(0, foreign).split('\n');
    const place = { file: source.path, line: before.length, column: (before.at(-1) ?? '').length + 1 };
    packing.problems.push(problem('TEMPLATE_NOT_ASCII', { character: [...result.slice(foreign)][0] ?? '' }, place));
    return undefined;
  }
  const bytes = new TextEncoder().encode(result);
  if (bytes.length > maxTemplateBytes) {
    const facts = { what: 'The template', actual: bytes.length, limit: maxTemplateBytes, unit: 'bytes' };
    packing.problems.push(problem('LIMIT', facts, { file: source.path, line: 1, column: 1 }));
    return undefined;
  }
  const parsed = accepted(packing, source.path, parseTemplate(result));
  return parsed && { artifact: addFile(packing, 'templates', bytes), template: parsed };
}

interface ReadTemplate {
  readonly text: string;
  readonly template: Template;
}

async function readTemplate(packing: Packing, { path, place, within }: Source): Promise<ReadTemplate | undefined> {
  if (!(await isPackageable(packing, path, place))) return undefined;
  if (within.includes(path)) {
    packing.problems.push(problem('TEMPLATE_CYCLE', { path }, place));
    return undefined;
  }
  const read = await readText(path, place);
  if (read.kind === 'unreadable') {
    packing.problems.push(read.problem);
    return undefined;
  }
  packing.problems.push(...staticKeys(read));
  packing.sources.set(path, read.text);
  const template = accepted(packing, path, parseTemplate(read.text));
  if (template === undefined) return undefined;
  packing.problems.push(...checkTemplate(path, read.text, template));
  return { text: read.text, template };
}

function accepted(packing: Packing, path: string, parsed: ParsedTemplate): Template | undefined {
  if (parsed.kind === 'template') return parsed.template;
  const { message, line = 1, column = 1 } = parsed;
  packing.problems.push(problem('TEMPLATE_INVALID', { detail: message }, { file: path, line, column }));
  return undefined;
}

async function packageReferences(packing: Packing, source: Source, { text, template }: ReadTemplate) {
  const positionOf = positions(text);
  const packaged = new Map<string, PackagedFile>();
  const references = localReferences(template);
  for (const reference of references) {
    const { resource } = reference;
    const place = {
      file: source.path,
      ...positionOf(reference.path),
      pointer: pointerOf(reference),
      resource,
    };
    const path = join(dirname(source.path), reference.file);
    const file = isAbsolute(reference.file)
      ? refused(packing, reference.file, place)
      : await packageReference(packing, reference, { path, place, within: [...source.within, source.path] });
    if (file !== undefined) packaged.set(pointerOf(reference), file);
  }
  return packaged.size === references.length ? packaged : undefined;
}

const pointerOf = ({ path }: LocalReference): string => `/${path.join('/')}`;

async function packageReference(
  packing: Packing,
  { form }: LocalReference,
  source: Source,
): Promise<PackagedFile | undefined> {
  if (form.kind === 'template') {
    const nested = await packageTemplateFile(packing, source);
    if (nested === undefined) return undefined;
    packing.assets.add(nested.artifact.key);
    return { key: nested.artifact.key, takesBucket: artifactsBucketParameter in (nested.template.Parameters ?? {}) };
  }
  if (!(await isPackageable(packing, source.path, source.place))) return undefined;
  const artifact = await packageAsset(packing, source, form.kind === 'members' && form.zip);
  return artifact && { key: artifact.key, takesBucket: false };
}

/** The file is there and, links followed, inside the folder of the configuration. */
export async function isPackageable(packing: Packing, path: string, place: Place): Promise<boolean> {
  try {
    if (isInside(await realpath(path), packing.root)) return true;
    refused(packing, path, place);
  } catch (error) {
    packing.problems.push(unreadable(path, error, place));
  }
  return false;
}

function refused(packing: Packing, path: string, place: Place): undefined {
  packing.problems.push(problem('PATH_OUTSIDE', { path }, place));
}
