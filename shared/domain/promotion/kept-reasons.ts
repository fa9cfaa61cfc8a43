/** As many reasons as a record has room for. Those of a target, and of each stack in it, are on record beside it. */
import type { Reason } from './records.ts';

/** Of 400 KB that an item of DynamoDB may have (Developer Guide, "Service, account, and table quotas"). */
const mostBytes = 200_000;
const mostReasons = 50;

/** The first of each code, then the others in their order, for as long as there is room; and last, how many more there are. */
export function keptReasons(reasons: readonly Reason[]): readonly Reason[] {
  const seen = new Set<string>();
  const firsts = reasons.filter(({ code }) => !seen.has(code) && seen.add(code));
  const inOrder = [...firsts, ...reasons.filter((reason) => !firsts.includes(reason))];
  const kept: Reason[] = [];
  let bytes = 0;
  for (const reason of inOrder) {
    bytes += Buffer.byteLength(JSON.stringify(reason));
    if (kept.length === mostReasons || bytes > mostBytes) break;
    kept.push(reason);
  }
  const more = reasons.length - kept.length;
  if (more === 0) return reasons;
  return [
    ...kept,
    { code: 'MORE_REASONS', text: `There are ${more} more reasons. Each is on record with its stack or target.` },
  ];
}
