/** The intrinsic functions the sandbox knows. Each answers undefined for arguments AWS would refuse. */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '#sandbox/kernel.ts';

type IntrinsicFunction = (values: readonly Json[]) => Json | undefined;

/** By name. Source: Step Functions Developer Guide, "Intrinsic functions for JSONPath states". */
export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  'States.Format': ([template, ...values]) => (typeof template === 'string' ? format(template, values) : undefined),
  'States.StringToJson': ([text]) => (typeof text === 'string' ? parsed(text) : undefined),
  'States.JsonToString': ([value]) => (value === undefined ? undefined : JSON.stringify(value)),
  'States.Array': (values) => [...values],
  'States.ArrayContains': ([list, value]) =>
    Array.isArray(list) && value !== undefined ? list.some((member) => isDeepStrictEqual(member, value)) : undefined,
  'States.ArrayLength': ([list]) => (Array.isArray(list) ? list.length : undefined),
  'States.ArrayGetItem': ([list, index]) => (Array.isArray(list) && isInteger(index) ? list[index] : undefined),
  'States.ArrayUnique': ([list]) => (Array.isArray(list) ? unique(list) : undefined),
  'States.MathAdd': ([left, right]) => (isInteger(left) && isInteger(right) ? left + right : undefined),
  'States.JsonMerge': ([left, right, deep]) =>
    isObject(left) && isObject(right) && deep === false ? { ...left, ...right } : undefined,
  'States.StringSplit': ([text, splitter]) =>
    typeof text === 'string' && typeof splitter === 'string' ? split(text, splitter) : undefined,
};

/** Each `{}` takes the next argument; `\{` and `\}` are braces. */
function format(template: string, values: readonly Json[]): string | undefined {
  let used = 0;
  const text = template.replace(/\\([{}])|\{\}/g, (_, brace: string | undefined) => {
    if (brace) return brace;
    const value = values[used++];
    return typeof value === 'string' ? value : JSON.stringify(value ?? null);
  });
  return used === values.length ? text : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Every character of the splitter separates, and empty parts are dropped. */
function split(text: string, splitter: string): string[] {
  const separators = new Set(splitter);
  return [...text]
    .reduce<string[]>(
      (parts, letter) => {
        if (separators.has(letter)) parts.push('');
        else parts.push((parts.pop() ?? '') + letter);
        return parts;
      },
      [''],
    )
    .filter((part) => part !== '');
}

const unique = (list: readonly Json[]): Json[] =>
  list.filter((value, index) => list.findIndex((other) => isDeepStrictEqual(other, value)) === index);

const isInteger = (value: Json | undefined): value is number => Number.isInteger(value);

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
