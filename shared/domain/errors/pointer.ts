/** Where a problem is inside a document. */

/** The JSON pointer of a path (RFC 6901); empty for the whole document. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
