/** Whether the outputs that tell the pages of a verification are there. */
import type { Located } from '../config/config.ts';
import { closest } from '../config/did-you-mean.ts';
import type { Pipeline } from '../config/schema.ts';
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';

/** One problem for each page whose stack or output is not there. `outputs`: names by stack; stacks without a template are not checked. */
export function probeProblems(
  { document, placeOf }: Located<Pipeline>,
  outputs: ReadonlyMap<string, readonly string[]>,
): Problem[] {
  const stacks = document.stacks.map(({ name }) => name);
  return document.environments.flatMap(({ verify = [] }, environment) =>
    verify.flatMap((probe, index) => {
      if (!('http' in probe)) return [];
      const { stack, name } = probe.http.output;
      const path = ['environments', environment, 'verify', index, 'http', 'output'];
      if (!stacks.includes(stack)) {
        const facts = { what: 'stack', name: stack, suggestion: closest(stack, stacks) };
        return [problem('REFERENCE_UNKNOWN', facts, placeOf([...path, 'stack']))];
      }
      const known = outputs.get(stack);
      if (known === undefined || known.includes(name)) return [];
      const facts = { what: 'output', name: `${stack}.${name}`, suggestion: closest(name, [...known]) };
      return [problem('REFERENCE_UNKNOWN', facts, placeOf([...path, 'name']))];
    }),
  );
}
