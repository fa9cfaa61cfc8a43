/** Resources that wait for each other: CloudFormation refuses the template (User Guide, "DependsOn attribute"). */
import { isTransformed } from './missing-names.ts';
import { dependsOn, namedIn } from './named.ts';
import type { Json, Template, TemplateResource } from './template.ts';

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The first circle, each resource before what it waits for; undefined when there is none. Counted is what holds together: resources without
 * a condition and those of one condition, and no branch of Fn::If, since only one of them is taken.
 */
export function resourceCycle(template: Template): string[] | undefined {
  if (isTransformed(template)) return undefined;
  const resources = Object.entries(template.Resources);
  const conditions = new Set([undefined, ...resources.map(([, { Condition }]) => Condition)]);
  for (const condition of conditions) {
    const present = resources.filter(([, { Condition }]) => Condition === undefined || Condition === condition);
    const cycle = cycleIn(new Map(present.map(([id, resource]) => [id, neededBy(resource)])));
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function neededBy({ Properties = {}, DependsOn }: TemplateResource): Set<string> {
  const named = [...dependsOn(DependsOn as Json | undefined, []), ...namedIn(Properties, [])];
  return new Set(named.filter(({ conditional }) => !conditional).map(({ name }) => name));
}

function cycleIn(edges: Edges): string[] | undefined {
  const done = new Set<string>();
  const visit = (
    [id, needed]: readonly [string, ReadonlySet<string>],
    way: readonly string[],
  ): string[] | undefined => {
    if (way.includes(id)) return way.slice(way.indexOf(id));
    if (done.has(id)) return undefined;
    for (const next of edges) {
      const cycle = needed.has(next[0]) ? visit(next, [...way, id]) : undefined;
      if (cycle !== undefined) return cycle;
    }
    done.add(id);
    return undefined;
  };
  for (const start of edges) {
    const cycle = visit(start, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
