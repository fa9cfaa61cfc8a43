/** Names that belong to Drawbridge in every account. */
import { rolePath } from '../names.ts';

const prefix = 'drawbridge-';

/** Whether a role's or session's ARN names a role of Drawbridge. Role names do not differ by case alone. */
export function isReservedRole(arn: string): boolean {
  const [, path = ''] = /:(?:role|assumed-role)(\/.*)$/.exec(arn.toLowerCase()) ?? [];
  return path.startsWith(rolePath) || path.split('/').some((part) => part.startsWith(prefix));
}

/** Whether a name that matches the pattern (`*` for what is not decided) can begin like Drawbridge's own. */
export function canBeReservedName(pattern: string): boolean {
  return canBegin(pattern, prefix);
}

/** The same for a path. */
export function canBeReservedPath(pattern: string): boolean {
  return canBegin(pattern, rolePath);
}

function canBegin(pattern: string, beginning: string): boolean {
  const [literal = ''] = pattern.toLowerCase().split('*');
  return literal.startsWith(beginning) || (pattern.includes('*') && beginning.startsWith(literal));
}
