/** What secrets are called. */
import { isObject, type Json, type JsonObject, memberOf, type TemplatePath } from '../template/template.ts';

/** The member that holds the value, what the value is called, and who calls it so. */
export interface NamedSecret {
  readonly member: string;
  readonly name: string;
  /** The name is one of a service's own, or the template itself keeps the value from sight; else it only sounds like a secret. */
  readonly certain: boolean;
}

/** The members of one object that are called like secrets. `path` is the object's. */
export function namedSecrets(members: JsonObject, path: TemplatePath, template: JsonObject): NamedSecret[] {
  const type = typeAt(path, template);
  return [
    ...ownSecrets(members, path, type),
    ...labelledSecrets(members, path),
    ...defaultSecrets(members, path),
    ...outputSecrets(path),
  ];
}

/** `MasterUserPassword`, `DB_PASSWORD`, `apiKey`: the word ends the name, so `SecretArn` and `TokenUrl` are no secrets. */
const secretName =
  /(passwords?|passwd|(?<=.)pwd|passphrase|secret|secretstring|auth[-_]?token|access[-_]?token|bearer[-_]?token|api[-_]?token|api[-_]?key(?:value)?|secret[-_]?key|access[-_]?key|(?:pre[-_]?)?shared[-_]?key|private[-_]?key|credentials?)$/i;

/** True of `MasterUserPassword`, not of `MasterUsername`. */
export function isNamedLikeSecret(name: string): boolean {
  return secretName.test(name);
}

/** Whether several values stand under the name. */
export const isPlural = (name: string): boolean => /passwords$/i.test(name);

/** Properties that hold a secret and are not called so (CloudFormation User Guide, the page of each type). */
const secretProperties: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::ApiKey': 'Value',
  'AWS::CodeBuild::SourceCredential': 'Token',
};

/** `DbPassword: x`. */
function ownSecrets(members: JsonObject, path: TemplatePath, type: string): NamedSecret[] {
  const own = memberOf(secretProperties, type);
  const names = Object.keys(members).filter(
    (name) => secretName.test(name) || (name === own && path.at(-1) === 'Properties'),
  );
  return names.map((name) => ({ member: name, name, certain: isKeyOfAws(name) || isOfService(name, path, type) }));
}

/** As the SDKs and the command line look for it in the environment (AWS CLI User Guide, "Environment variables"). */
const isKeyOfAws = (name: string): boolean => /secret[-_]?access[-_]?key$/i.test(name);

/** Below these the author of the template makes up the names. */
const namedByAuthors = ['Variables', 'Environment', 'Tags', 'Parameters', 'Mappings', 'Metadata'];

/** A property of AWS, as CloudFormation writes them: `MasterUserPassword`, not `DB_PASSWORD`. */
function isOfService(name: string, path: TemplatePath, type: string): boolean {
  const isProperty = path[0] === 'Resources' && path[2] === 'Properties' && type.startsWith('AWS::');
  return isProperty && /^[A-Z]+[a-z]/.test(name) && !path.some((step) => namedByAuthors.includes(String(step)));
}

/** `Name: DB_PASSWORD, Value: x`, as lists of variables, tags and parameters have it. */
function labelledSecrets(members: JsonObject, path: TemplatePath): NamedSecret[] {
  // Of a variable of CodeBuild with this type the value is a name (CodeBuild API reference, EnvironmentVariable).
  const isName = ['SECRETS_MANAGER', 'PARAMETER_STORE'].includes(String(members['Type']));
  if (isName && path.at(-2) === 'EnvironmentVariables') return [];
  const labels = ['Name', 'Key', 'ParameterName', 'ParameterKey'].map((label) => members[label]);
  const name = labels.find((label) => typeof label === 'string' && secretName.test(label));
  if (typeof name !== 'string') return [];
  return ['Value', 'ParameterValue'].map((member) => ({ member, name, certain: isKeyOfAws(name) }));
}

/** A parameter called like a secret, or one that NoEcho keeps from sight and the template yet writes down. */
function defaultSecrets(members: JsonObject, path: TemplatePath): NamedSecret[] {
  const [section, name, ...below] = path;
  if (section !== 'Parameters' || typeof name !== 'string' || below.length > 0) return [];
  const hidden = String(members['NoEcho']).toLowerCase() === 'true';
  return hidden || secretName.test(name) ? [{ member: 'Default', name, certain: hidden }] : [];
}

/** `Outputs: Password: Value: x`. */
function outputSecrets([section, name, ...below]: TemplatePath): NamedSecret[] {
  const isOutput = section === 'Outputs' && typeof name === 'string' && below.length === 0;
  return isOutput && secretName.test(name) ? [{ member: 'Value', name, certain: false }] : [];
}

/** The type of the resource that the path is in. */
function typeAt([section, id]: TemplatePath, template: JsonObject): string {
  const resources: Json | undefined = template['Resources'];
  const resource = section === 'Resources' && isObject(resources) ? memberOf(resources, String(id)) : undefined;
  return isObject(resource) ? String(resource['Type']) : '';
}
