/** Where templates say things, found in their text. */
import type { Place } from '#shared/domain/errors/problem.ts';
import { positions } from '#shared/domain/template/parse.ts';

/** Where a template says the default of a parameter. `text`: undefined for a template that was not read. */
export function defaultPlaces(path: string, text: string | undefined): (parameter: string) => Place {
  let positionOf: ReturnType<typeof positions> | undefined;
  return (parameter) => {
    // Read when it is first asked for: most defaults are never spoken of.
    positionOf ??= positions(text ?? '');
    return { file: path, ...positionOf(['Parameters', parameter, 'Default']) };
  };
}
