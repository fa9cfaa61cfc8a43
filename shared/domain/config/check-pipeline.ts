/** What must be true of a pipeline by itself: names are unique, dependencies exist and have an order. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { orderStacks } from '../release/order-stacks.ts';
import { closest } from './did-you-mean.ts';
import { outputReference } from './parameter-value.ts';
import type { Pipeline, PipelineStack } from './schema.ts';
import type { Path, PlaceOf } from './yaml-source.ts';

/** Every problem inside one pipeline document. */
export function pipelineProblems(pipeline: Pipeline, placeOf: PlaceOf): Problem[] {
  const environments = pipeline.environments.map(({ name }) => name);
  const names = pipeline.stacks.map(({ name }) => name);
  const stackNames = pipeline.stacks.map(({ stackName }) => stackName);
  const twice = (what: string, list: readonly string[], pathOf: (index: number) => Path) =>
    repeated(list).map((index) =>
      problem('DUPLICATE_NAME', { what, name: String(list[index]) }, placeOf(pathOf(index))),
    );
  return [
    ...twice('environments', environments, (index) => ['environments', index, 'name']),
    ...twice('stacks', names, (index) => ['stacks', index, 'name']),
    ...twice('stacks with the stackName', stackNames, (index) => ['stacks', index, 'stackName']),
    ...unknownDependencies(pipeline, placeOf),
    // Two stacks of one name would look like a circle.
    ...(repeated(names).length === 0 ? cycles(pipeline, placeOf) : []),
  ];
}

/** Names of the stacks this one comes after: those it says, and those whose outputs it takes. Sorted, without repetition. */
export function dependenciesOf(stack: PipelineStack): string[] {
  return [...new Set(dependencyPaths(stack).map(({ name }) => name))].sort();
}

/** Positions in the list whose name stood there before. */
export function repeated(list: readonly string[]): number[] {
  return [...list.keys()].filter((index) => list.indexOf(String(list[index])) < index);
}

function unknownDependencies(pipeline: Pipeline, placeOf: PlaceOf): Problem[] {
  const known = pipeline.stacks.map(({ name }) => name);
  return pipeline.stacks.flatMap((stack, index) =>
    dependencyPaths(stack)
      .filter(({ name }) => !known.includes(name))
      .map(({ name, path }) => {
        const facts = { what: 'stack', name, suggestion: closest(name, known), known };
        return problem('REFERENCE_UNKNOWN', facts, placeOf(['stacks', index, ...path]));
      }),
  );
}

function cycles(pipeline: Pipeline, placeOf: PlaceOf): Problem[] {
  const order = orderStacks(pipeline.stacks.map((stack) => ({ name: stack.name, dependsOn: dependenciesOf(stack) })));
  if (order.kind === 'ordered') return [];
  const first = pipeline.stacks.findIndex(({ name }) => name === order.names[0]);
  return [problem('DEPENDENCY_CYCLE', { names: order.names }, placeOf(['stacks', first, 'dependsOn']))];
}

function dependencyPaths(stack: PipelineStack): { name: string; path: Path }[] {
  const said = (stack.dependsOn ?? []).map((name, index) => ({ name, path: ['dependsOn', index] }));
  const taken = Object.entries(stack.parameters ?? {}).flatMap(([parameter, value]) => {
    const source = outputReference(value);
    return source ? [{ name: source.stack, path: ['parameters', parameter] }] : [];
  });
  return [...said, ...taken];
}
