/** Details of a change to a resource's properties. */
import { memberOf } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import type { ComparisonFacts, Detail, Replacement, ResourcePair } from './changes.ts';
import { type Difference, differences } from './differences.ts';
import { type Causes, type EvaluatedResource, knownAfterApply } from './evaluation.ts';
import { recreationOf, resourceFacts } from './resource-facts.ts';
import { type Visibility, valueText, visible } from './visible-values.ts';

/** What happens to the resource a reference reads. */
export type Fate = 'added' | 'replaced' | 'may-be-replaced' | 'stays';

export interface PropertyComparison extends ResourcePair {
  readonly facts: ComparisonFacts;
  readonly fateOf: (logicalId: string) => Fate;
}

/**
 * One detail per changed value and cause. As recorded from AWS, a value that comes from a parameter or another resource has two: the
 * cause, and a Dynamic DirectModification, because CloudFormation cannot tell whether the expression was edited as well.
 */
export function propertyDetails(comparison: PropertyComparison): Detail[] {
  const { old, resource } = comparison;
  const names = new Set([...Object.keys(old.properties), ...Object.keys(resource.properties)]);
  const changed = [...names].flatMap((name) =>
    differences(memberOf(old.properties, name), memberOf(resource.properties, name), [name]),
  );
  const moved = movedValues(comparison).filter(
    ({ path }) => !changed.some((other) => isWithin(other.path, path) || isWithin(path, other.path)),
  );
  return [...changed, ...moved].flatMap((difference) => detailsOf(difference, comparison));
}

/** JSON pointers of values that are the same now but read a resource that is or may be replaced. */
export function movedPointers({ resource, fateOf }: Pick<PropertyComparison, 'resource' | 'fateOf'>): Set<string> {
  const moved = Object.entries(resource.causes).filter(([, causes]) => movedReferences(causes, fateOf).length > 0);
  return new Set(moved.map(([pointer]) => pointer));
}

function movedValues(comparison: PropertyComparison): Difference[] {
  return [...movedPointers(comparison)].map((pointer) => {
    const path = pointer.split('/').slice(2);
    const before = valueAt(comparison.old.properties, path);
    return { path, ...(before === undefined ? {} : { before }), after: knownAfterApply };
  });
}

function movedReferences(causes: Causes, fateOf: PropertyComparison['fateOf']): string[] {
  return causes.references.filter((reference) => fateOf(ownerOf(reference)) !== 'stays');
}

const ownerOf = (reference: string): string => reference.split('.', 1)[0] ?? '';

function detailsOf(difference: Difference, comparison: PropertyComparison): Detail[] {
  const { resource, facts, fateOf } = comparison;
  const causes = causesAt(resource, difference.path);
  const parameters = causes.parameters.filter((name) => facts.changedParameters.includes(name));
  const references = movedReferences(causes, fateOf);
  const target = targetOf(difference, comparison);
  if (parameters.length + references.length === 0) return [direct(target, 'Static')];
  return [
    ...parameters.map((name): Detail => {
      return { Target: target, Evaluation: 'Static', ChangeSource: 'ParameterReference', CausingEntity: name };
    }),
    ...references.map((reference): Detail => {
      return {
        Target: target,
        Evaluation: fateOf(ownerOf(reference)) === 'may-be-replaced' ? 'Dynamic' : 'Static',
        ChangeSource: reference.includes('.') ? 'ResourceAttribute' : 'ResourceReference',
        CausingEntity: reference,
      };
    }),
    direct(target, 'Dynamic'),
  ];
}

const direct = (target: Detail['Target'], evaluation: Detail['Evaluation']): Detail => ({
  Target: target,
  Evaluation: evaluation,
  ChangeSource: 'DirectModification',
});

function targetOf({ path, before, after }: Difference, comparison: PropertyComparison): Detail['Target'] {
  const { old, resource, facts } = comparison;
  const [name = ''] = path;
  const pointer = `/Properties/${path.join('/')}`;
  const shown = (value: Json, of: Visibility) => valueText(visible(value, pointer, of));
  const tags = resourceFacts(resource.type).tagProperty === name;
  return {
    ...(tags ? { Attribute: 'Tags' } : { Attribute: 'Properties', Name: name }),
    Path: pointer,
    RequiresRecreation: recreationOf(resource.type, path),
    ...(before === undefined ? {} : { BeforeValue: shown(before, { causes: old.causes ?? resource.causes, facts }) }),
    ...(after === undefined ? {} : { AfterValue: shown(after, { causes: resource.causes, facts }) }),
    AttributeChangeType: before === undefined ? 'Add' : after === undefined ? 'Remove' : 'Modify',
  };
}

/** Everything that a value, or a part of it, or the function around it, was computed from. */
function causesAt(resource: EvaluatedResource, path: readonly string[]): Causes {
  const found = Object.entries(resource.causes).filter(([pointer]) => {
    const caused = pointer.split('/').slice(2);
    return isWithin(caused, path) || isWithin(path, caused);
  });
  return {
    parameters: [...new Set(found.flatMap(([, causes]) => causes.parameters))],
    references: [...new Set(found.flatMap(([, causes]) => causes.references))],
  };
}

/** Whether `inner` is `outer` or inside it. */
const isWithin = (outer: readonly string[], inner: readonly string[]): boolean =>
  outer.length <= inner.length && outer.every((part, index) => part === inner[index]);

function valueAt(value: Json | undefined | Readonly<Record<string, Json>>, path: readonly string[]): Json | undefined {
  let at = value as Json | undefined;
  for (const part of path) {
    at = typeof at === 'object' && at !== null ? memberOf(at as { [name: string]: Json }, part) : undefined;
  }
  return at;
}

/** The strongest of the details (API Reference, `ResourceChange.Replacement`): Always counts as certain only where it is Static. */
export function replacementOf(details: readonly Detail[]): Replacement {
  const relevant = details.filter(({ Target }) => Target.RequiresRecreation !== 'Never');
  if (relevant.length === 0) return 'False';
  const certain = relevant.some(
    ({ Target, Evaluation }) => Target.RequiresRecreation === 'Always' && Evaluation === 'Static',
  );
  return certain ? 'True' : 'Conditional';
}
