import { memberOf } from '#shared/domain/template/template.ts';
import { invalid } from './scope.ts';

/**
 * Names ordered so that each comes after everything it depends on, in the order given otherwise. Throws CloudFormation's ValidationError
 * when there is a cycle, naming the resources on it.
 */
export function dependencyOrder(dependencies: Readonly<Record<string, readonly string[]>>): string[] {
  const order: string[] = [];
  const placed = new Set<string>();
  let left = Object.keys(dependencies);
  while (left.length > 0) {
    const ready = left.filter((name) => (memberOf(dependencies, name) ?? []).every((needed) => placed.has(needed)));
    if (ready.length === 0)
      throw invalid(`Circular dependency between resources: [${onCycle(left, dependencies).join(', ')}]`);
    for (const name of ready) placed.add(name);
    order.push(...ready);
    left = left.filter((name) => !placed.has(name));
  }
  return order;
}

/** Of the names that cannot be placed, those that others which cannot be placed wait for. */
function onCycle(
  stuck: readonly string[],
  dependencies: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const needed = new Set(stuck.flatMap((name) => memberOf(dependencies, name) ?? []));
  const cyclic = stuck.filter((name) => needed.has(name));
  return cyclic.length === stuck.length ? cyclic : onCycle(cyclic, dependencies);
}
