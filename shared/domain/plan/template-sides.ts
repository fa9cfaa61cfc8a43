/** The templates of a stack and of the stacks nested in it, on one side of a change. */
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';
import { knownValue, presentEntries, type TemplateSide, valueText } from './template-values.ts';

/** Processed templates in long form, by the logical ids that lead to them, joined by `/`; `''` is the stack itself. */
export type Templates = Readonly<Record<string, { readonly before?: JsonObject; readonly after?: JsonObject }>>;

/** Every template of one side with the values it gets; a nested one gets them from its parent. Nothing where the side has no template. */
export function templateSides(
  templates: Templates,
  which: 'before' | 'after',
  parameters: Readonly<Record<string, string>>,
): ReadonlyMap<string, TemplateSide> {
  const sides = new Map<string, TemplateSide>();
  const visit = (within: string, given: TemplateSide['parameters']): void => {
    const template = memberOf(templates, within)?.[which];
    if (template === undefined) return;
    const side = { template, parameters: given };
    sides.set(within, side);
    for (const [id, resource] of presentEntries(side, 'Resources'))
      if (resource['Type'] === 'AWS::CloudFormation::Stack')
        visit(below(within, id), handedOn(resource['Properties'] ?? {}, side));
  };
  visit('', parameters);
  return sides;
}

/** `Parent/Child`. */
export function below(within: string, logicalId: string): string {
  return within === '' ? logicalId : `${within}/${logicalId}`;
}

function handedOn(properties: Json, side: TemplateSide): Record<string, string> {
  const known = knownValue(properties, side);
  const parameters = isObject(known) ? (known['Parameters'] ?? {}) : {};
  if (!isObject(parameters)) return {};
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : valueText(value),
    ]),
  );
}
