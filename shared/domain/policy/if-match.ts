/** The preconditions of a request on a versioned resource (RFC 9110, sections 13.1.1 and 13.1.2). */
import { failure } from '../errors/catalogue.ts';

/**
 * The version the caller has seen: that of `If-Match: "3"`, 0 for `If-None-Match: *`, and undefined where the caller does not say. Throws
 * BODY_INVALID for anything else, since a precondition that is not understood must not pass.
 */
export function seenVersion(ifMatch: string | undefined, ifNoneMatch: string | undefined): number | undefined {
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  if (ifMatch === undefined && ifNoneMatch === '*') return 0;
  const version = /^"([1-9]\d{0,8})"$/.exec(ifMatch ?? '')?.[1];
  if (version !== undefined && ifNoneMatch === undefined) return Number(version);
  const detail = 'its precondition is neither If-Match with one ETag nor If-None-Match with *';
  throw failure('BODY_INVALID', { detail });
}
