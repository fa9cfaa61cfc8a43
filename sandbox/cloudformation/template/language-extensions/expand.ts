import { isObject, type JsonObject } from '#shared/domain/template/template.ts';
import type { EvaluationContext } from '../evaluation.ts';
import { evaluating } from '../scope.ts';
import { extensionIn, loopPrefix, refuseRepeatedLoops, transformFault } from './extension-rules.ts';
import { expandLoops } from './loops.ts';
import { resolvedMember } from './resolved-functions.ts';
import { type Resolver, resolver } from './resolver.ts';

export const languageExtensions = 'AWS::LanguageExtensions';

const sections = ['Conditions', 'Resources', 'Outputs'] as const;

export type Expansion =
  | { readonly kind: 'expanded'; readonly template: JsonObject }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * The template that AWS::LanguageExtensions makes of another one (Template Reference, "AWS::LanguageExtensions transform"): loops are
 * written out, Fn::Length, Fn::FindInMap and Fn::ToJsonString answered as far as parameters and mappings decide them, and so are
 * functions in Ref, Fn::GetAtt, DependsOn, Condition and the two policies. What only a resource decides stays for the stack to answer.
 * Pure: nothing of the resources is known. `invalid` carries the reason as AWS words it.
 */
export function expandTemplate(template: JsonObject, context: EvaluationContext): Expansion {
  const expanded = evaluating((): Expansion => {
    refuseOtherSections(template);
    refuseRepeatedLoops(template, sections);
    const { Transform, ...plain } = template;
    const extended = { ...context, extensions: true };
    const before = resolver(plain, extended);
    const written: JsonObject = { ...plain, ...mapped(plain, (section) => expandLoops(section, {}, before)) };
    const after = resolver(written, extended);
    return {
      kind: 'expanded',
      template: { ...written, ...mapped(written, (section) => resolvedSection(section, after)) },
    };
  });
  if (expanded.kind === 'expanded') return expanded;
  return { kind: 'invalid', message: `Transform ${languageExtensions} failed with: ${expanded.message}` };
}

function mapped(template: JsonObject, change: (section: JsonObject) => JsonObject): JsonObject {
  const present = sections.flatMap((name) => {
    const section = template[name];
    return isObject(section) ? [[name, change(section)] as const] : [];
  });
  return Object.fromEntries(present);
}

function resolvedSection(section: JsonObject, resolve: Resolver): JsonObject {
  return Object.fromEntries(Object.entries(section).map(([name, member]) => [name, resolvedMember(member, resolve)]));
}

/** Everywhere else there is neither a loop nor a function of the transform. */
function refuseOtherSections(template: JsonObject): void {
  for (const [name, section] of Object.entries(template)) {
    if (name === 'Transform' || sections.some((known) => known === name)) continue;
    const used = extensionIn(section);
    if (used === undefined) continue;
    const what = used.startsWith(loopPrefix) ? 'Fn::ForEach' : used;
    throw transformFault(`${what} is not supported in the ${name} section`);
  }
}
