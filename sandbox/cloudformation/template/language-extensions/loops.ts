/** Fn::ForEach written out. */
import { isObject, type JsonObject } from '#shared/domain/template/template.ts';
import type { Json } from '../../../kernel.ts';
import { loopOf, loopPrefix, transformFault } from './extension-rules.ts';
import type { Resolver } from './resolver.ts';

/** What each identifier in scope stands for in this round. */
type Round = Readonly<Record<string, string>>;

/**
 * An object with its loops replaced by what they produce, in order, and the identifiers of the round put in: `${Name}` and `&{Name}` in
 * keys and text, and `Ref: Name`. With `&{Name}` only letters and digits remain (Template Reference, "Fn::ForEach").
 */
export function expandLoops(value: JsonObject, round: Round, resolve: Resolver): JsonObject {
  const produced: JsonObject = {};
  const put = (key: string, member: Json): void => {
    if (Object.hasOwn(produced, key)) {
      throw transformFault(`Duplicate key '${key}' when merging keys to parent object in Fn::ForEach`);
    }
    produced[key] = member;
  };
  for (const [key, member] of Object.entries(value)) {
    if (!key.startsWith(loopPrefix)) {
      put(filledIn(key, round), expanded(member, round, resolve));
      continue;
    }
    for (const [made, content] of rounds(key, { declaration: member, round }, resolve)) put(made, content);
  }
  return produced;
}

function rounds(
  name: string,
  { declaration, round }: { readonly declaration: Json; readonly round: Round },
  resolve: Resolver,
): [string, Json][] {
  const { identifier, collection, fragment } = loopOf(name, declaration);
  const items = itemsOf(expanded(collection, round, resolve), resolve);
  return items.flatMap((item) => Object.entries(expandLoops(fragment, { ...round, [identifier]: item }, resolve)));
}

/** A list, or whatever answers one: a Ref to a list parameter, Fn::FindInMap, Fn::Split … */
function itemsOf(collection: Json, resolve: Resolver): string[] {
  const items = resolve(collection)?.value;
  if (Array.isArray(items) && items.every((item) => typeof item !== 'object')) return items.map(String);
  throw transformFault('Could not find a collection or could not be resolved for Fn::ForEach');
}

function expanded(value: Json, round: Round, resolve: Resolver): Json {
  if (typeof value === 'string') return filledIn(value, round);
  if (Array.isArray(value)) return value.map((item) => expanded(item, round, resolve));
  if (!isObject(value)) return value;
  const named = Object.keys(value).length === 1 ? value['Ref'] : undefined;
  if (typeof named === 'string' && Object.hasOwn(round, named)) return round[named] ?? null;
  return expandLoops(value, round, resolve);
}

function filledIn(text: string, round: Round): string {
  return text.replaceAll(/([$&])\{([^}]*)\}/g, (written, sign: string, name: string) => {
    const item = Object.hasOwn(round, name) ? round[name] : undefined;
    if (item === undefined) return written;
    return sign === '&' ? item.replaceAll(/[^A-Za-z0-9]/g, '') : item;
  });
}
