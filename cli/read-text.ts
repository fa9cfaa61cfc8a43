/** Reads files a person named, so whatever is wrong with them is a problem to report and never a surprise. */
import { readFile } from 'node:fs/promises';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Place, Problem } from '#shared/domain/errors/problem.ts';

export type ReadText =
  | { readonly kind: 'text'; readonly path: string; readonly text: string }
  | { readonly kind: 'unreadable'; readonly problem: Problem };

/** UTF-8 text, strictly. `place` is who names the file, if not the person. A byte order mark is kept for the reader to refuse. */
export async function readText(path: string, place: Place = { file: path }): Promise<ReadText> {
  try {
    const bytes = await readFile(path);
    return { kind: 'text', path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    return { kind: 'unreadable', problem: unreadable(path, error, place) };
  }
}

/** Says why a file could not be read, from what Node threw. */
export function unreadable(path: string, error: unknown, place: Place): Problem {
  const code = String((error as NodeJS.ErrnoException).code);
  if (code === 'ENOENT' || code === 'ENOTDIR') return problem('FILE_NOT_FOUND', { path }, place);
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return problem('FILE_ENCODING', { path }, place);
  const detail = code === 'EISDIR' ? 'it is a folder' : code;
  return problem('FILE_UNREADABLE', { path, detail }, place);
}
