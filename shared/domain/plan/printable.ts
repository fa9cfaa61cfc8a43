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

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const codeOf = (character: string): string => Number(character.codePointAt(0)).toString(16);
