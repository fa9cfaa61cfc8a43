import { AwsError } from '../aws-error.ts';

/** One page of a list by IAM's `Marker` and `MaxItems` (100 when not given, 1000 at most). */
export function page<Item>(
  all: readonly Item[],
  { Marker, MaxItems = 100 }: { Marker?: string | undefined; MaxItems?: number | undefined },
): { items: Item[]; IsTruncated: boolean; Marker?: string } {
  const from = Marker === undefined ? 0 : Number(Marker);
  if (!Number.isInteger(from) || from < 0) throw new AwsError('ValidationError', `Invalid Marker ${Marker}`);
  const to = from + Math.min(MaxItems, 1000);
  const IsTruncated = to < all.length;
  return { items: all.slice(from, to), IsTruncated, ...(IsTruncated ? { Marker: String(to) } : {}) };
}
