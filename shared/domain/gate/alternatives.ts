import { isObject, type Json, type TemplatePath } from '../template/template.ts';

/** A value and where it stands. */
export interface Located {
  readonly value: Json;
  readonly path: TemplatePath;
}

/**
 * Every value that may come to stand here: conditions are not evaluated, so both branches of Fn::If count, and AWS::NoValue is nothing.
 * A malformed Fn::If stays as it is, for its reader to refuse.
 */
export function alternatives({ value, path }: Located): Located[] {
  if (isNoValue(value)) return [];
  const branches = branchesOf({ value, path });
  return branches.length === 0 ? [{ value, path }] : branches.flatMap(alternatives);
}

/** Whether there is no value, or one of the alternatives is AWS::NoValue. */
export function mayBeAbsent(value: Json | undefined): boolean {
  return (
    value === undefined ||
    isNoValue(value) ||
    branchesOf({ value, path: [] }).some((branch) => mayBeAbsent(branch.value))
  );
}

/** The alternatives of a member of an object; none where it is absent. */
export function memberAlternatives({ value, path }: Located, name: string): Located[] {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return member === undefined ? [] : alternatives({ value: member, path: [...path, name] });
}

/** The same for what is written as one value or as a list of them: every member of every alternative. */
export function listAlternatives(located: Located): Located[] {
  return alternatives(located).flatMap(({ value, path }) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => listAlternatives({ value: item, path: [...path, index] }))
      : [{ value, path }],
  );
}

/** Whether some alternative takes away the value or a part of it. */
export function mentionsNoValue(value: Json | undefined): boolean {
  return value !== undefined && JSON.stringify(value).includes('{"Ref":"AWS::NoValue"}');
}

/** Of a well-formed Fn::If. */
function branchesOf({ value, path }: Located): Located[] {
  const branches = isObject(value) && Object.keys(value).length === 1 ? value['Fn::If'] : undefined;
  if (!Array.isArray(branches) || branches.length !== 3) return [];
  return [1, 2].map((index) => ({ value: branches[index] as Json, path: [...path, 'Fn::If', index] }));
}

const isNoValue = (value: Json): boolean => isObject(value) && value['Ref'] === 'AWS::NoValue';
