/** GATE_STATIC_CREDENTIAL: secrets written into a template. They are never shown. */
import { maskKeys } from '../config/secret-text.ts';
import { isObject, type Json, type JsonObject, type TemplatePath } from '../template/template.ts';
import { alternatives, type Located } from './alternatives.ts';
import type { Objection } from './finding.ts';
import { encodedSecretIn, secretIn } from './secret-patterns.ts';

const next =
  'Revoke it if it is real, take it out, and refer to it: {{resolve:secretsmanager:...}}, or a parameter with a secretRef in the pipeline.';

/**
 * Every text of the template, also in names, parameter defaults, metadata, environment variables and user data; texts that Fn::Join and
 * Fn::Sub put together, as a whole; and what is written in Base64.
 */
export function secretObjections(template: JsonObject): Objection[] {
  const found = new Map<string, Objection>();
  // What a text is says more than what it is called, so the later of two findings in one place stands.
  for (const one of inValue({ value: template, path: [] }, false)) found.set(JSON.stringify(one.path), one);
  return [...found.values()];
}

function inValue({ value, path }: Located, isPart: boolean): Objection[] {
  if (typeof value === 'string') return inText(value, path);
  if (Array.isArray(value))
    return value.flatMap((item, index) => inValue({ value: item, path: [...path, index] }, isPart));
  if (!isObject(value)) return [];
  const [name = '', ...others] = Object.keys(value);
  const composes = others.length === 0 && ['Fn::Join', 'Fn::Sub'].includes(name);
  const within = [
    ...namedSecrets(value, path),
    ...Object.entries(value).flatMap(([key, member]) => inMember({ value: member, path: [...path, key] }, composes)),
  ];
  // Parts of a text that is looked at as a whole are not put together once more.
  return within.length > 0 || !composes || isPart ? within : inText(writtenText(value), [...path, name]);
}

function inText(text: string, path: TemplatePath): Objection[] {
  const found = secretIn(text) ?? encodedSecretIn(text);
  return found === undefined ? [] : [objection(path, found)];
}

function inMember(member: Located, isPart: boolean): Objection[] {
  const name = String(member.path.at(-1));
  const inName = maskKeys(name) === name ? [] : [objection(member.path, 'an access key as a name')];
  return [...inName, ...inValue(member, isPart)];
}

/** A password of whatever form, known by what it is called. */
function namedSecrets(members: JsonObject, path: TemplatePath): Objection[] {
  return [...ownSecrets(members), ...labelledSecrets(members), ...defaultSecrets(members, path)].flatMap(
    ({ member, name }) =>
      alternatives({ value: members[member] ?? '', path: [...path, member] })
        .filter(({ value }) => isSecretValue(literalOf(value)))
        .map((one) => objection(one.path, `a literal for ${name}`)),
  );
}

/** The member that holds the value, and what the value is called. */
interface Named {
  readonly member: string;
  readonly name: string;
}

/** `DbPassword: x`. */
function ownSecrets(members: JsonObject): Named[] {
  const names = Object.keys(members).filter((name) => secretName.test(name));
  return names.map((name) => ({ member: name, name }));
}

/** `Name: DB_PASSWORD, Value: x`, as lists of variables, tags and parameters have it. */
function labelledSecrets(members: JsonObject): Named[] {
  const labels = ['Name', 'Key', 'ParameterName', 'ParameterKey'].map((label) => members[label]);
  const name = labels.find((label) => typeof label === 'string' && secretName.test(label));
  return typeof name === 'string' ? ['Value', 'ParameterValue'].map((member) => ({ member, name })) : [];
}

/** A parameter called like a secret, or one that NoEcho keeps from sight and the template yet writes down. */
function defaultSecrets(members: JsonObject, path: TemplatePath): Named[] {
  const [section, name, ...below] = path;
  if (section !== 'Parameters' || typeof name !== 'string' || below.length > 0) return [];
  const hidden = String(members['NoEcho']).toLowerCase() === 'true';
  return hidden || secretName.test(name) ? [{ member: 'Default', name }] : [];
}

/** `MasterUserPassword`, `DB_PASSWORD`, `apiKey`: the word ends the name, so `SecretArn` and `TokenUrl` are no secrets. */
const secretName =
  /(password|passwd|passphrase|secret|secretstring|auth[-_]?token|access[-_]?token|bearer[-_]?token|api[-_]?token|api[-_]?key|secret[-_]?key|secret[-_]?access[-_]?key|private[-_]?key|credentials?)$/i;

/** True of `MasterUserPassword`, not of `MasterUsername`. */
export function isNamedLikeSecret(name: string): boolean {
  return secretName.test(name);
}

/** What Fn::Sub, Fn::Join and Fn::Base64 make of literals alone is a literal as well. */
function literalOf(value: Json): Json {
  const text = writtenText(value);
  return isObject(value) && !text.includes('${') ? text : value;
}

/** The text as far as the template writes it. What it refers to is left as `${}`, which ends every form of a secret. */
function writtenText(value: Json): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['', null], ...others] = isObject(value) ? Object.entries(value) : [];
  if (name === 'Fn::Base64' && others.length === 0) return writtenText(argument);
  const [first, second = {}] = Array.isArray(argument) ? argument : [argument];
  if (typeof first !== 'string' || others.length > 0) return elsewhere;
  if (name === 'Fn::Join' && Array.isArray(second)) return second.map(writtenText).join(first);
  if (name !== 'Fn::Sub' || !isObject(second)) return elsewhere;
  return first.replaceAll(/\$\{(\w+)\}/g, (whole, given: string) =>
    Object.hasOwn(second, given) ? writtenText(second[given] as Json) : whole,
  );
}

const elsewhere = '${}';

/** Text that says something by itself: no reference, no ARN, no switch. */
function isSecretValue(value: Json): boolean {
  if (typeof value === 'number') return true;
  return (
    typeof value === 'string' && value !== '' && !/\{\{resolve:|^arn:|^(true|false|enabled|disabled|none)$/i.test(value)
  );
}

function objection(path: TemplatePath, what: string): Objection {
  return { code: 'GATE_STATIC_CREDENTIAL', path, what: `The template holds ${what} (not shown).`, next };
}
