/** What the files may say and no rollout honours yet. Refused, since a field that is accepted and ignored would be a silent decision. */
import type { Located } from '../config/config.ts';
import type { Pipeline } from '../config/schema.ts';
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';

/** One problem for each such place of a pipeline. */
export function unsupportedIn({ document, placeOf }: Located<Pipeline>): Problem[] {
  const refused = (what: string, place: Place) => problem('NOT_SUPPORTED_YET', { what }, place);
  return [
    ...document.environments.flatMap((environment, index) =>
      environment.verify === undefined
        ? []
        : [refused('A verification function', placeOf(['environments', index, 'verify'], 'key'))],
    ),
  ];
}
