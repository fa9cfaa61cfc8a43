/** Checks a template that was read from a file against what AWS has. */
import { resourceFacts } from '#sandbox/cloudformation/template/resource-facts.ts';
import { specifiedTypes } from '#sandbox/cloudformation/template/service-spec.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { positions } from '#shared/domain/template/parse.ts';
import type { Template } from '#shared/domain/template/template.ts';
import { templateProblems } from '#shared/domain/template/template-problems.ts';

/** Unknown types and names, resources that wait for each other, and outputs that show what is NoEcho. */
export function checkTemplate(file: string, text: string, template: Template): Problem[] {
  let positionOf: ReturnType<typeof positions> | undefined;
  return templateProblems(template, { has: (type) => resourceFacts(type).known, all: specifiedTypes }, (path) => {
    // Read when it is first asked for: most templates have nothing wrong.
    positionOf ??= positions(text);
    return { file, ...positionOf(path) };
  });
}
