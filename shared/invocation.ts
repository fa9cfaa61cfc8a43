/** Which invocation of the function this is: what is kept in memory for one is not used in the next. */
let count = 0;

/** For whoever runs a handler, before it does. */
export function beginInvocation(): void {
  count += 1;
}

export function currentInvocation(): number {
  return count;
}
