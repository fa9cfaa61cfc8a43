import { evaluate } from '#sandbox/cloudformation/template/evaluate.ts';
import type { Evaluation, EvaluationContext } from '#sandbox/cloudformation/template/evaluation.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import type { Template } from '#shared/domain/template/template.ts';

export const stackId =
  'arn:aws:cloudformation:eu-west-1:222222222222:stack/orders/11111111-1111-4111-8111-111111111111';

/** A stack `orders` in pre-production that has no resources yet. */
export function contextOf(overrides: Partial<EvaluationContext> = {}): EvaluationContext {
  return {
    accountId: '222222222222',
    region: 'eu-west-1',
    stackName: 'orders',
    stackId,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    parameters: {},
    imports: () => undefined,
    resource: () => undefined,
    notificationArns: ['arn:aws:sns:eu-west-1:222222222222:stack-events'],
    ...overrides,
  };
}

export function templateOf(text: string): Template {
  const parsed = parseTemplate(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return parsed.template;
}

export type Evaluated = Extract<Evaluation, { kind: 'evaluated' }>;

export function evaluated(text: string, overrides: Partial<EvaluationContext> = {}): Evaluated {
  const result = evaluate(templateOf(text), contextOf(overrides));
  if (result.kind === 'invalid') throw new Error(result.message);
  return result;
}

export function refused(text: string, overrides: Partial<EvaluationContext> = {}): string {
  const result = evaluate(templateOf(text), contextOf(overrides));
  if (result.kind !== 'invalid') throw new Error('expected the evaluation to be invalid');
  return result.message;
}
