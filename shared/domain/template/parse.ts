import { type Position, readSource } from './source.ts';
import { structureFault } from './structure.ts';
import type { Template, TemplatePath } from './template.ts';

export type ParsedTemplate =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'invalid'; readonly message: string; readonly line?: number; readonly column?: number };

/**
 * Reads a CloudFormation template, JSON or YAML, into plain data with long-form intrinsic functions. Strict: what CloudFormation refuses
 * is invalid here too, with its wording where it is known (CloudFormation User Guide, "Template anatomy" and "Template formats"), and so
 * is what it accepts silently but could be read two ways (duplicate keys). `line` and `column` count from 1.
 */
export function parseTemplate(text: string): ParsedTemplate {
  const source = readSource(text);
  if (source.kind === 'malformed') return invalid(source.message, source.position);
  const fault = structureFault(source.data);
  if (fault) return invalid(fault.message, nearest(source, fault.path));
  return { kind: 'template', template: source.data as unknown as Template };
}

/** Where the member at `path` of the long-form template stands in the text; undefined if there is none or the text is malformed. */
export function positionOf(text: string, path: TemplatePath): Position | undefined {
  return positions(text)(path);
}

/** `positionOf` for many paths of one text. */
export function positions(text: string): (path: TemplatePath) => Position | undefined {
  const source = readSource(text);
  return source.kind === 'source' ? source.positionOf : () => undefined;
}

/** A missing member is reported where its owner stands. */
function nearest(source: { positionOf(path: TemplatePath): Position | undefined }, path: TemplatePath) {
  return source.positionOf(path) ?? source.positionOf(path.slice(0, -1));
}

function invalid(message: string, position: Position | undefined): ParsedTemplate {
  return position ? { kind: 'invalid', message, ...position } : { kind: 'invalid', message };
}
