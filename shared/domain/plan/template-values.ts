/**
 * The values of a template as far as they are known before it is deployed. Parameters are filled in and conditions decided by them;
 * what only a deployment can tell stands as text: `${Queue.Arn}`, `${import network-VpcId}`.
 */
import { alternatives } from '../gate/alternatives.ts';
import { canonicalJson } from '../release/canonical-json.ts';
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';

/** One template, as it is or as it will be, with the values of its parameters. */
export interface TemplateSide {
  readonly template: JsonObject;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The value with every function that can be computed replaced; of an undecided Fn::If both branches remain, see `alternatives`. */
export function knownValue(value: Json, side: TemplateSide): Json {
  if (Array.isArray(value)) return value.map((item) => knownValue(item, side));
  if (!isObject(value)) return value;
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) return computed(name, argument, side);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, knownValue(member, side)]));
}

/** As text for a person; the same text for the same value. */
export function valueText(value: Json): string {
  return typeof value === 'object' ? canonicalJson(value) : String(value);
}

/** The entries of a section, Resources or Outputs, without those whose condition is known to be false. */
export function presentEntries(side: TemplateSide, section: 'Resources' | 'Outputs'): [string, JsonObject][] {
  return Object.entries(sectionOf(side, section)).flatMap(([name, entry]): [string, JsonObject][] => {
    if (!isObject(entry)) return [];
    const condition = entry['Condition'];
    return typeof condition === 'string' && conditionTruth(condition, side) === false ? [] : [[name, entry]];
  });
}

/** What a template says of one of its parameters. */
export function declaredParameter(side: TemplateSide, name: string): JsonObject | undefined {
  const declared = memberOf(sectionOf(side, 'Parameters'), name);
  return isObject(declared) ? declared : undefined;
}

export function isNoEcho(declared: JsonObject | undefined): boolean {
  return String(declared?.['NoEcho']).toLowerCase() === 'true';
}

function sectionOf({ template }: TemplateSide, section: string): JsonObject {
  const found = template[section];
  return isObject(found) ? found : {};
}

function computed(name: string, argument: Json, side: TemplateSide): Json {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? { Ref: argument } : referred(valueText(argument), side);
    case 'Fn::GetAtt':
      return placeholder([knownValue(argument, side)].flat().map(valueText).join('.'));
    case 'Fn::ImportValue':
      return placeholder(`import ${valueText(knownValue(argument, side))}`);
    case 'Fn::Sub':
      return substituted(argument, side);
    case 'Fn::If':
      return chosen(argument, side);
    default:
      return listFunction(name, knownValue(argument, side), side);
  }
}

const placeholder = (text: string): string => `\${${text}}`;

/** Whether a deployment could still fill something in. */
const isDecided = (text: string): boolean => !text.includes('${');

/** SSM types stand for what is stored under the name (User Guide, "Supported AWS-specific and SSM parameter types"). */
function referred(name: string, side: TemplateSide): Json {
  const declared = declaredParameter(side, name);
  const given = memberOf(side.parameters, name) ?? declared?.['Default'];
  if (declared === undefined || given === undefined || isNoEcho(declared)) return placeholder(name);
  const type = String(declared['Type']);
  if (type.startsWith('AWS::SSM::')) return placeholder(`ssm ${valueText(given)}`);
  if (type !== 'CommaDelimitedList' && !type.startsWith('List<')) return valueText(given);
  return valueText(given)
    .split(',')
    .map((item) => item.trim());
}

function substituted(argument: Json, side: TemplateSide): Json {
  const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof text !== 'string') return unknown('Fn::Sub', argument);
  const variables = isObject(own) ? own : {};
  return text.replaceAll(/\$\{([^}]*)\}/g, (_whole, written: string) => {
    // `${!aws:username}` is the literal `${aws:username}`.
    if (written.startsWith('!')) return placeholder(written.slice(1));
    const name = written.trim();
    const given = memberOf(variables, name);
    if (given !== undefined) return valueText(knownValue(given, side));
    return name.includes('.') ? placeholder(name) : valueText(referred(name, side));
  });
}

function chosen(argument: Json, side: TemplateSide): Json {
  if (!Array.isArray(argument) || argument.length !== 3) return unknown('Fn::If', argument);
  const [condition, yes, no] = argument as [Json, Json, Json];
  const truth = conditionTruth(valueText(condition), side);
  if (truth !== undefined) return knownValue(truth ? yes : no, side);
  return { 'Fn::If': [condition, knownValue(yes, side), knownValue(no, side)] };
}

/** The argument's own functions are computed already. */
function listFunction(name: string, argument: Json, side: TemplateSide): Json {
  const [first = '', second = '', third = ''] = Array.isArray(argument) ? argument : [];
  if (name === 'Fn::Join' && isTexts(second)) return second.join(valueText(first));
  if (name === 'Fn::Split' && typeof second === 'string' && isDecided(second)) return second.split(valueText(first));
  if (name === 'Fn::Select' && isTexts(second)) return second[Number(first)] ?? unknown(name, argument);
  if (name === 'Fn::FindInMap') return found([first, second, third], side) ?? unknown(name, argument);
  return unknown(name, argument);
}

const isTexts = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function found(keys: readonly Json[], side: TemplateSide): Json | undefined {
  return keys.reduce<Json | undefined>(
    (level, key) => (isObject(level) ? memberOf(level, valueText(key)) : undefined),
    sectionOf(side, 'Mappings'),
  );
}

/** Text that is the same whenever the function is. */
function unknown(name: string, argument: Json): string {
  return placeholder(`${name} ${valueText(argument)}`);
}

/** Undefined where it depends on something that is not known. */
function conditionTruth(name: string, side: TemplateSide): boolean | undefined {
  return truthOf(memberOf(sectionOf(side, 'Conditions'), name) ?? null, side);
}

function truthOf(value: Json, side: TemplateSide): boolean | undefined {
  const [[name, argument] = ['', null]] = isObject(value) ? Object.entries(value) : [];
  const parts = Array.isArray(argument) ? argument : [];
  switch (name) {
    case 'Condition':
      return conditionTruth(valueText(argument), side);
    case 'Fn::Equals':
      return equality(parts.map((part) => valueText(knownValue(part, side))));
    case 'Fn::Not':
      return negated(every(parts, side));
    case 'Fn::And':
      return every(parts, side);
    case 'Fn::Or':
      return negated(
        every(
          parts.map((part) => ({ 'Fn::Not': [part] })),
          side,
        ),
      );
    default:
      return undefined;
  }
}

function equality([left, right]: readonly (string | undefined)[]): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (left === right) return true;
  return isDecided(left) && isDecided(right) ? false : undefined;
}

function every(parts: readonly Json[], side: TemplateSide): boolean | undefined {
  const truths = parts.map((part) => truthOf(part, side));
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

const negated = (truth: boolean | undefined): boolean | undefined => (truth === undefined ? undefined : !truth);

/** A member of a resource's properties, every alternative with its functions computed. */
export function propertyValues(properties: Json, name: string): Json[] {
  const member = isObject(properties) ? memberOf(properties, name) : undefined;
  return member === undefined ? [] : alternatives({ value: member, path: [] }).map(({ value }) => value);
}
