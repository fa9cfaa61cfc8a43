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
import { declaredResources, readTemplate } from './stack-evaluation.ts';
import { needChangeSet, needStack, placeOf } from './stack-lookup.ts';
import { readPermission } from './stack-read.ts';
import { storedTemplate, templateText } from './template-source.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** The text of a stack's or change set's template. Original and Processed are the same here: the sandbox runs no macros. */
export const getTemplate: Operation<GetTemplateCommandInput, Answer<GetTemplateCommandOutput>> = {
  permissions: (call) => readPermission('GetTemplate', call),
  run(call) {
    const { StackName, ChangeSetName } = call.input;
    const key =
      ChangeSetName === undefined
        ? needStack(placeOf(call), StackName ?? '', noStackWithId).model?.template
        : needChangeSet(placeOf(call), ChangeSetName, StackName).model.template;
    if (key === undefined) return { StagesAvailable: [] };
    return { TemplateBody: storedTemplate(call.sandbox, key), StagesAvailable: ['Original', 'Processed'] };
  },
};

/** What a template asks for: parameters, capabilities, resource types (API Reference, GetTemplateSummary). */
export const getTemplateSummary: Operation<GetTemplateSummaryCommandInput, Answer<GetTemplateSummaryCommandOutput>> = {
  permissions: (call) => readPermission('GetTemplateSummary', call),
  async run(call) {
    const template = readTemplate(await summarised(call));
    const { AWSTemplateFormatVersion, Metadata } = template;
    return {
      ...declarations(template),
      ResourceTypes: [...new Set(declaredResources(template).map((resource) => resource.type))],
      ...(AWSTemplateFormatVersion === undefined ? {} : { Version: AWSTemplateFormatVersion }),
      ...(Metadata === undefined ? {} : { Metadata: JSON.stringify(Metadata) }),
    };
  },
};

export const validateTemplate: Operation<ValidateTemplateCommandInput, Answer<ValidateTemplateCommandOutput>> = {
  permissions: () => [{ action: 'cloudformation:ValidateTemplate', resource: '*' }],
  run: async (call) => declarations(readTemplate(await templateText(call, undefined))),
};

async function summarised(call: Call<GetTemplateSummaryCommandInput>): Promise<string> {
  const { StackName } = call.input;
  if (StackName === undefined) return await templateText(call, undefined);
  const key = needStack(placeOf(call), StackName, noStackWithId).model?.template;
  if (key === undefined) throw validationError(`Stack with id ${StackName} has no template`);
  return storedTemplate(call.sandbox, key);
}

function declarations(template: Template) {
  const needed = neededCapability(declaredResources(template));
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
    ...(needed === undefined
      ? {}
      : {
          Capabilities: [needed.capability],
          CapabilitiesReason: `The following resource(s) require capabilities: [${needed.types.join(', ')}]`,
        }),
  };
}
