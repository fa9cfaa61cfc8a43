/** Commands as they are printed for people to run: they work as they stand, in the same place. */

/** `words` without the program's name; `options` are those by which a command works where this one did. */
export function printedCommand(words: string, options: string): string {
  return ['npm run -s drawbridge --', words, options].filter(Boolean).join(' ');
}
