import { isVariableKey } from './condition-keys.ts';
import type { ContextIndex } from './request-context.ts';
import { type Pattern, type PatternUnit, patternOf } from './wildcard.ts';

/** `${key}`, `${key, 'default'}`, or one of the literal characters `${*}` `${?}` `${$}`. */
const variable = /\$\{([^}]*)\}/g;
const withDefault = /^\s*([^,\s]+(?: [^,\s]+)*)\s*(?:,\s*'([^']*)'\s*)?$/;
const literals = new Set(['*', '?', '$']);

/** The variables in `text` that cannot be substituted, as they are written. */
export function unsupportedVariables(text: string): string[] {
  return variablesOf(text)
    .filter((inner) => !literals.has(inner) && !isVariableKey(parseVariable(inner).key))
    .map((inner) => `\${${inner}}`);
}

export const hasVariables = (text: string): boolean => variablesOf(text).length > 0;

/**
 * Reads `text` as a pattern with its variables substituted. A substituted value is literal: wildcards in a tag value open nothing.
 * Undefined when a variable has neither a value in the request nor a default (IAM User Guide, "IAM policy elements: Variables and tags").
 */
export function expandVariables(text: string, context: ContextIndex): Pattern | undefined {
  const units: PatternUnit[] = [];
  let from = 0;
  for (const found of text.matchAll(variable)) {
    const value = substitute(String(found[1]), context);
    if (value === undefined) return undefined;
    units.push(...patternOf(text.slice(from, found.index)), ...value);
    from = found.index + found[0].length;
  }
  return [...units, ...patternOf(text.slice(from))];
}

function variablesOf(text: string): string[] {
  return [...text.matchAll(variable)].map((found) => String(found[1]));
}

function substitute(inner: string, context: ContextIndex): string | undefined {
  if (literals.has(inner)) return inner;
  const { key, fallback } = parseVariable(inner);
  const value = context.get(key.toLowerCase());
  return typeof value === 'string' ? value : fallback;
}

function parseVariable(inner: string): { key: string; fallback?: string } {
  const [, key = inner, fallback] = withDefault.exec(inner) ?? [];
  return fallback === undefined ? { key } : { key, fallback };
}
