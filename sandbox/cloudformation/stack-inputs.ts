/** From what a request says to the model of a stack: template, parameters, tags, capabilities, all checked. */
import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { Call } from '../kernel.ts';
import { checkCapabilities } from './capabilities.ts';
import { limitExceeded, validationError } from './errors.ts';
import { checkParameters, checkTags } from './request-rules.ts';
import { declaredResources, readTemplate, resolvedParameters, templateFault } from './stack-evaluation.ts';
import type { StackModel, StackRecord } from './state.ts';
import { resourceTypeFault } from './template/compare.ts';
import { storeTemplate, type TemplateSource, templateText } from './template-source.ts';

export interface StackInputs extends TemplateSource {
  readonly Parameters?: Parameter[] | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly Capabilities?: string[] | undefined;
  readonly NotificationARNs?: string[] | undefined;
}

/**
 * The model a request describes, checked as CloudFormation checks before it answers: template format, parameter values, quotas,
 * capabilities. Tags and notification ARNs that are left out stay as they are; an empty list clears them (API Reference, UpdateStack).
 */
export async function modelOf(call: Call<StackInputs>, stack: StackRecord): Promise<StackModel> {
  return modelFrom(call, stack, await templateText(call, stack));
}

/** The same, where the template's text is known. */
export function modelFrom(
  call: Pick<Call<StackInputs>, 'sandbox' | 'input'>,
  stack: StackRecord,
  text: string,
): StackModel {
  const { sandbox, input } = call;
  const template = readTemplate(text);
  const resources = declaredResources(template);
  checkQuotas(Object.keys(template.Resources).length, Object.keys(template.Outputs ?? {}).length);
  checkCapabilities(resources, input.Capabilities ?? []);
  const previous = stack.model;
  const { values, noEcho } = resolvedParameters(
    template,
    checkParameters(input.Parameters),
    previous?.parameters ?? {},
  );
  checkNotifications(input.NotificationARNs);
  const model: StackModel = {
    template: storeTemplate(sandbox, text),
    ...(template.Description === undefined ? {} : { description: template.Description }),
    parameters: values,
    noEcho,
    tags: input.Tags === undefined ? (previous?.tags ?? {}) : checkTags(input.Tags),
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
  };
  const fault = templateFault(sandbox, stack, model);
  if (fault !== undefined) throw validationError(fault);
  refuseTypeChanges(stack, resources);
  return model;
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
