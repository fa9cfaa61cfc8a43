/** What resources with versions have in common: a change names the version it was decided on, and an answer the one that holds. */
import { seenVersion } from '#shared/domain/policy/if-match.ts';
import type { HttpContext } from '#shared/lambda/http.ts';

/** The version the caller decided on: the one they name, or the one that holds. Throws what `overtaken` makes of any other. */
export function versionDecidedOn(
  context: HttpContext,
  before: { readonly version: number } | undefined,
  overtaken: (seen: number, now: number) => Error,
): number {
  const now = before?.version ?? 0;
  const seen = seenVersion(context.req.header('if-match'), context.req.header('if-none-match'));
  if (seen === undefined || seen === now) return now;
  throw overtaken(seen, now);
}

/** The header that names the version. */
export function taggedWith(version: number) {
  return { ETag: `"${version}"` };
}
