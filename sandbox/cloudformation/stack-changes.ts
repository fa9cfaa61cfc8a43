/** What a change set lists: the difference between a stack and a model. */
import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Sandbox } from '../kernel.ts';
import { evaluateModel, outputRecords } from './stack-evaluation.ts';
import type { ResourceRecord, StackModel, StackRecord } from './state.ts';
import type { ComparedResource } from './template/changes.ts';
import { compareResources } from './template/compare.ts';
import { canonical } from './template/differences.ts';
import type { EvaluatedResource } from './template/evaluation.ts';

export type ComputedChanges =
  | {
      readonly kind: 'changes';
      readonly changes: ResourceChange[];
      /** Outputs alone can be a change; a change set then lists none and can still be executed. */
      readonly outputsChange: boolean;
    }
  | { readonly kind: 'invalid'; readonly message: string };

/** Compares a stack as it is with what a model would make of it. */
export function computeChanges(sandbox: Sandbox, stack: StackRecord, model: StackModel): ComputedChanges {
  return computePlanned(sandbox, { stack, model }, []);
}

/** The same, where the nested stacks of `moving` change. */
export function computePlanned(
  sandbox: Sandbox,
  { stack, model }: { readonly stack: StackRecord; readonly model: StackModel },
  moving: readonly string[],
): ComputedChanges {
  const after = evaluateModel(sandbox, stack, model);
  if (after.kind === 'invalid') return after;
  const now = stack.model === undefined ? undefined : evaluateModel(sandbox, stack, stack.model);
  const evaluatedNow = now?.kind === 'evaluated' ? now.resources : {};
  const changes = compareResources(heldResources(stack, evaluatedNow), after.resources, {
    physicalIds: physicalIdsOf(stack),
    changedParameters: changedParameters(stack, model),
    noEcho: [...new Set([...model.noEcho, ...(stack.model?.noEcho ?? [])])],
    secrets: [...secretsOf(model), ...secretsOf(stack.model), ...secretAttributes(stack)],
    moving,
    stackTags: { before: stack.model?.tags ?? {}, after: model.tags },
  });
  const outputs = canonical(outputRecords(after).map((output) => ({ ...output })));
  const outputsChange = canonical(stack.outputs.map((output) => ({ ...output }))) !== outputs;
  return { kind: 'changes', changes: [...changes], outputsChange };
}

/** Whether an update would do anything: change resources, outputs, or what belongs to the stack itself. */
export function changesAnything(
  computed: Extract<ComputedChanges, { kind: 'changes' }>,
  stack: StackRecord,
  model: StackModel,
): boolean {
  return computed.changes.length > 0 || computed.outputsChange || inputsChange(stack, model);
}

/**
 * Tags, notifications and rollback triggers of the stack itself count as changes, even where no resource takes them. After an operation
 * that failed with rollback disabled there always is something to do.
 */
function inputsChange(stack: StackRecord, model: StackModel): boolean {
  const tracked = (of: StackModel | undefined) =>
    JSON.stringify([
      Object.entries(of?.tags ?? {}).sort(),
      [...(of?.notificationArns ?? [])].sort(),
      of?.rollbackConfiguration,
    ]);
  const unfinished = stack.model === undefined || stack.operation !== undefined;
  return unfinished || tracked(stack.model) !== tracked(model);
}

/** The resources as the stack holds them, without those whose creation failed; what the template says around the properties comes from evaluating the stack's own model. */
function heldResources(
  stack: StackRecord,
  evaluated: Readonly<Record<string, EvaluatedResource>>,
): Record<string, ComparedResource> {
  return Object.fromEntries(
    madeResources(stack).map((record) => {
      const { logicalId, type, definition } = record;
      const { condition, dependsOn, unknownPaths, ...surroundings } = evaluated[logicalId] ?? noSurroundings;
      return [logicalId, { ...surroundings, type, properties: definition.properties }];
    }),
  );
}

function madeResources(stack: StackRecord): ResourceRecord[] {
  return Object.values(stack.resources).filter(({ physicalId }) => physicalId !== undefined);
}

const noSurroundings: EvaluatedResource = { type: '', properties: {}, dependsOn: [], unknownPaths: [], causes: {} };

function physicalIdsOf(stack: StackRecord): Record<string, string> {
  const known = Object.values(stack.resources).flatMap(({ logicalId, physicalId }) =>
    physicalId === undefined ? [] : [[logicalId, physicalId] as const],
  );
  return Object.fromEntries(known);
}

function changedParameters(stack: StackRecord, model: StackModel): string[] {
  const before = stack.model?.parameters ?? {};
  return Object.keys(model.parameters).filter((name) => before[name] !== model.parameters[name]);
}

function secretsOf(model: StackModel | undefined): string[] {
  return (model?.noEcho ?? []).flatMap((name) => model?.parameters[name] ?? []);
}

/** What custom resources answered with NoEcho. */
function secretAttributes(stack: StackRecord): string[] {
  const values = Object.values(stack.resources).flatMap((one) => (one.noEcho ? Object.values(one.attributes) : []));
  return values.filter((value) => typeof value === 'string');
}
