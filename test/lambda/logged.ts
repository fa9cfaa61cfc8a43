/** What is written to standard output and standard error from here on, instead of to the terminal. */
import { vi } from 'vitest';

export function logged() {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation(((chunk: unknown) => {
      written.push(String(chunk));
      return true;
    }) as never);
  }
  const text = () => written.join('');
  return {
    text,
    /** The structured lines among it. */
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
