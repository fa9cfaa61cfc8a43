/** Stacks as IAM names them, `<name>/<id>` behind `stack/`, and wider patterns for when there are too many to name. */

/** `orders-api/*` for a name, `orders-api/<id>` for a stack's ARN; a name that ends in `*` stays as it is. */
export function stackPath(stack: string): string {
  if (stack.startsWith('arn:')) return stack.slice(stack.indexOf('/') + 1);
  return stack.endsWith('*') ? stack : `${stack}/*`;
}

/**
 * Ever fewer patterns that cover the same sorted paths: each time the two neighbours with the most in common, and whatever begins like
 * them, become their common prefix and `*`. The last is the prefix common to all.
 */
export function* widened(paths: readonly string[]): Generator<readonly string[]> {
  let left = paths;
  while (left.length > 1) {
    const prefixes = left.slice(1).map((path, index) => commonPrefix(`${left[index]}`, path));
    const shared = prefixes.reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest));
    left = [...left.filter((path) => !path.startsWith(shared)), `${shared}*`].sort();
    yield left;
  }
}

/** Without the wildcards at their ends: `orders-*` and `orders-api/*` have `orders-` in common. */
function commonPrefix(one: string, other: string): string {
  const [left, right] = [one.replace(/\*$/, ''), other.replace(/\*$/, '')];
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return left.slice(0, length);
}
