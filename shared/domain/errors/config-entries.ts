import { entry, listed } from './problem.ts';

const didYouMean = (suggestion: string | undefined): string => (suggestion ? ` Did you mean ${suggestion}?` : '');
const invalid = { exit: 2, status: 400 } as const;
const refused = { exit: 3, status: 422 } as const;

/** Problems of the files and arguments a person hands in. */
export const configEntries = {
  FILE_NOT_FOUND: entry<{ path: string }>({
    exit: 2,
    status: 400,
    cause: ({ path }) => `There is no file ${path}.`,
    next: () => 'Check the path, or run the command in the folder that holds drawbridge.yml.',
  }),
  USAGE: entry<{ detail: string; hint: string }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => detail,
    next: ({ hint }) => hint,
  }),
  UNEXPECTED: entry<{ detail: string }>({
    exit: 1,
    status: 500,
    cause: ({ detail }) => `Drawbridge itself failed: ${detail}`,
    next: () => 'This is a defect; please report it with the command you ran.',
  }),
  FILE_ENCODING: entry<{ path: string }>({
    ...invalid,
    cause: ({ path }) => `The file ${path} is not UTF-8 text.`,
    next: () => 'Save it as UTF-8 without a byte order mark.',
  }),
  FILE_UNREADABLE: entry<{ path: string; detail: string }>({
    ...invalid,
    cause: ({ path, detail }) => `The file ${path} could not be read (${detail}).`,
    next: () => 'Name a file that you may read.',
  }),
  PATH_OUTSIDE: entry<{ path: string }>({
    ...invalid,
    cause: ({ path }) => `The path ${path} leaves the folder of drawbridge.yml.`,
    next: () => 'Keep everything a release packages below that folder, or move drawbridge.yml further up.',
  }),
  YAML_SYNTAX: entry<{ detail: string }>({
    ...invalid,
    cause: ({ detail }) => `This is not YAML: ${detail}.`,
    next: () => 'Correct the line; indent with spaces.',
  }),
  YAML_FEATURE: entry<{ feature: string }>({
    ...invalid,
    cause: ({ feature }) => `Configuration does not allow ${feature}.`,
    next: () => 'Write the value out in full: plain maps, lists and scalars only.',
  }),
  YAML_NUMBER: entry<{ source: string; value: string }>({
    ...invalid,
    cause: ({ source, value }) => `The number ${source} would be read as ${value}.`,
    next: ({ source }) => `Quote it: "${source}".`,
  }),
  DUPLICATE_KEY: entry<{ key: string }>({
    ...invalid,
    cause: ({ key }) => `The key ${key} is written twice in one map.`,
    next: () => 'Keep one of the two.',
  }),
  CONFIG_EMPTY: entry<Record<string, never>>({
    ...invalid,
    cause: () => 'There is no document in the configuration.',
    next: () => 'Write at least one document with apiVersion, kind and metadata.',
  }),
  KIND_UNKNOWN: entry<{ found: string; suggestion: string | undefined }>({
    ...invalid,
    cause: ({ found, suggestion }) => `There is no kind ${found}.${didYouMean(suggestion)}`,
    next: () => 'The kinds are Pipeline, Parameters, Target and Policy.',
  }),
  FIELD_UNKNOWN: entry<{ key: string; suggestion: string | undefined; known: readonly string[] }>({
    ...invalid,
    cause: ({ key, suggestion }) => `There is no field ${key} here.${didYouMean(suggestion)}`,
    next: ({ known }) => `The fields here are ${known.join(', ')}.`,
  }),
  FIELD_MISSING: entry<{ key: string }>({
    ...invalid,
    cause: ({ key }) => `The field ${key} is missing.`,
    next: ({ key }) => `Add ${key}.`,
  }),
  URL_NOT_ALLOWED: entry<{ key: string; detail: string }>({
    ...invalid,
    cause: ({ key, detail }) => `The address in ${key} ${detail}.`,
    next: () => 'Give an https address of a host of the internet by its name, without a password.',
  }),
  FIELD_INVALID: entry<{ key: string; detail: string }>({
    ...invalid,
    cause: ({ key, detail }) => `The field ${key} is not valid: ${detail}.`,
    next: ({ key }) => `Correct ${key}.`,
  }),
  FIELD_NOT_ALLOWED: entry<{ key: string; reason: string }>({
    ...invalid,
    cause: ({ key, reason }) => `The field ${key} is never given: ${reason}.`,
    next: ({ key }) => `Remove ${key}.`,
  }),
  ROLE_ARN: entry<{ arn: string; what: string }>({
    ...invalid,
    cause: ({ arn, what }) => `${arn} names ${what}, but roles are derived from the target's account.`,
    next: () => 'Remove it; accounts/account.yml names the roles of a target.',
  }),
  STATIC_KEY: entry<{ masked: string }>({
    ...refused,
    cause: ({ masked }) => `This is an AWS access key id (${masked}).`,
    next: () => 'Delete it here and in IAM, now: a key that was in a file counts as leaked. Nothing here needs one.',
  }),
  ACCOUNT_ID: entry<{ found: string }>({
    ...invalid,
    cause: ({ found }) => `The account id ${found} is not a quoted string of 12 digits.`,
    next: () => 'Quote it, leading zeros included: account: "012345678901".',
  }),
  REGION_UNKNOWN: entry<{ region: string; suggestion: string | undefined }>({
    ...invalid,
    cause: ({ region, suggestion }) => `There is no AWS region ${region}.${didYouMean(suggestion)}`,
    next: () => 'Write a region code such as eu-west-1.',
  }),
  STACK_NAME: entry<{ found: string }>({
    ...invalid,
    cause: ({ found }) => `CloudFormation does not accept ${found} as a stack name.`,
    next: () => 'Use letters, digits and hyphens, a letter first, at most 128 characters.',
  }),
  DUPLICATE_NAME: entry<{ what: string; name: string }>({
    ...invalid,
    cause: ({ what, name }) => `There are two ${what} ${name}.`,
    next: () => 'Rename or remove one of them.',
  }),
  REFERENCE_UNKNOWN: entry<{
    what: string;
    name: string;
    suggestion: string | undefined;
    known?: readonly string[];
  }>({
    ...invalid,
    cause: ({ what, name, suggestion }) => `There is no ${what} ${name}.${didYouMean(suggestion)}`,
    next: ({ what, known = [] }) =>
      known.length === 0 ? `Name a ${what} that these files define.` : `Name one of ${listed(known)}.`,
  }),
  DEPENDENCY_CYCLE: entry<{ names: readonly string[] }>({
    ...invalid,
    cause: ({ names }) => `The stacks depend on each other in a circle: ${names.join(' -> ')}.`,
    next: () => 'Remove one dependsOn or fromOutput of the circle.',
  }),
  TARGETS_EMPTY: entry<{ what: string }>({
    ...invalid,
    cause: ({ what }) => `${what} has no target: no label set matches.`,
    next: () => 'Correct matchLabels or the labels of a Target, or set allowEmpty: true on the environment.',
  }),
  WAVES_INCOMPLETE: entry<{ environment: string; targets: readonly string[] }>({
    ...invalid,
    cause: ({ environment, targets }) => `No wave of ${environment} takes ${targets.join(', ')}.`,
    next: () => 'Add a last wave without matchLabels: it takes the rest.',
  }),
  SAME_ACCOUNT: entry<{ account: string; targets: readonly string[] }>({
    ...invalid,
    cause: ({ account, targets }) =>
      `The targets ${targets.join(' and ')} of different environments share account ${account}.`,
    next: () => 'Give each environment an account of its own, or set allowSameAccount: true on these targets.',
  }),
  TARGET_SHARED: entry<{ place: string; subjects: readonly string[] }>({
    ...invalid,
    cause: ({ place, subjects }) =>
      `${place} belongs to ${subjects.join(' and ')}: one would overwrite the other's stacks.`,
    next: () => 'Keep one of them.',
  }),
  LIMIT: entry<{ what: string; actual: number; limit: number; unit: string }>({
    ...invalid,
    cause: ({ what, actual, limit, unit }) => `${what} has ${actual} ${unit}; the limit is ${limit}.`,
    next: () => 'Make it smaller, or split the stack.',
  }),
  TEMPLATE_INVALID: entry<{ detail: string }>({
    ...invalid,
    cause: ({ detail }) => detail,
    next: () => 'Correct the template there: CloudFormation would refuse it too.',
  }),
  TEMPLATE_CYCLE: entry<{ path: string }>({
    ...invalid,
    cause: ({ path }) => `The nested template ${path} contains itself.`,
    next: () => 'Break the circle of TemplateURL properties.',
  }),
  TYPE_UNKNOWN: entry<{ type: string; suggestion: string | undefined }>({
    ...invalid,
    cause: ({ type, suggestion }) => `There is no resource type ${type}.${didYouMean(suggestion)}`,
    next: () =>
      'Correct the type. If AWS has it by now, bring its specification up to date: npm install @aws-cdk/aws-service-spec.',
  }),
  NAME_UNKNOWN: entry<{ via: string; name: string; suggestion: string | undefined }>({
    ...invalid,
    cause: ({ via, name, suggestion }) =>
      `${via} names ${name}, which the template does not have.${didYouMean(suggestion)}`,
    next: () =>
      'Correct the name, or add what it names. CloudFormation refuses it also where a condition leaves it out.',
  }),
  RESOURCE_CYCLE: entry<{ names: readonly string[] }>({
    ...invalid,
    cause: ({ names }) => `The resources wait for each other in a circle: ${[...names, names[0]].join(' -> ')}.`,
    next: () => 'Remove one DependsOn or reference of the circle, or move it into a resource of its own.',
  }),
  NOECHO_OUTPUT: entry<{ output: string; parameter: string }>({
    ...refused,
    cause: ({ output, parameter }) =>
      `The output ${output} shows the parameter ${parameter}, which is NoEcho: CloudFormation masks no outputs.`,
    next: () =>
      'Remove the output, or give out where the secret is instead of what it is; take NoEcho away if the value may be read.',
  }),
  PARAMETERS_MISMATCH: entry<{ targets: readonly string[]; missing: readonly string[]; unknown: readonly string[] }>({
    ...invalid,
    cause: ({ targets, missing, unknown }) => {
      const parts = [
        missing.length > 0 ? `without a value or default: ${missing.join(', ')}` : '',
        unknown.length > 0 ? `declared by no template: ${unknown.join(', ')}` : '',
      ].filter(Boolean);
      return `Parameters do not fit the templates in ${targets.join(', ')}; ${parts.join('; ')}.`;
    },
    next: () => 'Give the missing values in a Parameters layer; remove or correct the others.',
  }),
  PARAMETER_VALUE: entry<{ detail: string; target: string }>({
    ...invalid,
    cause: ({ detail, target }) => `The template refuses a value for ${target}: ${detail}`,
    next: () => 'Correct the value, or the constraint in the template.',
  }),
  NOECHO_VALUE: entry<{ parameter: string }>({
    ...refused,
    cause: ({ parameter }) => `The parameter ${parameter} is NoEcho, but its value is written in a file.`,
    next: () =>
      'Store the value in Secrets Manager and refer to it: { secretRef: /path/name }. A value that may be read, such as a user name, is written { notSecret: value }, unless its parameter is called like a secret.',
  }),
  TEMPLATE_NOT_ASCII: entry<{ character: string }>({
    exit: 2,
    status: 422,
    cause: ({ character }) =>
      `The template has the character ${character}, which CloudFormation gives back as "?", so what runs could not be compared with the release.`,
    next: () => 'Write it as an escape in a quoted string, for example "caf\\u00e9", or leave it out.',
  }),
};
