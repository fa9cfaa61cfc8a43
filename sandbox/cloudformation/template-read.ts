/** GetTemplate, GetTemplateSummary, ValidateTemplate. */
import type {
  GetTemplateCommandInput,
  GetTemplateCommandOutput,
  GetTemplateSummaryCommandInput,
  GetTemplateSummaryCommandOutput,
  ValidateTemplateCommandInput,
  ValidateTemplateCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Template } from '#shared/domain/template/template.ts';
import type { Call, Operation } from '../kernel.ts';
import { neededCapability } from './capabilities.ts';
import { noStackWithId, validationError } from './errors.ts';
import { declaredResources } from './stack-evaluation.ts';
import { needChangeSet, needStack, placeOf } from './stack-lookup.ts';
import { readPermission } from './stack-read.ts';
import { languageExtensions } from './template/language-extensions/expand.ts';
import { storedTemplate, templateText } from './template-source.ts';
import { readSubmitted, type SubmittedTemplate } from './transforms.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/**
 * The text of a stack's or change set's template, as it was handed in or as a transform made it. Processed is what is answered unasked
 * (API Reference, GetTemplate); without a transform both are the same.
 */
export const getTemplate: Operation<GetTemplateCommandInput, Answer<GetTemplateCommandOutput>> = {
  permissions: (call) => readPermission('GetTemplate', call),
  run(call) {
    const { StackName, ChangeSetName, TemplateStage } = call.input;
    const model =
      ChangeSetName === undefined
        ? needStack(placeOf(call), StackName ?? '', noStackWithId).model
        : needChangeSet(placeOf(call), ChangeSetName, StackName).model;
    if (model === undefined) return { StagesAvailable: [] };
    if (model.transformFault !== undefined && TemplateStage !== 'Original') {
      throw validationError('Template stage Processed is not available: the transform failed.');
    }
    const key = TemplateStage === 'Original' ? model.template : (model.processed ?? model.template);
    const stages = model.transformFault === undefined ? (['Original', 'Processed'] as const) : (['Original'] as const);
    return { TemplateBody: storedTemplate(call.sandbox, key), StagesAvailable: [...stages] };
  },
};

/** What a template asks for: parameters, capabilities, resource types (API Reference, GetTemplateSummary). */
export const getTemplateSummary: Operation<GetTemplateSummaryCommandInput, Answer<GetTemplateSummaryCommandOutput>> = {
  permissions: (call) => readPermission('GetTemplateSummary', call),
  async run(call) {
    const submitted = readSubmitted(await summarised(call));
    const { AWSTemplateFormatVersion, Metadata } = submitted.template;
    return {
      ...declarations(submitted),
      ResourceTypes: [...new Set(declaredResources(submitted.template).map((resource) => resource.type))],
      ...(AWSTemplateFormatVersion === undefined ? {} : { Version: AWSTemplateFormatVersion }),
      ...(Metadata === undefined ? {} : { Metadata: JSON.stringify(Metadata) }),
    };
  },
};

export const validateTemplate: Operation<ValidateTemplateCommandInput, Answer<ValidateTemplateCommandOutput>> = {
  permissions: () => [{ action: 'cloudformation:ValidateTemplate', resource: '*' }],
  run: async (call) => declarations(readSubmitted(await templateText(call, undefined))),
};

async function summarised(call: Call<GetTemplateSummaryCommandInput>): Promise<string> {
  const { StackName } = call.input;
  if (StackName === undefined) return await templateText(call, undefined);
  const key = needStack(placeOf(call), StackName, noStackWithId).model?.template;
  if (key === undefined) throw validationError(`Stack with id ${StackName} has no template`);
  return storedTemplate(call.sandbox, key);
}

/** Of a template with a transform only what stands there is known; the resources of its loops are not. */
function declarations({ template, extended }: SubmittedTemplate) {
  const { Description } = template;
  return {
    Parameters: Object.entries(template.Parameters ?? {}).map(([ParameterKey, declared]) => ({
      ParameterKey,
      ParameterType: declared.Type,
      NoEcho: String(declared.NoEcho ?? false) === 'true',
      ...(declared.Default === undefined ? {} : { DefaultValue: String(declared.Default) }),
      ...(declared.Description === undefined ? {} : { Description: declared.Description }),
      ...(declared.AllowedValues === undefined
        ? {}
        : { ParameterConstraints: { AllowedValues: declared.AllowedValues.map(String) } }),
    })),
    ...(Description === undefined ? {} : { Description }),
    ...capabilitiesOf(template, extended),
    ...(extended ? { DeclaredTransforms: [languageExtensions] } : {}),
  };
}

function capabilitiesOf(template: Template, extended: boolean) {
  const needed = neededCapability(declaredResources(template));
  const Capabilities = [
    ...(needed ? [needed.capability] : []),
    ...(extended ? ['CAPABILITY_AUTO_EXPAND' as const] : []),
  ];
  if (Capabilities.length === 0) return {};
  const asking = [...(needed?.types ?? []), ...(extended ? [languageExtensions] : [])].join(', ');
  return { Capabilities, CapabilitiesReason: `The following resource(s) require capabilities: [${asking}]` };
}
