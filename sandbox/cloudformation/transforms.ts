/** Reading a template's text, and running the one transform there is: AWS::LanguageExtensions. */
import { parseTemplate } from '#shared/domain/template/parse.ts';
import { readSource } from '#shared/domain/template/source.ts';
import { structureFault } from '#shared/domain/template/structure.ts';
import { isObject, type JsonObject, type Template, transformsOf } from '#shared/domain/template/template.ts';
import { validationError } from './errors.ts';
import type { EvaluationContext } from './template/evaluation.ts';
import { expandTemplate, languageExtensions } from './template/language-extensions/expand.ts';

/** A template as it was handed in. `extended`: it has to be processed before its resources are known. */
export interface SubmittedTemplate {
  readonly template: Template;
  readonly extended: boolean;
}

/** Read templates by text: many stacks are made from one, and each is read for several calls. */
const submitted = new Map<string, SubmittedTemplate>();

/** A template's text as data, transform or not. Throws CloudFormation's ValidationError where it is none, or has another transform. */
export function readSubmitted(text: string): SubmittedTemplate {
  const known = submitted.get(text);
  if (known) return known;
  const read = readAnew(text);
  if (submitted.size > 200) submitted.clear();
  submitted.set(text, read);
  return read;
}

function readAnew(text: string): SubmittedTemplate {
  const source = readSource(text);
  if (source.kind === 'malformed') throw validationError(source.message);
  const data = isObject(source.data) ? source.data : {};
  const template = data as unknown as Template;
  const transforms = transformsOf(template);
  const other = transforms.find((transform) => transform !== languageExtensions);
  if (other !== undefined) throw validationError(`The sandbox runs no macros: Transform ${other} is not supported.`);
  const extended = transforms.length > 0;
  const fault = structureFault(extended ? { ...data, ...standIns } : source.data);
  if (fault !== undefined) throw validationError(fault.message);
  return { template, extended };
}

/** A template without a transform, or what one made. Throws CloudFormation's ValidationError. */
export function readTemplate(text: string): Template {
  const parsed = parseTemplate(text);
  if (parsed.kind === 'invalid') throw validationError(parsed.message);
  return parsed.template;
}

/** What the transform makes of a template, checked as any template is. */
export function processed(
  template: Template,
  context: EvaluationContext,
):
  | { readonly kind: 'processed'; readonly template: Template }
  | { readonly kind: 'invalid'; readonly message: string } {
  const expanded = expandTemplate(template as unknown as JsonObject, context);
  if (expanded.kind === 'invalid') return expanded;
  const fault = structureFault(expanded.template);
  if (fault !== undefined) return { kind: 'invalid', message: fault.message };
  return { kind: 'processed', template: expanded.template as unknown as Template };
}

/** The sections that hold loops are checked once these are written out. */
const standIns = {
  Resources: { StandIn: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
  Conditions: {},
  Outputs: {},
};
