/** Whom an approval is asked of, in words. */
import type { Requirement } from './records.ts';

/** `one of managers and one of security`, or `anybody but alice` where no group is named: who asked never approves. */
export function askedOf({ groups }: Pick<Requirement, 'groups'>, requestedBy: string): string {
  return groups.length === 0 ? `anybody but ${requestedBy}` : groups.map((group) => `one of ${group}`).join(' and ');
}
