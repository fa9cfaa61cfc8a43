/** The YAML short forms of intrinsic functions (CloudFormation User Guide, "Intrinsic function reference"). */
import type { Json } from './template.ts';

type Shape = 'text' | 'list' | 'object';

interface ShortTag {
  readonly name: string;
  readonly shapes: readonly Shape[];
}

const fn = (name: string, ...shapes: Shape[]): [string, ShortTag] => [`!${name}`, { name: `Fn::${name}`, shapes }];

const shortTags: ReadonlyMap<string, ShortTag> = new Map<string, ShortTag>([
  ['!Ref', { name: 'Ref', shapes: ['text'] }],
  ['!Condition', { name: 'Condition', shapes: ['text'] }],
  fn('And', 'list'),
  fn('Base64', 'text', 'object'),
  fn('Cidr', 'list'),
  fn('Contains', 'list'),
  fn('EachMemberEquals', 'list'),
  fn('EachMemberIn', 'list'),
  fn('Equals', 'list'),
  fn('FindInMap', 'list'),
  fn('GetAtt', 'text', 'list'),
  fn('GetAZs', 'text', 'object'),
  fn('If', 'list'),
  fn('ImportValue', 'text', 'object'),
  fn('Join', 'list'),
  fn('Length', 'list', 'object'),
  fn('Not', 'list'),
  fn('Or', 'list'),
  fn('RefAll', 'text'),
  fn('Select', 'list'),
  fn('Split', 'list'),
  fn('Sub', 'text', 'list'),
  fn('ToJsonString', 'list', 'object'),
  fn('Transform', 'object'),
  fn('ValueOf', 'list'),
  fn('ValueOfAll', 'list'),
]);

export type LongForm =
  | { readonly kind: 'function'; readonly name: string; readonly argument: Json }
  | { readonly kind: 'unknown-tag' }
  | { readonly kind: 'misuse'; readonly message: string };

/** The long name of a short tag, for finding a member by its long-form path. */
export function longName(tag: string): string | undefined {
  return shortTags.get(tag)?.name;
}

/** Turns `!Tag value` into its long form. `!GetAtt a.b.c` is split at the first dot: attribute names may hold dots themselves. */
export function longForm(tag: string, value: Json): LongForm {
  const known = shortTags.get(tag);
  if (!known) return { kind: 'unknown-tag' };
  if (!known.shapes.includes(shapeOf(value))) {
    return { kind: 'misuse', message: `${tag} takes ${known.shapes.map(article).join(' or ')}` };
  }
  if (value === '' && tag !== '!GetAZs' && tag !== '!Base64' && tag !== '!Sub') {
    return { kind: 'misuse', message: `${tag} needs a value` };
  }
  if (tag === '!GetAtt' && typeof value === 'string') return splitAttribute(value);
  return { kind: 'function', name: known.name, argument: value };
}

function splitAttribute(value: string): LongForm {
  const parts = /^([^.]+)\.(.+)$/.exec(value);
  if (!parts) return { kind: 'misuse', message: '!GetAtt takes a logical id and an attribute, separated by a dot' };
  return { kind: 'function', name: 'Fn::GetAtt', argument: parts.slice(1) };
}

function shapeOf(value: Json): Shape {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' ? 'object' : 'text';
}

const article = (shape: Shape): string => (shape === 'object' ? 'an object' : `a ${shape}`);
