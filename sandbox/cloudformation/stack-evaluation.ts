/** A stack's template read and evaluated: what it asks for, what would change, what one resource has to become. */
import type { Parameter } from '@aws-sdk/client-cloudformation';
import type { Template } from '#shared/domain/template/template.ts';
import type { Sandbox } from '../kernel.ts';
import { validationError } from './errors.ts';
import { evaluationContext } from './evaluation-context.ts';
import { definitionOf } from './resource-definition.ts';
import type { OutputRecord, ResourceDefinition, StackModel, StackRecord } from './state.ts';
import { evaluate, evaluateResource } from './template/evaluate.ts';
import type { Evaluation } from './template/evaluation.ts';
import { resolveParameters } from './template/parameters.ts';
import { storedTemplate } from './template-source.ts';
import { readTemplate } from './transforms.ts';

export interface DeclaredResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Invalid {
  readonly kind: 'invalid';
  readonly message: string;
}

export function declaredResources(template: Template): DeclaredResource[] {
  // A loop that was not written out yet is no resource.
  const resources = Object.entries(template.Resources).filter(([logicalId]) => !logicalId.startsWith('Fn::'));
  return resources.map(([logicalId, { Type, Properties }]) => ({
    logicalId,
    type: Type,
    properties: Properties ?? {},
  }));
}

/** The value of every parameter, or CloudFormation's ValidationError. */
export function resolvedParameters(
  template: Template,
  supplied: readonly Parameter[],
  previous: Readonly<Record<string, string>>,
): { readonly values: Record<string, string>; readonly noEcho: string[] } {
  const resolved = resolveParameters(template, supplied, previous);
  if (resolved.kind === 'invalid') throw validationError(resolved.message);
  return resolved;
}

/** What is wrong with a model before anything else exists: unresolved references, cycles, missing mappings. */
export function templateFault(sandbox: Sandbox, stack: StackRecord, model: StackModel): string | undefined {
  const context = { ...evaluationContext(sandbox, stack, model), imports: () => 'import', ssmParameter: () => 'value' };
  const evaluated = evaluate(templateOf(sandbox, model), context);
  return evaluated.kind === 'invalid' ? evaluated.message : undefined;
}

/** Logical ids with dependencies first. Falls back to nothing where the model cannot be evaluated; its steps then say why. */
export function dependencyOrder(sandbox: Sandbox, stack: StackRecord, model: StackModel) {
  const evaluated = evaluateModel(sandbox, stack, model);
  if (evaluated.kind === 'evaluated') return { order: evaluated.order, dependencies: evaluated.dependencies };
  return { order: Object.keys(templateOf(sandbox, model).Resources), dependencies: {} };
}

/** What a resource has to become, now that everything it depends on exists. */
export function evaluateOne(
  sandbox: Sandbox,
  stack: StackRecord,
  logicalId: string,
): { readonly kind: 'definition'; readonly type: string; readonly definition: ResourceDefinition } | Invalid {
  const { model } = stack;
  if (model === undefined) return { kind: 'invalid', message: 'The stack has no template.' };
  const context = evaluationContext(sandbox, stack, model);
  const evaluated = evaluateResource(templateOf(sandbox, model), logicalId, context);
  if (evaluated.kind === 'invalid') return evaluated;
  if (evaluated.kind === 'absent') return { kind: 'invalid', message: `The template has no resource ${logicalId}.` };
  const { resource } = evaluated;
  const after = stack.operation?.steps[logicalId]?.after ?? resource.dependsOn;
  return { kind: 'definition', type: resource.type, definition: definitionOf(resource, after, model.tags) };
}

/** A stack's outputs, once all its resources exist, and the exports it reads. */
export function outputsOf(
  sandbox: Sandbox,
  stack: StackRecord,
): { readonly kind: 'outputs'; readonly outputs: OutputRecord[]; readonly imports: string[] } | Invalid {
  if (stack.model === undefined) return { kind: 'outputs', outputs: [], imports: [] };
  const evaluated = evaluateModel(sandbox, stack, stack.model);
  if (evaluated.kind === 'invalid') return evaluated;
  return { kind: 'outputs', outputs: outputRecords(evaluated), imports: [...evaluated.imports] };
}

export function outputRecords(evaluated: Extract<Evaluation, { kind: 'evaluated' }>): OutputRecord[] {
  return Object.entries(evaluated.outputs).map(([key, output]) => ({ key, ...output }));
}

export function evaluateModel(sandbox: Sandbox, stack: StackRecord, model: StackModel): Evaluation {
  return evaluate(templateOf(sandbox, model), evaluationContext(sandbox, stack, model));
}

/** The same for a change set that changes nested stacks: what reads the outputs of one of `moving` is known only after apply. */
export function evaluatePlanned(
  sandbox: Sandbox,
  planned: { readonly stack: StackRecord; readonly model: StackModel },
  moving: readonly string[],
): Evaluation {
  const { stack, model } = planned;
  const context = evaluationContext(sandbox, stack, model);
  const resource: typeof context.resource = (logicalId) => {
    const existing = context.resource(logicalId);
    return existing && moving.includes(logicalId) ? { ...existing, outputsMove: true } : existing;
  };
  return evaluate(templateOf(sandbox, model), { ...context, resource });
}

/** Parsed templates by content hash: a memory of a pure function, so it may outlive a saved world. */
const parsedTemplates = new Map<string, Template>();

function templateOf(sandbox: Sandbox, model: StackModel): Template {
  const key = model.processed ?? model.template;
  const known = parsedTemplates.get(key);
  if (known !== undefined) return known;
  const template = readTemplate(storedTemplate(sandbox, key));
  if (parsedTemplates.size > 200) parsedTemplates.clear();
  parsedTemplates.set(key, template);
  return template;
}
