/** Reads configuration files: the one way in. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { pipelineProblems } from './check-pipeline.ts';
import { policyProblems } from './check-policies.ts';
import { configProblems } from './check-together.ts';
import type { Config, Located } from './config.ts';
import { type AnyKind, readDocument } from './read-document.ts';
import { roleArns } from './role-arns.ts';
import { maskKeys, staticKeys } from './secret-text.ts';
import { type ConfigFile, type PlaceOf, readYaml, type YamlDocument } from './yaml-source.ts';

export type ReadConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Reads and checks files of `---`-separated documents (JSON is YAML too). All problems are returned at once, ordered by place; what is wrong
 * between documents is only looked for once each of them is right by itself. An access key id never appears in a problem.
 */
export function readConfig(files: readonly ConfigFile[]): ReadConfig {
  const secrets = files.flatMap(staticKeys);
  const sources = files.map(readYaml);
  const documents = sources.flatMap((source) => source.documents);
  const read = documents.map(readOne);
  const located = read.flatMap((one) => one.located);
  const config = sort(located);
  const alone = [...secrets, ...sources.flatMap((source) => source.problems), ...read.flatMap((one) => one.problems)];
  const problems = alone.length > 0 ? alone : togetherProblems(config, documents, files);
  return problems.length === 0
    ? { kind: 'config', config }
    : { kind: 'invalid', problems: inOrder(problems.map(masked), files) };
}

function readOne(yaml: YamlDocument): { located: Located<AnyKind>[]; problems: Problem[] } {
  const read = readDocument(yaml);
  const principals = roleArns(yaml);
  if (read.kind === 'invalid') return { located: [], problems: [...read.problems, ...principals] };
  const located = { document: read.document, placeOf: yaml.placeOf };
  const inside = problemsInside(read.document, yaml.placeOf);
  return { located: [located], problems: [...inside, ...principals] };
}

function problemsInside(document: AnyKind, placeOf: PlaceOf): Problem[] {
  if (document.kind === 'Pipeline') return pipelineProblems(document, placeOf);
  return document.kind === 'Policy' ? policyProblems(document, placeOf) : [];
}

function sort(located: readonly Located<AnyKind>[]): Config {
  const ofKind = <Kind extends AnyKind['kind']>(kind: Kind) =>
    located.filter((one): one is Located<Extract<AnyKind, { kind: Kind }>> => one.document.kind === kind);
  return {
    pipelines: ofKind('Pipeline'),
    parameters: ofKind('Parameters'),
    targets: ofKind('Target'),
    policies: ofKind('Policy'),
    webhooks: ofKind('Webhook'),
    schedules: ofKind('Schedule'),
  };
}

function togetherProblems(config: Config, documents: readonly YamlDocument[], files: readonly ConfigFile[]): Problem[] {
  if (documents.length > 0) return configProblems(config);
  return [problem('CONFIG_EMPTY', {}, files[0] ? { file: files[0].path, line: 1, column: 1 } : {})];
}

function masked(found: Problem): Problem {
  return { ...found, cause: maskKeys(found.cause), next: maskKeys(found.next), place: maskedPlace(found.place) };
}

function maskedPlace(place: Problem['place']): Problem['place'] {
  return place.pointer === undefined ? place : { ...place, pointer: maskKeys(place.pointer) };
}

/** By file, then by position. A number that is already refused as a field is not mentioned again as a number. */
function inOrder(problems: readonly Problem[], files: readonly ConfigFile[]): Problem[] {
  const rank = new Map(files.map((file, index) => [file.path, index]));
  const key = ({ place }: Problem): number[] => [rank.get(String(place.file)), place.line, place.column].map(Number);
  const samePlace = (a: Problem, b: Problem) => String(key(a)) === String(key(b));
  return problems
    .filter(
      (one) =>
        one.code !== 'YAML_NUMBER' || !problems.some((other) => other.code === 'ACCOUNT_ID' && samePlace(one, other)),
    )
    .sort((a, b) => compare(key(a), key(b)));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((part, index) => part !== b[index]);
  return differs === -1 ? 0 : Number(a[differs]) - Number(b[differs]);
}
