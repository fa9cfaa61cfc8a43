/**
 * The JSONPath subset of the sandbox: `$`, `.name`, `['name']`, `[0]`, `[*]`, and `$$` for the context object. Anything else is refused
 * when the machine is created, so no path is ever half understood.
 */
import type { Json } from '#sandbox/kernel.ts';
import { StateFailure } from './state-failure.ts';

type PathStep = { readonly name: string } | { readonly index: number } | 'every';

export interface JsonPath {
  /** `$$` instead of `$`. */
  readonly context: boolean;
  readonly steps: readonly PathStep[];
}

/** What a path is applied to: `$` and `$$`. */
export interface Scope {
  readonly input: Json;
  readonly context: Json;
}

const step = /\.([A-Za-z_]\w*)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|(\[\*\])/y;

/** Reads a path, or answers undefined where it is outside the subset. */
export function parsePath(text: string): JsonPath | undefined {
  const context = text.startsWith('$$');
  if (!text.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  step.lastIndex = context ? 2 : 1;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (!match) return undefined;
    const [, plain, single, double, index] = match;
    const name = plain ?? (single ?? double)?.replace(/\\(.)/g, '$1');
    steps.push(name !== undefined ? { name } : index !== undefined ? { index: Number(index) } : 'every');
  }
  return { context, steps };
}

/** True for a path that ResultPath can write to: names only, on the input. Source: States Language, "Reference Paths". */
export function isWritablePath(text: string): boolean {
  const path = parsePath(text);
  return path !== undefined && !path.context && path.steps.every((part) => part !== 'every' && 'name' in part);
}

/** The value at a path, or undefined where the path leads nowhere. A path with `[*]` answers the list of what it matches. */
export function lookUp(text: string, scope: Scope): Json | undefined {
  const path = understood(text);
  return follow(path.context ? scope.context : scope.input, path.steps);
}

/** The value at a path; fails the state with States.Runtime where there is none. `field` is the field that names the path. */
export function valueAt(text: string, scope: Scope, field: string): Json {
  const value = lookUp(text, scope);
  if (value !== undefined) return value;
  const input = JSON.stringify(text.startsWith('$$') ? scope.context : scope.input);
  throw new StateFailure(
    'States.Runtime',
    `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${input}'`,
  );
}

/**
 * A copy of `target` with `value` written at a writable path; missing objects on the way are made. Fails with
 * States.ResultPathMatchFailure where something else stands in the way. Source: States Language, "ResultPath".
 */
export function writeAt(text: string, target: Json, value: Json): Json {
  return put(target, understood(text).steps, { value, text });
}

function understood(text: string): JsonPath {
  const path = parsePath(text);
  if (!path) throw new StateFailure('States.Runtime', `The JSONPath '${text}' is not supported.`);
  return path;
}

function follow(start: Json, steps: readonly PathStep[]): Json | undefined {
  let value: Json | undefined = start;
  for (const [position, part] of steps.entries()) {
    if (part === 'every') return everyOf(value, steps.slice(position + 1));
    value = childOf(value, part);
    if (value === undefined) return undefined;
  }
  return value;
}

/** Matches behind a wildcard are a flat list; members that lack the rest of the path are left out. */
function everyOf(value: Json, rest: readonly PathStep[]): Json | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const members = Array.isArray(value) ? value : Object.values(value);
  const found = members.map((member) => follow(member, rest)).filter((member) => member !== undefined);
  return rest.includes('every') ? found.flat(1) : found;
}

function childOf(value: Json, part: Exclude<PathStep, 'every'>): Json | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if ('index' in part) return Array.isArray(value) ? value[part.index] : undefined;
  return !Array.isArray(value) && Object.hasOwn(value, part.name) ? value[part.name] : undefined;
}

function put(target: Json, steps: readonly PathStep[], written: { value: Json; text: string }): Json {
  const [part, ...rest] = steps;
  if (part === undefined) return written.value;
  if (part === 'every' || 'index' in part || target === null || typeof target !== 'object' || Array.isArray(target)) {
    throw new StateFailure(
      'States.ResultPathMatchFailure',
      `Unable to apply ReferencePath ${written.text} to input ${JSON.stringify(target)}`,
    );
  }
  const inner = Object.hasOwn(target, part.name) ? (target[part.name] as Json) : {};
  return { ...target, [part.name]: put(inner, rest, written) };
}
