/** Values of anybody's templates in one line of text. */

/**
 * The text with every character that a terminal or a browser acts upon, rather than showing it, written out: line breaks, escape
 * sequences, marks that turn the direction of writing, halves of characters.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) => escapes[found] ?? `\\u{${codeOf(found)}}`);
}

/** At most `longest` characters; what is cut ends in `…`. */
export function cut(text: string, longest: number): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

interface Sides {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/**
 * Both sides of a change in one line of text each, of at most `longest` characters. Where they have to be cut, what is shown begins a little
 * before the first difference: two sides that differ never read the same.
 */
export function shownSides({ before, after }: Sides, longest: number): Sides {
  if (before === undefined || after === undefined) return { before: one(before, longest), after: one(after, longest) };
  const sides = [before, after].map((side) => [...printable(side)]) as [string[], string[]];
  const differs = firstDifference(...sides);
  const from = differs <= longest / 2 ? 0 : differs - Math.floor(longest / 4);
  const fits = sides.every((side) => side.length <= longest);
  const [old, wanted] = sides.map((side) => (fits ? side.join('') : part(side, from, longest)));
  return { before: old, after: wanted };
}

function one(side: string | undefined, longest: number): string | undefined {
  return side === undefined ? undefined : cut(printable(side), longest);
}

function firstDifference(before: readonly string[], after: readonly string[]): number {
  const found = before.findIndex((character, index) => character !== after[index]);
  return found < 0 ? before.length : found;
}

function part(characters: readonly string[], from: number, longest: number): string {
  if (from === 0) return cut(characters.join(''), longest);
  return `…${cut(characters.slice(from).join(''), longest - 1)}`;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const codeOf = (character: string): string => Number(character.codePointAt(0)).toString(16);
