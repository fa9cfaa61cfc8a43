/** What `drawbridge explain` found, as text and as JSON. */
import type { Place } from '#shared/domain/errors/problem.ts';
import type { ExplainedStack, ExplainedTarget } from '#shared/domain/explain/explain-target.ts';
import type { ExplainedParameter, ExplainedTag, ExplainedValue } from '#shared/domain/explain/explain-values.ts';
import { labelText } from '#shared/domain/explain/origin.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { Outcome } from './command.ts';

export interface ExplainedPipeline {
  readonly name: string;
  readonly release: { readonly id: string; readonly digest: string };
  readonly targets: readonly ExplainedTarget[];
}

export function explainReport(pipelines: readonly ExplainedPipeline[]): Outcome {
  return {
    kind: 'done',
    exit: 0,
    text: pipelines.map(pipelineText).join('\n\n'),
    json: { pipelines: pipelines.map(pipelineJson) },
  };
}

function pipelineText({ name, release, targets }: ExplainedPipeline): string {
  return [`pipeline ${name}  release ${release.id}`, ...targets.map(targetText)].join('\n\n');
}

function targetText({ environment, target, wave, policies, stacks, elsewhere }: ExplainedTarget): string {
  const place =
    target === undefined
      ? 'targets as in the ledger'
      : `${target.name}  ${target.account}/${target.region}  ${labelText(target.labels)}`;
  return [
    `${environment}: ${place}`,
    ...(wave === undefined ? [] : [`  wave      ${wave.number} of ${wave.of}, ${wave.maxConcurrency} at once`]),
    ...policies.map((policy) => `  policy    ${policy.metadata.name}${policyText(policy)}`),
    ...(policies.length === 0 ? ['  policy    none beside the pipeline'] : []),
    ...elsewhere.map(({ name, matchLabels }) => `  not here  ${name}: for ${labelText(matchLabels)} only`),
    ...stacks.flatMap((stack, index) => ['', ...stackLines(stack, index)]),
  ].join('\n');
}

function policyText({ approval, changeGates = [], templateGate, recovery }: Policy): string {
  const groups = approval?.groups === undefined ? 'anybody else' : approval.groups.join(' and ');
  const parts = [
    ...(approval === undefined ? [] : [`approval by ${groups}`]),
    ...changeGates.map(({ name }) => `change gate ${name}`),
    ...(templateGate?.waive ?? []).map((code) => `tolerates ${code}`),
    ...(templateGate?.transforms ?? []).map((name) => `allows ${name}`),
    ...(recovery === undefined ? [] : ['recovery']),
  ];
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function stackLines({ name, stackName, after, parameters, tags }: ExplainedStack, index: number): string[] {
  const order = after.length === 0 ? '' : `  after ${after.join(', ')}`;
  return [
    `  ${index + 1}. ${name} as ${stackName}${order}`,
    ...section('parameters', parameters.flatMap(parameterRows)),
    ...section('tags', tags.flatMap(tagRows)),
  ];
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [`     ${title}`, ...aligned(rows).map((line) => `       ${line}`)];
}

function parameterRows(parameter: ExplainedParameter): string[][] {
  const type = `${parameter.type}${parameter.noEcho ? ' NoEcho' : ''}`;
  return tagRows(parameter).map(([name = '', ...rest], index) => [name, index === 0 ? type : '', ...rest]);
}

/** Name, value, origin, place; a row below for each value that does not hold. */
function tagRows({ name, holds, overrides, perhaps }: ExplainedTag): string[][] {
  const first = holds === undefined ? [['(only in some targets)', '', '']] : valueRows('', holds);
  const rows = [
    ...first,
    ...overrides.flatMap((one) => valueRows('over ', one)),
    ...perhaps.flatMap((one) => valueRows('perhaps ', one)),
  ];
  return rows.map((row, index) => [index === 0 ? name : '', ...row]);
}

function valueRows(word: string, { receives, output, from }: ExplainedValue): string[][] {
  const value = output === undefined ? quoted(receives ?? '') : `${output.stack}.${output.output}`;
  return [
    [`${word}${value}`, from.text, from.place === undefined ? '' : placeText(from.place)],
    ...(output === undefined ? [] : [[`  ${knownOnce(output)}`, '', '']]),
  ];
}

function knownOnce({ stack, target }: NonNullable<ExplainedValue['output']>): string {
  return `(known once ${stack} is deployed${target === undefined ? '' : ` in ${target}`})`;
}

/** Empty text, and text with spaces at its ends, could not be seen. */
function quoted(text: string): string {
  return /^$|^\s|\s$|[\n\r\t]/.test(text) ? JSON.stringify(text) : text;
}

function placeText({ file, line }: Place): string {
  return [file, line].filter((part) => part !== undefined).join(':');
}

/** Columns side by side. What is last in its row may be as long as it likes. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const isLast = (row: readonly string[], column: number) => row.slice(column + 1).every((cell) => cell === '');
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(0, ...rows.map((row) => (isLast(row, column) ? 0 : (row[column]?.length ?? 0)))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function pipelineJson({ name, release, targets }: ExplainedPipeline) {
  return {
    name,
    release,
    targets: targets.map(({ stacks, policies, ...target }) => ({
      ...target,
      policies: policies.map(({ metadata }) => metadata.name),
      stacks: stacks.map(({ parameters, tags, ...stack }) => ({
        ...stack,
        parameters: parameters.map(valueJson),
        tags: tags.map(valueJson),
      })),
    })),
  };
}

/** What holds stands beside the name. */
function valueJson<Explained extends ExplainedTag>({ holds, ...rest }: Explained) {
  return { ...rest, ...holds };
}
