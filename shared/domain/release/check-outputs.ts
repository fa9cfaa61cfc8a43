/** Whether the outputs that stacks take from each other are there. */
import { closest } from '../config/did-you-mean.ts';
import type { Labels } from '../config/labels.ts';
import { type Labelled, matches } from '../config/match-targets.ts';
import { outputReference, type StackValue } from '../config/parameter-value.ts';
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import { holdersOf } from './upstream.ts';

export interface OutputTaker {
  readonly name: string;
  readonly parameters: Readonly<Record<string, StackValue>>;
  readonly placeOf: (parameter: string) => Place;
  /** Only targets with these labels get the stack. */
  readonly matchLabels?: Labels | undefined;
}

/** One problem for each `fromOutput` whose stack declares no such output. `outputs`: names by stack; stacks that are not there are not checked. */
export function outputProblems(
  takers: readonly OutputTaker[],
  outputs: ReadonlyMap<string, readonly string[]>,
): Problem[] {
  return takers.flatMap((taker) =>
    takenBy(taker).flatMap(({ stack, output, place }) => {
      const known = outputs.get(stack);
      if (known === undefined || known.includes(output)) return [];
      const ofStack = known.map((one) => `${stack}.${one}`);
      const suggestion = closest(output, [...known]);
      const facts = { what: 'output', name: `${stack}.${output}`, suggestion, known: ofStack };
      return [problem('REFERENCE_UNKNOWN', facts, place)];
    }),
  );
}

/**
 * One problem for each `fromOutput` that some target cannot take: no target of its environment has the stack, or several have it.
 * `environments`: the targets of each.
 */
export function holderProblems(
  takers: readonly OutputTaker[],
  environments: readonly (readonly Labelled[])[],
): Problem[] {
  const stacks = takers.map(({ name, matchLabels }) => ({ name, ...(matchLabels && { matchLabels }) }));
  return takers.flatMap((taker) =>
    takenBy(taker).flatMap(({ stack, place }) => {
      const problems = environments.flatMap((others) =>
        others
          .filter(({ labels }) => matches(taker.matchLabels ?? {}, labels))
          .flatMap((target) => {
            const holders = holdersOf({ stacks }, stack, { target, others }).map(({ name }) => name);
            return holders.length === 1
              ? []
              : [problem('OUTPUT_AMBIGUOUS', { stack, target: target.name, holders }, place)];
          }),
      );
      return problems.slice(0, 1);
    }),
  );
}

function takenBy({ parameters, placeOf }: OutputTaker) {
  return Object.entries(parameters).flatMap(([parameter, value]) => {
    const source = outputReference(value);
    return source === undefined ? [] : [{ ...source, place: placeOf(parameter) }];
  });
}
