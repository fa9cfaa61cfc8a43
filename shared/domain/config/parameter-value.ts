/** The values a template parameter can be given, and what CloudFormation is sent for each. */
import * as z from 'zod';

/** CloudFormation User Guide, "Understand CloudFormation quotas": bytes of one parameter value, and parameters of one template. */
export const maxValueBytes = 4096;
export const maxParameters = 200;

const literal = [z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))] as const;

/** A parameter of the Systems Manager Parameter Store in the target's own account and region, with an optional version. */
const SsmReference = z.strictObject({ ssmRef: z.string().regex(/^[\w./-]+(:\d+)?$/) });
/** A secret of Secrets Manager in the target's own account and region. */
const SecretReference = z.strictObject({
  secretRef: z.string().regex(/^[\w/+=.@-]+$/),
  jsonKey: z
    .string()
    .regex(/^[\w.-]+$/)
    .exactOptional(),
});
/** Says of a value for a NoEcho parameter that it may be read by everybody, as of a user name. */
const PublicValue = z.strictObject({ notSecret: z.union([z.string(), z.number()]) });
/** Another stack's output, as the target has it when this stack is planned. */
const OutputReference = z.strictObject({ fromOutput: z.string().regex(/^[a-z][a-z0-9-]*\.[A-Za-z0-9]+$/) });

const layerForms =
  'expected text, a number, true or false, a list of texts or numbers, { ssmRef: /path }, { secretRef: /path, jsonKey: key } or { notSecret: value }';
const stackForms = `${layerForms}, or { fromOutput: stack.Output }`;

export const LayerValue = z
  .union([...literal, SsmReference, SecretReference, PublicValue], { error: layerForms })
  .superRefine(refuseLongValue);
export type LayerValue = z.infer<typeof LayerValue>;

export const StackValue = z
  .union([...literal, SsmReference, SecretReference, PublicValue, OutputReference], { error: stackForms })
  .superRefine(refuseLongValue);
export type StackValue = z.infer<typeof StackValue>;

function refuseLongValue(value: StackValue, context: z.RefinementCtx): void {
  if (isReference(value)) return;
  const actual = new TextEncoder().encode(parameterText(value, 'String')).length;
  if (actual <= maxValueBytes) return;
  context.addIssue({ code: 'custom', params: { actual, limit: maxValueBytes, unit: 'bytes' } });
}

/** True when what the file has is not the value itself. */
export function isReference(value: StackValue): value is Exclude<StackValue, Literal | z.infer<typeof PublicValue>> {
  return !isLiteral(value) && !('notSecret' in value);
}

type Literal = string | number | boolean | (string | number)[];

/** True when the value stands in the file as it is, and nothing is said of it. */
export function isLiteral(value: StackValue): value is Literal {
  return typeof value !== 'object' || Array.isArray(value);
}

/** The stack and output a value is taken from, if it is. */
export function outputReference(value: StackValue): { stack: string; output: string } | undefined {
  if (isLiteral(value) || !('fromOutput' in value)) return undefined;
  const [stack = '', output = ''] = value.fromOutput.split('.');
  return { stack, output };
}

/**
 * What CloudFormation receives as the parameter's value. Lists are joined by commas. References become dynamic references, so secrets are
 * read by CloudFormation in the target and never by Drawbridge (CloudFormation User Guide, "Get values stored in other services using
 * dynamic references"); a parameter of type AWS::SSM::Parameter::Value<…> takes the bare name instead.
 */
export function parameterText(value: LayerValue, type: string): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  if ('notSecret' in value) return String(value.notSecret);
  if ('ssmRef' in value)
    return type.startsWith('AWS::SSM::Parameter::') ? value.ssmRef : `{{resolve:ssm:${value.ssmRef}}}`;
  const key = value.jsonKey === undefined ? '' : `:${value.jsonKey}`;
  return `{{resolve:secretsmanager:${value.secretRef}:SecretString${key}}}`;
}
