/** Differences of two JSON values, leaf by leaf. */
import { isObject, memberOf } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';

export interface Difference {
  readonly path: readonly string[];
  readonly before?: Json;
  readonly after?: Json;
}

/** Every place where the values differ: the deepest one that both sides reach. Objects compare by key, lists by index. */
export function differences(before: Json | undefined, after: Json | undefined, path: readonly string[]): Difference[] {
  const left = membersOf(before);
  const right = membersOf(after);
  if (left && right && Array.isArray(before) === Array.isArray(after)) {
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return names.flatMap((name) => differences(memberOf(left, name), memberOf(right, name), [...path, name]));
  }
  if (canonical(before) === canonical(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

/** JSON text with the keys of objects in order, so that equal values have equal text. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? '';
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

function membersOf(value: Json | undefined): { [name: string]: Json } | undefined {
  if (Array.isArray(value))
    return value.length === 0 ? undefined : ({ ...value } as unknown as { [name: string]: Json });
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}
