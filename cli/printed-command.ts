/** Commands as they are printed for people to run: they work as they stand, in the same place. */

/** `words` without the program's name; `options` are those by which a command works where this one did. */
export function printedCommand(words: string, options: string): string {
  return ['npm run -s drawbridge --', words, options].filter(Boolean).join(' ');
}

/**
 * A text of the catalogue with its commands, written as `drawbridge status prm-…` between backticks, in the form in which they can be run
 * where this one ran.
 */
export function withCommands(text: string, options: string): string {
  return text.replaceAll(/`drawbridge ([^`\n]+)`/g, (_, words: string) => {
    return `\`${printedCommand(words, optionsFor(words, options))}\``;
  });
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Help and what contacts nothing take no place; a rehearsal is always in the sandbox, and only its folder is told. */
function optionsFor(words: string, options: string): string {
  if (words.split(' ').some((word) => word === '--help' || word === 'validate' || word === 'explain')) return '';
  if (!words.startsWith('rehearse')) return options;
  return /--world (?:'[^']*'|\S+)/.exec(options)?.[0] ?? '';
}
