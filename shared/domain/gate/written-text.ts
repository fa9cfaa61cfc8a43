/** What a template writes, wherever its parts stand: defaults of parameters, mappings, and what functions make of literals. */
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';

/** Stands for what the template does not write. It ends every form of a secret. */
const elsewhere = '${}';
/** Of the texts that conditions and mappings leave open, so many are looked at. */
const mostAlternatives = 16;

/**
 * Every text the value may become as far as the template writes it. Follows Ref to a parameter's default, Fn::FindInMap, Fn::Select,
 * Fn::Split, Fn::If, Fn::Join, Fn::Sub and Fn::Base64 (User Guide, "Intrinsic function reference"); the rest is `${}`.
 */
export function writtenTexts(value: Json, template: JsonObject): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  const [[name, argument] = ['', null], ...others] = isObject(value) ? Object.entries(value) : [];
  if (others.length > 0) return [elsewhere];
  const texts = memberOf(readers, name)?.(argument, template) ?? [];
  return texts.length === 0 ? [elsewhere] : [...new Set(texts)].slice(0, mostAlternatives);
}

type Reader = (argument: Json, template: JsonObject) => string[];

const readers: Readonly<Record<string, Reader>> = {
  Ref: defaultOf,
  'Fn::Base64': writtenTexts,
  'Fn::FindInMap': mapped,
  'Fn::If': (argument, template) =>
    argumentsOf(argument)
      .slice(1)
      .flatMap((branch) => writtenTexts(branch, template)),
  'Fn::Join': joined,
  'Fn::Select': selected,
  'Fn::Sub': substituted,
};

const argumentsOf = (argument: Json): readonly Json[] => (Array.isArray(argument) ? argument : []);

/** A parameter of Systems Manager has a name there as its default, not a value. */
function defaultOf(name: Json, template: JsonObject): string[] {
  const parameter = member(member(template, 'Parameters'), String(name));
  const value = member(parameter, 'Default');
  const isName = String(member(parameter, 'Type')).startsWith('AWS::SSM::Parameter');
  return isName || (typeof value !== 'string' && typeof value !== 'number') ? [] : [String(value)];
}

function mapped(argument: Json, template: JsonObject): string[] {
  let levels: Json[] = [template['Mappings'] ?? {}];
  for (const key of argumentsOf(argument).slice(0, 3))
    levels = levels.filter(isObject).flatMap((level) => {
      const found = typeof key === 'string' ? [member(level, key)] : Object.values(level);
      return found.filter((one) => one !== undefined);
    });
  return levels.filter((value) => typeof value === 'string' || typeof value === 'number').map(String);
}

function joined(argument: Json, template: JsonObject): string[] {
  const [delimiter, list] = argumentsOf(argument);
  const items = listOf(list, template);
  return typeof delimiter === 'string' && items !== undefined ? combined(items, delimiter) : [];
}

/** What each item may be, for a list that is written out or split from a text. */
function listOf(list: Json | undefined, template: JsonObject): string[][] | undefined {
  if (Array.isArray(list)) return list.map((item) => writtenTexts(item, template));
  const [delimiter, text] = argumentsOf(isObject(list) ? (list['Fn::Split'] ?? null) : null);
  if (typeof delimiter !== 'string' || text === undefined) return undefined;
  return (writtenTexts(text, template)[0] as string).split(delimiter).map((part) => [part]);
}

function combined(items: readonly string[][], delimiter: string): string[] {
  return items.reduce<string[]>(
    (texts, item, index) =>
      texts
        .flatMap((text) => item.map((next) => (index === 0 ? next : `${text}${delimiter}${next}`)))
        .slice(0, mostAlternatives),
    [''],
  );
}

function selected(argument: Json, template: JsonObject): string[] {
  const [index, list] = argumentsOf(argument);
  return listOf(list, template)?.[Number(index)] ?? [];
}

function substituted(argument: Json, template: JsonObject): string[] {
  const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
  if (typeof text !== 'string' || !isObject(own)) return [];
  const parts = text.split(/(\$\{[^}]*\})/).map((part) => {
    const name = /^\$\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return [part];
    const given = memberOf(own, name);
    if (given !== undefined) return writtenTexts(given, template);
    const texts = defaultOf(name, template);
    return texts.length === 0 ? [part] : texts;
  });
  return combined(parts, '');
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
