/** Turns one YAML document into one of the kinds, or says exactly what is wrong with it. */
import type * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Policy } from '../policy/policy.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Webhook } from '../webhook/webhook.ts';
import { closest } from './did-you-mean.ts';
import { type Kind, kinds } from './kinds.ts';
import { regions } from './regions.ts';
import type { Parameters, Pipeline, Target } from './schema.ts';
import { fieldsAt, unknownField } from './unknown-field.ts';
import type { Path, YamlDocument } from './yaml-source.ts';

export type AnyKind = Pipeline | Parameters | Target | Policy | Webhook | Schedule;
export type ReadDocument =
  | { readonly kind: 'document'; readonly document: AnyKind }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Reads one document strictly. Every problem found is reported, each at its own place. */
export function readDocument(yaml: YamlDocument): ReadDocument {
  const kind = kindOf(yaml);
  if (typeof kind !== 'string') return { kind: 'invalid', problems: [kind] };
  const read = kinds[kind].safeParse(yaml.value);
  if (read.success) return { kind: 'document', document: read.data };
  return { kind: 'invalid', problems: read.error.issues.flatMap((issue) => issueProblems(issue, { yaml, kind })) };
}

function kindOf(yaml: YamlDocument): Kind | Problem {
  if (typeof yaml.value !== 'object' || yaml.value === null || Array.isArray(yaml.value)) {
    return problem(
      'FIELD_INVALID',
      { key: 'document', detail: 'expected a map with apiVersion and kind' },
      yaml.placeOf([]),
    );
  }
  const found = valueAt(yaml.value, ['kind']);
  if (found === undefined) return problem('FIELD_MISSING', { key: 'kind' }, yaml.placeOf([]));
  const names = Object.keys(kinds) as Kind[];
  const kind = names.find((name) => name === found);
  if (kind !== undefined) return kind;
  const facts = { found: String(found), suggestion: closest(String(found), names) };
  return problem('KIND_UNKNOWN', facts, yaml.placeOf(['kind']));
}

interface Context {
  readonly yaml: YamlDocument;
  readonly kind: Kind;
}

function issueProblems(issue: z.core.$ZodIssue, { yaml, kind }: Context): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(kinds[kind], issue.path);
    return issue.keys.map((key) => unknownField(key, known, yaml.placeOf([...issue.path, key], 'key')));
  }
  const key = String(issue.path.at(-1));
  const found = valueAt(yaml.value, issue.path);
  if (found === undefined) return [problem('FIELD_MISSING', { key }, yaml.placeOf(issue.path))];
  const place = yaml.placeOf(issue.path, issue.code === 'invalid_key' ? 'key' : 'value');
  if (issue.code === 'custom' && issue.params?.['code'] === 'URL_NOT_ALLOWED')
    return [problem('URL_NOT_ALLOWED', { key, detail: issue.message }, place)];
  if (issue.code === 'custom' && issue.params) {
    const { actual, limit, unit } = issue.params as { actual: number; limit: number; unit: string };
    return [problem('LIMIT', { what: key, actual, limit, unit }, place)];
  }
  const own = ownProblem(
    `${kind}/${issue.path.map((segment) => (typeof segment === 'number' ? '*' : segment)).join('/')}`,
  );
  if (own) return [own(String(found), place)];
  return [problem('FIELD_INVALID', { key, detail: detailOf(issue, key) }, place)];
}

type Report = (found: string, place: Problem['place']) => Problem;

/** The fields whose mistakes are so usual that they have a code of their own. */
function ownProblem(field: string): Report | undefined {
  switch (field) {
    case 'Target/account':
      return (found, place) => problem('ACCOUNT_ID', { found }, place);
    case 'Target/region':
      return (region, place) => problem('REGION_UNKNOWN', { region, suggestion: closest(region, regions) }, place);
    case 'Pipeline/stacks/*/stackName':
      return (found, place) => problem('STACK_NAME', { found }, place);
    default:
      return undefined;
  }
}

function detailOf(issue: z.core.$ZodIssue, key: string): string {
  if (issue.code === 'invalid_key') return `${key} cannot be a name here`;
  return issue.message.replace(/^Invalid (input|option|string): /, '');
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, segment) => (found as Record<PropertyKey, unknown>)[segment], value);
}
