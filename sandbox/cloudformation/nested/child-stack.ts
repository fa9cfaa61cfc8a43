/** A nested stack as its resource in the parent describes it. */
import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { Call, Caller, Json, Sandbox } from '../../kernel.ts';
import { validationError } from '../errors.ts';
import { emptyStack } from '../new-stack.ts';
import { modelFrom, type StackInputs, type WritingAction } from '../stack-inputs.ts';
import type { StackModel, StackRecord } from '../state.ts';
import { templateText } from '../template-source.ts';

export interface ChildInputs {
  readonly caller: Caller;
  readonly action: WritingAction;
  /** Of the resource in the parent, with the parent's tags. */
  readonly properties: Readonly<Record<string, Json>>;
  /** Those of the parent's operation: they hold for the whole hierarchy. */
  readonly capabilities: readonly string[];
  /** The template a change set was planned with; fetched from TemplateURL with the caller's rights otherwise. */
  readonly template?: string;
}

const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const longestName = 128;

/** A nested stack without anything in it, not yet part of the world. Its name is `<parent>-<logical id>-<suffix>`. */
export function newChild(sandbox: Sandbox, parent: StackRecord, logicalId: string): StackRecord {
  const { account, region, stackId } = parent;
  const stackName = nestedName(sandbox, parent.stackName, logicalId);
  return {
    ...emptyStack(sandbox, { stackName, account, region }),
    parent: { stackId, rootId: parent.parent?.rootId ?? stackId, logicalId },
  };
}

/** `<above>-<logical id>-<suffix>`, as CloudFormation names nested stacks and their change sets. */
export function nestedName(sandbox: Sandbox, above: string, logicalId: string): string {
  const suffix = sandbox.mint('nested-name', 12, suffixAlphabet);
  return `${`${above}-${logicalId}`.slice(0, longestName - suffix.length - 1)}-${suffix}`;
}

/** The model a nested stack gets. Throws CloudFormation's errors, as a call for this stack would. */
export async function childModel(sandbox: Sandbox, child: StackRecord, inputs: ChildInputs): Promise<StackModel> {
  const { caller, properties, capabilities, template, action } = inputs;
  const input: StackInputs = {
    TemplateURL: textOf(properties['TemplateURL']),
    Parameters: parametersOf(properties['Parameters']),
    Tags: (properties['Tags'] ?? []) as unknown as Tag[],
    Capabilities: [...capabilities],
    NotificationARNs: ((properties['NotificationARNs'] ?? []) as Json[]).map(String),
  };
  const { account, region } = child;
  const call: Call<StackInputs> = {
    sandbox,
    input,
    caller,
    account,
    region,
    requestId: sandbox.uuid('nested-request'),
  };
  return modelFrom(call, child, { text: template ?? (await templateText(call, undefined)), action });
}

function parametersOf(given: Json | undefined): Parameter[] {
  const entries = Object.entries((given ?? {}) as Record<string, Json>);
  return entries.map(([ParameterKey, value]) => {
    if (typeof value === 'object') {
      throw validationError('Value of property Parameters must be an object with String (or simple type) properties');
    }
    return { ParameterKey, ParameterValue: String(value) };
  });
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
