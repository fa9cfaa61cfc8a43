import {
  isObject,
  memberOf,
  type Template,
  type TemplateOutput,
  type TemplateResource,
} from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import { evaluateConditions } from './conditions.ts';
import { dependencyOrder } from './dependencies.ts';
import type {
  Causes,
  EvaluatedOutput,
  EvaluatedResource,
  Evaluation,
  EvaluationContext,
  ResourceEvaluation,
} from './evaluation.ts';
import { functionCall, resolveValue } from './intrinsic-functions.ts';
import {
  causesOf,
  emptyRecord,
  evaluating,
  invalid,
  isUnknown,
  type Resolved,
  type Scope,
  scalarText,
} from './scope.ts';
import { checkStatically } from './static-checks.ts';

/**
 * Evaluates a whole template. References to resources that `context.resource` does not know become `{{changeSet:KNOWN_AFTER_APPLY}}`, and
 * so does every function that takes one. Dependencies come from DependsOn and from the references actually read (User Guide, "DependsOn
 * attribute"); a DependsOn on a resource whose condition is false is ignored. Answers `invalid` with the text of AWS's ValidationError.
 */
export function evaluate(template: Template, context: EvaluationContext): Evaluation {
  return evaluating((): Evaluation => {
    checkStatically(template);
    const imports = new Set<string>();
    const scope = sectionScope(template, {
      ...context,
      imports: (name) => {
        imports.add(name);
        return context.imports(name);
      },
    });
    const resources = Object.fromEntries(
      Object.entries(template.Resources)
        .filter(([, resource]) => applies(resource, scope('Resources')))
        .map(([logicalId, resource]) => [logicalId, evaluatedResource(resource, scope)]),
    );
    const dependencies = dependenciesOf(resources);
    const order = dependencyOrder(dependencies);
    const outputs = evaluatedOutputs(template, scope);
    return { kind: 'evaluated', resources, outputs, order, dependencies, imports: [...imports] };
  });
}

/** Evaluates one resource again, now that what it depends on exists. */
export function evaluateResource(
  template: Template,
  logicalId: string,
  context: EvaluationContext,
): ResourceEvaluation {
  return evaluating((): ResourceEvaluation => {
    const resource = memberOf(template.Resources, logicalId);
    const scope = sectionScope(template, context);
    if (!resource || !applies(resource, scope('Resources'))) return { kind: 'absent' };
    return { kind: 'resource', resource: evaluatedResource(resource, scope) };
  });
}

/** A fresh scope of a section each time: what is read is recorded per property. */
type SectionScope = (section: 'Resources' | 'Outputs') => Scope;

function sectionScope(template: Template, context: EvaluationContext): SectionScope {
  const condition = evaluateConditions(template, context);
  return (section) => ({ template, context, section, condition, resolve: resolveValue, record: emptyRecord() });
}

function applies(member: TemplateResource | TemplateOutput, scope: Scope): boolean {
  return member.Condition === undefined || scope.condition(member.Condition, `the ${scope.section} block`);
}

function evaluatedResource(resource: TemplateResource, scope: SectionScope): EvaluatedResource {
  const causes: Record<string, Causes> = {};
  const properties = members(resource.Properties ?? {}, '/Properties', { scope, causes });
  const { Type: type, Condition: condition, DependsOn: dependsOn = [] } = resource;
  return {
    type,
    properties,
    ...(condition === undefined ? {} : { condition }),
    dependsOn: [dependsOn].flat(),
    ...policies(resource),
    ...attributes(resource, scope('Resources')),
    unknownPaths: unknownPaths(properties, '/Properties'),
    causes,
  };
}

interface Tracing {
  readonly scope: SectionScope;
  readonly causes: Record<string, Causes>;
}

/** Resolves plain objects and lists member by member, so that each function's causes are known at the place of its value. */
function traced(expression: Json, pointer: string, tracing: Tracing): Resolved {
  if (Array.isArray(expression)) {
    const items: Json[] = [];
    for (const item of expression) {
      const value = traced(item, `${pointer}/${items.length}`, tracing);
      if (value !== undefined) items.push(value);
    }
    return items;
  }
  if (isObject(expression) && !functionCall(expression)) return members(expression, pointer, tracing);
  const own = tracing.scope('Resources');
  const value = resolveValue(expression, own);
  if (own.record.parameters.size + own.record.references.size > 0) tracing.causes[pointer] = causesOf(own.record);
  return value;
}

function members(expression: { [name: string]: Json }, pointer: string, tracing: Tracing): { [name: string]: Json } {
  const entries = Object.entries(expression).map(([name, member]): [string, Resolved] => [
    name,
    traced(member, `${pointer}/${name}`, tracing),
  ]);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function policies({ DeletionPolicy: deletion, UpdateReplacePolicy: replace }: TemplateResource) {
  if (typeof deletion === 'object' || typeof replace === 'object') {
    throw invalid('Template format error: Every DeletionPolicy and UpdateReplacePolicy member must be a string.');
  }
  return {
    ...(deletion === undefined ? {} : { deletionPolicy: String(deletion) }),
    ...(replace === undefined ? {} : { updateReplacePolicy: String(replace) }),
  };
}

function attributes(resource: TemplateResource, scope: Scope) {
  const answered = (value: Json | undefined) => (value === undefined ? undefined : resolveValue(value, scope));
  const metadata = answered(resource.Metadata);
  const creationPolicy = answered(resource.CreationPolicy);
  const updatePolicy = answered(resource.UpdatePolicy);
  return {
    ...(metadata === undefined ? {} : { metadata }),
    ...(creationPolicy === undefined ? {} : { creationPolicy }),
    ...(updatePolicy === undefined ? {} : { updatePolicy }),
  };
}

function unknownPaths(value: Json, path: string): string[] {
  if (typeof value !== 'object' || value === null) return isUnknown(value) ? [path] : [];
  return Object.entries(value).flatMap(([name, member]) => unknownPaths(member, `${path}/${name}`));
}

function dependenciesOf(resources: Readonly<Record<string, EvaluatedResource>>): Record<string, string[]> {
  const dependencies = Object.entries(resources).map(([logicalId, { causes, dependsOn }]) => {
    const references = Object.values(causes).flatMap((cause) => cause.references);
    const named = [...dependsOn, ...references.map((reference) => reference.split('.', 1)[0] ?? '')];
    return [logicalId, [...new Set(named)].filter((name) => Object.hasOwn(resources, name))];
  });
  return Object.fromEntries(dependencies);
}

function evaluatedOutputs(template: Template, scope: SectionScope): Record<string, EvaluatedOutput> {
  const outputs = Object.entries(template.Outputs ?? {}).filter(([, output]) => applies(output, scope('Outputs')));
  return Object.fromEntries(outputs.map(([name, output]) => [name, evaluatedOutput(output, scope('Outputs'))]));
}

function evaluatedOutput({ Value, Export, Description }: TemplateOutput, scope: Scope): EvaluatedOutput {
  const value = scalarText(resolveValue(Value, scope));
  if (value === undefined) {
    throw invalid('Template format error: The Value field of every Outputs member must evaluate to a String.');
  }
  const exportName = Export && scalarText(resolveValue(Export.Name, scope));
  if (Export && !exportName) {
    throw invalid('Template format error: The Name field of every Export member must evaluate to a String.');
  }
  return {
    value,
    ...(exportName === undefined ? {} : { exportName }),
    ...(Description === undefined ? {} : { description: Description }),
  };
}
