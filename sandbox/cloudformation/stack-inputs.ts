/** From what a request says to the model of a stack: template, parameters, tags, capabilities, all checked. */
import type { Parameter, RollbackConfiguration, Tag } from '@aws-sdk/client-cloudformation';
import type { Template } from '#shared/domain/template/template.ts';
import type { Call } from '../kernel.ts';
import { checkAutoExpand, checkCapabilities } from './capabilities.ts';
import { limitExceeded, validationError } from './errors.ts';
import { evaluationContext } from './evaluation-context.ts';
import { checkParameters, checkTags } from './request-rules.ts';
import { rollbackConfigurationOf } from './rollback-configuration.ts';
import { declaredResources, resolvedParameters, templateFault } from './stack-evaluation.ts';
import type { StackModel, StackRecord } from './state.ts';
import { resourceTypeFault } from './template/compare.ts';
import { storeTemplate, type TemplateSource, templateText } from './template-source.ts';
import { processed, readSubmitted } from './transforms.ts';

export interface StackInputs extends TemplateSource {
  readonly Parameters?: Parameter[] | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly Capabilities?: string[] | undefined;
  readonly NotificationARNs?: string[] | undefined;
  readonly RollbackConfiguration?: RollbackConfiguration | undefined;
}

/** The call a model is made for; a nested stack is made and changed as if by a call of its own. */
export type WritingAction = 'CreateChangeSet' | 'CreateStack' | 'UpdateStack';

/** A template's text, and what for it is read. */
export interface ReadFor {
  readonly text: string;
  readonly action: WritingAction;
}

/**
 * The model a request describes, checked as CloudFormation checks before it answers: template format, parameter values, quotas,
 * capabilities. Tags and notification ARNs that are left out stay as they are; an empty list clears them (API Reference, UpdateStack).
 */
export async function modelOf(call: Call<StackInputs>, stack: StackRecord, action: WritingAction): Promise<StackModel> {
  return modelFrom(call, stack, { text: await templateText(call, stack), action });
}

/** The same, where the template's text is known. A transform that fails refuses the call, or later fails the change set. */
export function modelFrom(call: Call<StackInputs>, stack: StackRecord, read: ReadFor): StackModel {
  const { sandbox, input } = call;
  const submitted = readSubmitted(read.text);
  if (submitted.extended) checkTransform(call, stack, read.action);
  const inputs = inputsOf(call, stack, { text: read.text, template: submitted.template });
  const made = submitted.extended
    ? processed(submitted.template, evaluationContext(sandbox, stack, inputs))
    : undefined;
  if (made?.kind === 'invalid' && read.action !== 'CreateChangeSet') throw validationError(made.message);
  if (made?.kind === 'invalid') return { ...inputs, transformFault: made.message };
  const template = made?.template ?? submitted.template;
  const model =
    made === undefined ? inputs : { ...inputs, processed: storeTemplate(sandbox, JSON.stringify(template)) };
  const resources = declaredResources(template);
  checkQuotas(Object.keys(template.Resources).length, Object.keys(template.Outputs ?? {}).length);
  checkCapabilities(resources, input.Capabilities ?? []);
  const fault = templateFault(sandbox, stack, model);
  if (fault !== undefined) throw validationError(fault);
  refuseTypeChanges(stack, resources);
  return model;
}

/**
 * Running a transform is a permission of its own, on `transform/LanguageExtensions` of AWS (CloudFormation User Guide, "Control access
 * with IAM"). A nested stack is made without anybody having seen what the transform made, so it has to be acknowledged too.
 */
function checkTransform(
  { sandbox, caller, region, input }: Call<StackInputs>,
  stack: StackRecord,
  action: string,
): void {
  const resource = `arn:aws:cloudformation:${region}:aws:transform/LanguageExtensions`;
  sandbox.authorise(caller, { action: `cloudformation:${action}`, resource });
  if (action !== 'CreateChangeSet' || stack.parent !== undefined) checkAutoExpand(input.Capabilities ?? []);
}

function inputsOf(
  { sandbox, input }: Call<StackInputs>,
  stack: StackRecord,
  { text, template }: { readonly text: string; readonly template: Template },
): StackModel {
  const previous = stack.model;
  const supplied = checkParameters(input.Parameters);
  const { values, noEcho } = resolvedParameters(template, supplied, previous?.parameters ?? {});
  checkNotifications(input.NotificationARNs);
  const rollbackConfiguration = rollbackConfigurationOf(input.RollbackConfiguration, previous?.rollbackConfiguration);
  return {
    template: storeTemplate(sandbox, text),
    ...(template.Description === undefined ? {} : { description: template.Description }),
    parameters: values,
    noEcho,
    tags: input.Tags === undefined ? (previous?.tags ?? {}) : checkTags(input.Tags),
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
    ...(rollbackConfiguration === undefined ? {} : { rollbackConfiguration }),
  };
}

function checkQuotas(resources: number, outputs: number): void {
  if (resources > 500) {
    throw validationError(
      `Template format error: Number of resources, ${resources}, is greater than maximum allowed, 500`,
    );
  }
  if (outputs > 200) {
    throw validationError(`Template format error: Number of outputs, ${outputs}, is greater than maximum allowed, 200`);
  }
}

function checkNotifications(arns: readonly string[] | undefined): void {
  if ((arns?.length ?? 0) > 5) throw limitExceeded('Number of notification ARNs exceeds the limit of 5.');
}

function refuseTypeChanges(stack: StackRecord, resources: ReturnType<typeof declaredResources>): void {
  const after = Object.fromEntries(resources.map((resource) => [resource.logicalId, resource]));
  const fault = resourceTypeFault(stack.resources, after);
  if (fault !== undefined) throw validationError(fault);
}
