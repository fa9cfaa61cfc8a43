/** Words of a request that are repeated in its answer: never longer than a line takes. */
export function shown(word: string): string {
  return word.length <= 64 ? word : `${word.slice(0, 64)}…`;
}
