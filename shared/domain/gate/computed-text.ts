/** Text that a template computes, as far as it can be said without deploying it. */
import { readSource } from '../template/source.ts';
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { GateContext } from './finding.ts';
import { answerOf } from './references.ts';

/** What is known while one template is read. */
export interface Scope {
  readonly resources: ReadonlyMap<string, DeclaredResource>;
  readonly context: GateContext;
  /** What Ref answers for the resources that the template may name, by logical id. */
  readonly names: ReadonlyMap<string, ComputedText>;
}

export interface ComputedText {
  /** A pattern that covers everything the text can become: each part that is not decided is `*`. */
  readonly text: string;
  readonly decided: boolean;
  /** Holds what a service or CloudFormation makes up: some text without wildcards, which stands here for all of them. */
  readonly made?: boolean;
}

const anything: ComputedText = { text: '*', decided: false };
const known = (text: string): ComputedText => ({ text, decided: true });
const made = (text: string): ComputedText => ({ text, decided: true, made: true });

/** The scope of one template. */
export function scopeOf(declared: readonly DeclaredResource[], context: GateContext): Scope {
  const resources = new Map(declared.map((resource) => [resource.id, resource]));
  // A name that is made of other names counts as undecided, so names never go round in circles.
  const scope = { resources, context, names: new Map() };
  return { ...scope, names: new Map(declared.flatMap((resource) => nameOf(resource, scope))) };
}

/** Longer than any name of a resource. */
const longestName = 2048;

function nameOf({ id, type = '', properties, declaration }: DeclaredResource, scope: Scope): [string, ComputedText][] {
  const answer = answerOf(type);
  if (typeof answer !== 'object') return [];
  // What has a type is a map.
  const written = (declaration as JsonObject)['Properties'];
  const isComputed =
    (written !== undefined && !isObject(written)) || Object.keys(properties).some((name) => name.startsWith('Fn::'));
  const value = memberOf(properties, answer.property);
  if (isComputed) return [[id, anything]];
  if (value === undefined) return [[id, made(generated(id))]];
  const name = textOf(value, scope);
  return [[id, name.text.length > longestName ? anything : name]];
}

/** Some name as CloudFormation makes it up: `stack-LogicalId-0123456789AB`. */
const generated = (id: string): string => `stack-${id.replaceAll(/\W/g, '')}-generated`;

/**
 * Understands plain text, Ref, Fn::GetAtt, Fn::Sub and Fn::Join over pseudo parameters and over resources of this template (User Guide,
 * "Pseudo parameters reference"). A resource that the template names is the text it gives as the name. Parameters, imports, mappings,
 * dynamic references and everything else may become anything.
 */
export function computedText(value: Json, scope: Scope): ComputedText {
  const computed = textOf(value, scope);
  const { text, decided } = computed;
  // Dynamic references, which may have been put together from parts, are read only at deployment.
  if (text.includes('{{resolve:')) return anything;
  // Where the own account is not known its number is no account's; a template that writes this number means another one.
  const posed = scope.context.account === undefined && text.includes(nobody);
  const told = (posed ? text.replaceAll(nobody, '*') : text).replaceAll(ownMark, ownAccount(scope.context));
  return { ...computed, text: told, decided: decided && !posed };
}

/**
 * The JSON that a text computes to, in which the own account is again `Ref` of AWS::AccountId; undefined where the text is not decided or no
 * JSON object. Read as strictly as templates are: not nested without end, no member twice.
 */
export function computedJson(value: Json, scope: Scope): Json | undefined {
  const { text, decided } = textOf(value, scope);
  const source =
    decided && !text.includes('{{resolve:') && text.trimStart().startsWith('{') ? readSource(text) : undefined;
  return source?.kind === 'source' ? withOwnAccount(source.data as Json) : undefined;
}

function withOwnAccount(value: Json): Json {
  if (Array.isArray(value)) return value.map(withOwnAccount);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withOwnAccount(member)]));
  if (typeof value !== 'string' || !value.includes(ownMark)) return value;
  const parts = value
    .split(ownMark)
    .flatMap((part, index) => (index === 0 ? [part] : [{ Ref: 'AWS::AccountId' }, part]));
  return { 'Fn::Join': ['', parts] };
}

/** Stands for the own account until the text is whole; no text of a template can hold it. */
const ownMark = '\u{E000}';
/** The number that no account has. */
const nobody = '000000000000';

/** The account of the stack: the one that is named, or a number that no account has. */
export function ownAccount({ account = nobody }: GateContext): string {
  return account;
}

function textOf(value: Json, scope: Scope): ComputedText {
  if (typeof value === 'string') return plainText(value);
  if (!isObject(value)) return anything;
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length > 0) return anything;
  if (name === 'Ref' && typeof argument === 'string') return referred(argument, scope);
  if (name === 'Fn::GetAtt') return attribute([argument].flat().join('.'), scope);
  if (name === 'Fn::Sub') return substituted(argument, scope);
  return name === 'Fn::Join' ? joined(argument, scope) : anything;
}

/** `${Name}` and `&{Name}` are variables of a loop: the variables of policies have a colon in their names. */
function plainText(text: string): ComputedText {
  const open = text.replaceAll(/[$&]\{[A-Za-z0-9]+\}|\u{E000}/gu, '*');
  return { text: open, decided: open === text };
}

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::AccountId': ownMark,
  'AWS::Partition': 'aws',
  'AWS::Region': 'region',
  'AWS::StackName': 'stack',
  'AWS::StackId': standIn('stack'),
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Some ARN of a resource in the own account: what exactly it is called does not matter, only that it holds no wildcard. */
function standIn(id: string): string {
  return `arn:aws:resource:region:${ownMark}:${id.replaceAll(/\W/g, '')}`;
}

function referred(id: string, { resources, names }: Scope): ComputedText {
  const pseudo = memberOf(pseudoParameters, id);
  if (pseudo !== undefined) return known(pseudo);
  const answer = answerOf(resources.get(id)?.type ?? '');
  if (answer === 'arn') return made(standIn(id));
  return answer === 'id' ? made(generated(id)) : (names.get(id) ?? anything);
}

/** ARNs are made by the service. What code of the template's author answers can be anything, and so can outputs of nested stacks. */
function attribute(reference: string, { resources, names }: Scope): ComputedText {
  const [id = '', ...rest] = reference.split('.');
  const type = resources.get(id)?.type ?? '';
  const isArn = /^\w*Arn$/.test(rest.join('.')) && /^AWS::(?!CloudFormation::CustomResource$)/.test(type);
  if (!isArn) return anything;
  if (type !== 'AWS::IAM::Role') return made(standIn(id));
  // One certain role of this template, whatever it is called.
  const { text, decided } = names.get(id) ?? anything;
  return made(`arn:aws:iam::${ownMark}:role/${decided ? text : generated(id)}`);
}

const variable = /\$\{([^}]*)\}/g;

function substituted(argument: Json, scope: Scope): ComputedText {
  const [template, own] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string' || !isObject(own)) return anything;
  const parts: ComputedText[] = [];
  let from = 0;
  for (const found of template.matchAll(variable)) {
    parts.push(plainText(template.slice(from, found.index)), variableText(String(found[1]), own, scope));
    from = found.index + found[0].length;
  }
  return concatenated([...parts, plainText(template.slice(from))]);
}

function variableText(written: string, own: JsonObject, scope: Scope): ComputedText {
  // `${!aws:username}` is the literal `${aws:username}`.
  if (written.startsWith('!')) return known(`\${${written.slice(1).replaceAll(ownMark, '*')}}`);
  const name = written.trim();
  const given = memberOf(own, name);
  if (given !== undefined) return textOf(given, scope);
  return name.includes('.') ? attribute(name, scope) : referred(name, scope);
}

function joined(argument: Json, scope: Scope): ComputedText {
  const [delimiter, list] = Array.isArray(argument) ? argument : [];
  if (typeof delimiter !== 'string' || !Array.isArray(list)) return anything;
  const between = plainText(delimiter);
  const parts = list.flatMap((item, index) => [index === 0 ? known('') : between, textOf(item, scope)]);
  return concatenated(parts);
}

/** Longer than what stands before the resource part of any ARN. */
const longestHead = 300;

function concatenated(parts: readonly ComputedText[]): ComputedText {
  let head = '';
  const placed = parts.map((part) => {
    const fits = part.made !== true || mayFollow(head);
    if (head.length < longestHead) head = `${head}${part.text}`.slice(0, longestHead);
    return fits ? part : anything;
  });
  return {
    text: placed.map(({ text }) => text).join(''),
    decided: placed.every(({ decided }) => decided),
    made: placed.some((part) => part.made === true),
  };
}

/** What is made up says nothing as an action, or as the partition, service, region or account of an ARN. */
function mayFollow(head: string): boolean {
  return /^arn(:[^:]*){5}/.test(head) || !/^[\w*-]+:(?!\/)/.test(head);
}
