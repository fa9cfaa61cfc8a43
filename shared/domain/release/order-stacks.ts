/** The order in which the stacks of one target are deployed. */

interface Ordered {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

export type StackOrder<Stack> =
  | { readonly kind: 'ordered'; readonly stacks: readonly Stack[] }
  /** One circle, its first name repeated at the end. */
  | { readonly kind: 'cycle'; readonly names: readonly string[] };

/** Puts every stack after the stacks it depends on; otherwise the order stays as written. Names that are not there are ignored. */
export function orderStacks<Stack extends Ordered>(stacks: readonly Stack[]): StackOrder<Stack> {
  const ordered: Stack[] = [];
  const waiting = [...stacks];
  while (waiting.length > 0) {
    const next = waiting.findIndex((stack) => !waiting.some((other) => stack.dependsOn.includes(other.name)));
    if (next === -1) return { kind: 'cycle', names: findCycle(waiting) };
    ordered.push(...waiting.splice(next, 1));
  }
  return { kind: 'ordered', stacks: ordered };
}

/** Every stack here waits for another one here, so following dependencies must come back to a name already seen. */
function findCycle(waiting: readonly Ordered[]): string[] {
  const names: string[] = [];
  let current = waiting[0];
  while (current !== undefined && !names.includes(current.name)) {
    names.push(current.name);
    const { dependsOn } = current;
    current = waiting.find((stack) => dependsOn.includes(stack.name));
  }
  const circle = names.slice(names.indexOf(String(current?.name)));
  return [...circle, ...circle.slice(0, 1)];
}
