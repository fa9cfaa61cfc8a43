/** Whether the outputs that stacks take from each other are there. */
import { closest } from '../config/did-you-mean.ts';
import { outputReference, type StackValue } from '../config/parameter-value.ts';
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';

export interface OutputTaker {
  readonly parameters: Readonly<Record<string, StackValue>>;
  readonly placeOf: (parameter: string) => Place;
}

/** One problem for each `fromOutput` whose stack declares no such output. `outputs`: names by stack; stacks that are not there are not checked. */
export function outputProblems(
  takers: readonly OutputTaker[],
  outputs: ReadonlyMap<string, readonly string[]>,
): Problem[] {
  return takers.flatMap(({ parameters, placeOf }) =>
    Object.entries(parameters).flatMap(([parameter, value]) => {
      const source = outputReference(value);
      const known = source && outputs.get(source.stack);
      if (source === undefined || known === undefined || known.includes(source.output)) return [];
      const facts = {
        what: 'output',
        name: `${source.stack}.${source.output}`,
        suggestion: closest(source.output, [...known]),
      };
      return [problem('REFERENCE_UNKNOWN', facts, placeOf(parameter))];
    }),
  );
}
