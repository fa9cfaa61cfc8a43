/** Text that a template computes, as far as it can be said without deploying it. */
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { GateContext } from './finding.ts';

/** What is known while one template is read. */
export interface Scope {
  readonly resources: ReadonlyMap<string, DeclaredResource>;
  readonly context: GateContext;
}

export interface ComputedText {
  /** A pattern that covers everything the text can become: each part that is not decided is `*`. */
  readonly text: string;
  readonly decided: boolean;
}

const anything: ComputedText = { text: '*', decided: false };
const known = (text: string): ComputedText => ({ text, decided: true });

/**
 * Understands plain text, Ref, Fn::GetAtt, Fn::Sub and Fn::Join over pseudo parameters and over resources of this template (User Guide,
 * "Pseudo parameters reference"). Parameters, imports, mappings, dynamic references and everything else may become anything.
 */
export function computedText(value: Json, scope: Scope): ComputedText {
  const computed = textOf(value, scope);
  // Dynamic references, which may have been put together from parts, are read only at deployment.
  return computed.text.includes('{{resolve:') ? anything : computed;
}

function textOf(value: Json, scope: Scope): ComputedText {
  if (typeof value === 'string') return plainText(value);
  if (!isObject(value)) return anything;
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length > 0) return anything;
  if (name === 'Ref' && typeof argument === 'string') return referred(argument, { ...scope, leading: true });
  if (name === 'Fn::GetAtt') return attribute([argument].flat().join('.'), scope);
  if (name === 'Fn::Sub') return substituted(argument, scope);
  return name === 'Fn::Join' ? joined(argument, scope) : anything;
}

/** `${Name}` and `&{Name}` are variables of a loop: the variables of policies have a colon in their names. */
function plainText(text: string): ComputedText {
  const open = text.replaceAll(/[$&]\{[A-Za-z0-9]+\}/g, '*');
  return { text: open, decided: open === text };
}

/** The account of the stack: the one that is named, or a number that no account has. */
export function ownAccount({ account = '000000000000' }: GateContext): string {
  return account;
}

interface PlacedScope extends Scope {
  /** The value begins the text, so that it may have to be read as an ARN. */
  readonly leading: boolean;
}

function pseudoParameters(context: GateContext): Readonly<Record<string, string>> {
  return {
    'AWS::AccountId': ownAccount(context),
    'AWS::Partition': 'aws',
    'AWS::Region': 'region',
    'AWS::StackName': 'stack',
    'AWS::StackId': standIn('stack', context),
    'AWS::URLSuffix': 'amazonaws.com',
  };
}

/** Some ARN of a resource in the own account: what exactly it is called does not matter, only that it holds no wildcard. */
const standIn = (id: string, context: GateContext): string => `arn:aws:resource:region:${ownAccount(context)}:${id}`;

function referred(name: string, { resources, context, leading }: PlacedScope): ComputedText {
  const pseudo = memberOf(pseudoParameters(context), name);
  if (pseudo !== undefined) return known(pseudo);
  const type = resources.get(name)?.type;
  if (type === undefined || !isFixed(type)) return anything;
  return known(leading ? standIn(name, context) : name);
}

/** What code of the template's author answers, or a value kept elsewhere, can be anything. */
function isFixed(type: string): boolean {
  return type.startsWith('AWS::') && !['AWS::CloudFormation::CustomResource', 'AWS::SSM::Parameter'].includes(type);
}

function attribute(reference: string, { resources, context }: Scope): ComputedText {
  const [id = '', ...rest] = reference.split('.');
  const type = resources.get(id)?.type;
  const name = rest.join('.');
  // Outputs of nested stacks are whatever those say.
  if (type === undefined || !isFixed(type) || !/^\w*Arn$/.test(name)) return anything;
  return known(type === 'AWS::IAM::Role' ? `arn:aws:iam::${ownAccount(context)}:role/${id}` : standIn(id, context));
}

const variable = /\$\{([^}]*)\}/g;

function substituted(argument: Json, scope: Scope): ComputedText {
  const [template, own] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string' || !isObject(own)) return anything;
  const parts: ComputedText[] = [];
  let from = 0;
  for (const found of template.matchAll(variable)) {
    parts.push(
      plainText(template.slice(from, found.index)),
      variableText(String(found[1]), own, { ...scope, leading: found.index === 0 }),
    );
    from = found.index + found[0].length;
  }
  return concatenated([...parts, plainText(template.slice(from))]);
}

function variableText(written: string, own: JsonObject, scope: PlacedScope): ComputedText {
  // `${!aws:username}` is the literal `${aws:username}`.
  if (written.startsWith('!')) return known(`\${${written.slice(1)}}`);
  const name = written.trim();
  const given = memberOf(own, name);
  if (given !== undefined) return computedText(given, scope);
  return name.includes('.') ? attribute(name, scope) : referred(name, scope);
}

function joined(argument: Json, scope: Scope): ComputedText {
  const [delimiter, list] = Array.isArray(argument) ? argument : [];
  if (typeof delimiter !== 'string' || !Array.isArray(list)) return anything;
  const parts = list.flatMap((item, index) => [known(index === 0 ? '' : delimiter), computedText(item, scope)]);
  return concatenated(parts);
}

function concatenated(parts: readonly ComputedText[]): ComputedText {
  return { text: parts.map(({ text }) => text).join(''), decided: parts.every(({ decided }) => decided) };
}
