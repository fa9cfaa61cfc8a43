/** Intrinsic functions: `States.Format('{} of {}', $.name, $$.Execution.Id)`. Source: States Language, "Intrinsic Functions". */
import type { Json } from '#sandbox/kernel.ts';
import { intrinsicFunctions } from './intrinsic-functions.ts';
import { parsePath, type Scope, valueAt } from './json-path.ts';
import { StateFailure } from './state-failure.ts';

type Expression =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] };

interface Cursor {
  readonly text: string;
  at: number;
}

const maximumDepth = 10;

/** True for text that has to be read as a call instead of a path. */
export const isIntrinsic = (text: string): boolean => text.startsWith('States.');

/** What is wrong with a call, or undefined where it can be evaluated: unknown function, unsupported path, more than 10 levels. */
export function intrinsicProblem(text: string): string | undefined {
  try {
    parseCall(text);
    return undefined;
  } catch (problem) {
    return (problem as Error).message;
  }
}

/** The value of a call. Fails with States.IntrinsicFailure for bad arguments, States.Runtime for a path that leads nowhere. */
export function callIntrinsic(text: string, scope: Scope): Json {
  return evaluate(parseCall(text), { scope, text });
}

function parseCall(text: string): Expression {
  const cursor = { text, at: 0 };
  const expression = parseExpression(cursor, 0);
  skipSpace(cursor);
  if (cursor.at !== text.length) throw refused(cursor);
  return expression;
}

function parseExpression(cursor: Cursor, depth: number): Expression {
  skipSpace(cursor);
  const name = take(cursor, /States\.\w+(?=\s*\()/y);
  if (name) return parseArguments(cursor, { name, depth: depth + 1 });
  const quoted = take(cursor, /'(?:[^'\\]|\\.)*'/y);
  if (quoted) return { kind: 'literal', value: withoutEscapes(quoted.slice(1, -1)) };
  const word = take(cursor, /(?:true|false|null|-?\d+(?:\.\d+)?)(?![\w.])/y);
  if (word) return { kind: 'literal', value: JSON.parse(word) as Json };
  const path = take(cursor, /\$\$?(?:\.\w+|\['(?:[^'\\]|\\.)*'\]|\[[^\]]*\])*/y);
  if (path && parsePath(path)) return { kind: 'path', path };
  throw refused(cursor);
}

function parseArguments(cursor: Cursor, call: { name: string; depth: number }): Expression {
  if (!Object.hasOwn(intrinsicFunctions, call.name)) throw new Error(`the function ${call.name} is not supported`);
  if (call.depth > maximumDepth) throw new Error(`functions are nested deeper than ${maximumDepth} levels`);
  const list: Expression[] = [];
  take(cursor, /\s*\(/y);
  while (!take(cursor, /\s*\)/y)) {
    if (list.length > 0 && !take(cursor, /\s*,/y)) throw refused(cursor);
    list.push(parseExpression(cursor, call.depth));
  }
  return { kind: 'call', name: call.name, arguments: list };
}

function evaluate(expression: Expression, place: { scope: Scope; text: string }): Json {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'path') return valueAt(expression.path, place.scope, place.text);
  const apply = intrinsicFunctions[expression.name];
  const values = expression.arguments.map((argument) => evaluate(argument, place));
  const result = apply?.(values);
  if (result !== undefined) return result;
  throw new StateFailure(
    'States.IntrinsicFailure',
    `The arguments of ${expression.name} in '${place.text}' are not valid: ${JSON.stringify(values)}`,
  );
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  cursor.at += found?.length ?? 0;
  return found;
}

function skipSpace(cursor: Cursor): void {
  take(cursor, /\s*/y);
}

/** `\'` and `\\` lose their backslash; `\{` and `\}` keep it, since only States.Format knows what braces mean. */
const withoutEscapes = (text: string): string => text.replace(/\\(['\\])/g, '$1');

const refused = (cursor: Cursor): Error =>
  new Error(
    `'${cursor.text}' cannot be read at character ${cursor.at + 1}: ${cursor.text.slice(cursor.at, cursor.at + 20)}`,
  );
