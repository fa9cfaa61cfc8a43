/** GATE_STATIC_CREDENTIAL: secrets written into a template. GATE_POSSIBLE_SECRET: what only reads like one. They are never shown. */
import { maskKeys } from '../config/secret-text.ts';
import { isObject, type Json, type JsonObject, type TemplatePath } from '../template/template.ts';
import { alternatives, type Located, listAlternatives } from './alternatives.ts';
import type { Objection } from './finding.ts';
import { isPlural, namedSecrets } from './secret-names.ts';
import { encodedSecretIn, type FoundSecret, secretIn } from './secret-patterns.ts';
import { writtenTexts } from './written-text.ts';

const next =
  'Revoke it if it is real, take it out, and refer to it: {{resolve:secretsmanager:...}}, or a parameter with a secretRef in the pipeline.';
const perhaps = `${next} If it is no secret, a policy may waive GATE_POSSIBLE_SECRET.`;

/**
 * Every text of the template, also in names, parameter defaults, metadata, environment variables and user data; texts that functions put
 * together, as a whole; and what is written in Base64.
 */
export function secretObjections(template: JsonObject): Objection[] {
  const found = new Map<string, Objection>();
  // What a text is says more than what it is called, so the later of two findings in one place stands, unless it is less certain.
  for (const one of inValue({ located: { value: template, path: [] }, isPart: false }, template)) {
    const place = JSON.stringify(one.path);
    if (found.get(place)?.code !== 'GATE_STATIC_CREDENTIAL' || one.code === 'GATE_STATIC_CREDENTIAL')
      found.set(place, one);
  }
  return [...found.values()];
}

/** A value, and whether it is a part of a text that is looked at as a whole. */
interface Looked {
  readonly located: Located;
  readonly isPart: boolean;
}

function inValue({ located: { value, path }, isPart }: Looked, template: JsonObject): Objection[] {
  if (typeof value === 'string') return inText(value, path);
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      inValue({ located: { value: item, path: [...path, index] }, isPart }, template),
    );
  if (!isObject(value)) return [];
  const [name = '', ...others] = Object.keys(value);
  const composes = others.length === 0 && ['Fn::Join', 'Fn::Sub'].includes(name);
  const within = [
    ...inNames(value, path, template),
    ...Object.entries(value).flatMap(([key, member]) =>
      inMember({ located: { value: member, path: [...path, key] }, isPart: composes }, template),
    ),
  ];
  // Parts of a text that is looked at as a whole are not put together once more.
  if (within.length > 0 || !composes || isPart) return within;
  return writtenTexts(value, template)
    .flatMap((text) => inText(text, [...path, name]))
    .slice(0, 1);
}

function inText(text: string, path: TemplatePath): Objection[] {
  const found = secretIn(text) ?? encodedSecretIn(text);
  return found === undefined ? [] : [objection(path, found)];
}

function inMember(member: Looked, template: JsonObject): Objection[] {
  const { path } = member.located;
  const name = String(path.at(-1));
  const inName = maskKeys(name) === name ? [] : [objection(path, { what: 'an access key as a name', certain: true })];
  return [...inName, ...inValue(member, template)];
}

/** A password of whatever form, known by what it is called. */
function inNames(members: JsonObject, path: TemplatePath, template: JsonObject): Objection[] {
  return namedSecrets(members, path, template).flatMap(({ member, name, certain }) => {
    const values = isPlural(name) ? listAlternatives : alternatives;
    return values({ value: members[member] ?? '', path: [...path, member] })
      .filter(({ value }) => literalsOf(value, template).some(isSecretValue))
      .map((one) => objection(one.path, { what: `a literal for ${name}`, certain }));
  });
}

/** What functions make of literals alone is a literal as well. */
function literalsOf(value: Json, template: JsonObject): Json[] {
  return isObject(value) ? writtenTexts(value, template).filter((text) => !text.includes('${')) : [value];
}

/** Text that says something by itself: no reference, no ARN, no switch. */
function isSecretValue(value: Json): boolean {
  if (typeof value === 'number') return true;
  const says = /\{\{resolve:|^arn:|^(true|false|enabled|disabled|none|yes|no|on|off|include|omit|same-origin)$/i;
  return typeof value === 'string' && value !== '' && !says.test(value);
}

function objection(path: TemplatePath, { what, certain }: FoundSecret): Objection {
  return certain
    ? { code: 'GATE_STATIC_CREDENTIAL', path, what: `The template holds ${what} (not shown).`, next }
    : { code: 'GATE_POSSIBLE_SECRET', path, what: `The template holds ${what} (not shown).`, next: perhaps };
}
