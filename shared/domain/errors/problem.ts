/** The form of every error Drawbridge reports: a stable code, one sentence of cause, the place, and the next step. */

/** Exit codes of the command line, one meaning each. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 130;

/** Where the problem is. Only the parts that are known. `line` and `column` count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** JSON pointer into the document or request body. */
  readonly pointer?: string;
  /** Logical id, or `Parent/Child/LogicalId` in nested stacks. */
  readonly resource?: string;
  readonly stack?: string;
  readonly account?: string;
  readonly region?: string;
}

/** What the catalogue says about one code, given the facts of the case. */
export interface CatalogueEntry<Facts> {
  readonly exit: ExitCode;
  /** HTTP status when the problem is answered over the API. */
  readonly status: number;
  readonly cause: (facts: Facts) => string;
  readonly next: (facts: Facts) => string;
}

export interface Problem {
  readonly code: string;
  readonly exit: ExitCode;
  readonly status: number;
  readonly cause: string;
  readonly next: string;
  readonly place: Place;
  /** All that is wrong with a document, where the problem sums up more than one fault. */
  readonly errors?: readonly Fault[];
}

/** One fault inside a document. */
export interface Fault {
  readonly code: string;
  /** JSON pointer; empty for the document itself. */
  readonly pointer: string;
  readonly detail: string;
}

/** Declares one entry so that its facts stay typed. */
export const entry = <Facts>(declared: CatalogueEntry<Facts>): CatalogueEntry<Facts> => declared;

/** A long list is cut, and says so: a line is for the eye. */
export function listed(names: readonly string[], most = 12): string {
  const all = [...new Set(names)];
  const more = all.length > most ? ` and ${all.length - most} more` : '';
  return `${all.slice(0, most).join(', ')}${more}`;
}

const parts = ['file', 'line', 'column', 'pointer', 'resource', 'stack', 'account', 'region'] as const;

/** Only what a place may say: whoever names a target's record as the place must not publish all that the record holds. */
export function onlyPlace(place: Place): Place {
  return Object.fromEntries(parts.flatMap((part) => (place[part] === undefined ? [] : [[part, place[part]]])));
}

/** `orders.yml:12:5 (/stacks/0/template)`, `stack web in 222222222222/eu-west-1`, or an empty string. */
export function placeText(place: Place): string {
  const position = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
  const pointer = place.pointer ? `(${place.pointer})` : '';
  const target = [place.account, place.region].filter(Boolean).join('/');
  const subject = [place.stack && `stack ${place.stack}`, place.resource && `resource ${place.resource}`]
    .filter(Boolean)
    .join(', ');
  const where = target ? `${subject ? 'in ' : ''}${target}` : '';
  return [position, pointer, subject, where].filter(Boolean).join(' ');
}
